import { elementsOf } from '@dotplus/core'
import type { NdArray } from '@dotplus/converter'
import type { Value } from '../protocol/values.ts'

/**
 * A NumPy array as `predict` takes it; half floats become float32 without loss.
 */
export function valueOf({ dtype, shape, data, strings = [] }: NdArray): Value {
  if (dtype === 'string') return { data: strings, shape }
  const elements = elementsOf({ name: '', dtype, shape: [...shape], strings: [], data })
  if (dtype === 'float16')
    return { data: Float32Array.from(elements as Uint16Array, halfToNumber), shape }
  return { data: elements, shape }
}

/** The value of an IEEE 754 binary16 bit pattern. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
