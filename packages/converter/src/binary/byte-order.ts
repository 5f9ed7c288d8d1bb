/** A copy of `bytes` with the bytes of every `width`-byte element reversed. */
export function swapByteOrder(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = new Uint8Array(bytes.byteLength)
  for (let start = 0; start + width <= bytes.byteLength; start += width) {
    for (let i = 0; i < width; i++) swapped[start + i] = bytes[start + width - 1 - i] as number
  }
  return swapped
}

/**
 * A copy of column-major (Fortran) elements in row-major order.
 *
 * @param shape elements per dimension
 * @param width bytes per element; `bytes` holds product(shape) * width
 */
export function fortranToRowMajor(
  bytes: Uint8Array,
  shape: readonly number[],
  width: number,
): Uint8Array {
  const rowMajor = new Uint8Array(bytes.byteLength)
  const rank = shape.length
  // Distance, in elements, between neighbours along each axis of the column-major source.
  const strides: number[] = []
  let stride = 1
  for (const size of shape) {
    strides.push(stride)
    stride *= size
  }
  const index = shape.map(() => 0)
  let source = 0
  for (let target = 0; target < bytes.byteLength; target += width) {
    for (let i = 0; i < width; i++) rowMajor[target + i] = bytes[source * width + i] as number
    for (let axis = rank - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1
      source += strides[axis] as number
      if (next < (shape[axis] as number)) {
        index[axis] = next
        break
      }
      source -= next * (strides[axis] as number)
      index[axis] = 0
    }
  }
  return rowMajor
}
