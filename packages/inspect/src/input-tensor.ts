import type { NdArray } from '@dotplus/converter'
import { elementsOf } from '@dotplus/core'
import type { NumericArray } from '@dotplus/kernel'

/** One input of a call, as `predict` takes it. */
export interface InputTensor {
  readonly data: NumericArray | BigInt64Array | BigUint64Array | readonly string[]
  readonly shape: readonly number[]
}

/**
 * The elements of an array read from a file as `predict` takes them. `predict` casts them to the input's dtype.
 */
export function inputTensor(array: NdArray, name: string): InputTensor {
  const { dtype, shape, strings = [] } = array
  if (dtype === 'string') return { data: strings, shape }
  const data = elementsOf({ name, ...array, shape: [...shape], strings: [] })
  if (dtype === 'float16')
    return { data: Float32Array.from(data as Uint16Array, float16Value), shape }
  return { data, shape }
}

/** The value of an IEEE 754 half-precision bit pattern. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25)
}
