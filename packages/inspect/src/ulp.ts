const scratch = new DataView(new ArrayBuffer(8))

/**
 * Units in the last place between two finite numbers, counted in float32 or float64: 0 for equal ones (and for ±0), 1 for
 * neighbours. Values are rounded to the format first.
 */
export function ulpDistance(a: number, b: number, format: 'float32' | 'float64'): number {
  return format === 'float32'
    ? Math.abs(rank32(a) - rank32(b))
    : Number(absolute(rank64(a) - rank64(b)))
}

/** Position of a float32 among all of them in ascending order; ±0 is 0. */
function rank32(value: number): number {
  scratch.setFloat32(0, value)
  const bits = scratch.getInt32(0)
  return bits < 0 ? -(bits & 0x7fffffff) : bits
}

function rank64(value: number): bigint {
  scratch.setFloat64(0, value)
  const bits = scratch.getBigInt64(0)
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
