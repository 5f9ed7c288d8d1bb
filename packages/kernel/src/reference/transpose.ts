/** numpy.transpose: axis i of y is axis `permutation[i]` of x. */
export function transpose(
  x: ArrayLike<number>, // shape, row-major
  shape: readonly number[],
  permutation: readonly number[],
): Float64Array {
  const y = new Float64Array(x.length)
  const lengths = permutation.map((axis) => shape[axis]!)
  for (let at = 0; at < x.length; at++) {
    // Index of element `at` along each axis of x.
    const index = shape.map((length, axis) => {
      const below = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
      return Math.floor(at / below) % length
    })
    const to = permutation.reduce((sum, axis, i) => sum * lengths[i]! + index[axis]!, 0)
    y[to] = x[at]!
  }
  return y
}
