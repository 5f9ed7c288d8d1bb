import type { ElementType } from './element-type.ts'

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** float32 to the nearest bfloat16, ties to even. */
function toBfloat16(value: number): number {
  float[0] = value
  const word = bits[0] as number
  if ((word & 0x7fffffff) > 0x7f800000) return Number.NaN
  bits[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000
  return float[0]
}

/** Adding and subtracting this leaves a multiple of 2^-24, float16's smallest step. */
const subnormalStep = 2 ** 28

/** A number to the nearest float16, ties to even; beyond 65504 infinity. */
function toFloat16(value: number): number {
  const size = Math.abs(value)
  // In float64 a sum with 2^28 has steps of 2^-24; above 2^-14 the step is 2^-10 of the number's power of two.
  if (size < 2 ** -14) return signed(size + subnormalStep - subnormalStep, value)
  if (!(size < 65520)) return size === size ? signed(Infinity, value) : value
  const magnified = size * (2 ** 42 + 1)
  return signed(magnified - (magnified - size), value)
}

function signed(size: number, like: number): number {
  return like < 0 || Object.is(like, -0) ? -size : size
}

/** A number as elements of this floating dtype hold it: to the nearest, ties to even. */
export function rounded(dtype: ElementType, value: number): number {
  switch (dtype) {
    case 'float16':
      return toFloat16(value)
    case 'bfloat16':
      return toBfloat16(value)
    case 'float32':
      return Math.fround(value)
    default:
      return value
  }
}
