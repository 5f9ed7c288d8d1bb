import { elementsOf } from '@dotplus/core'
import type { NdArray } from '@dotplus/converter'
import type { Value } from '../protocol/values.ts'

/**
 * A NumPy array as `predict` takes it. 64-bit integers become float64 and half floats float32, both without loss.
 *
 * @throws {TypeError} for strings and for integers beyond 2^53
 */
export function valueOf({ dtype, shape, data }: NdArray): Value {
  const elements = elementsOf({ name: '', dtype, shape: [...shape], strings: [], data })
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    return { data: Float64Array.from(elements, safeNumber), shape }
  }
  if (dtype === 'float16') return { data: Float32Array.from(elements, halfToNumber), shape }
  return { data: elements, shape }
}

function safeNumber(integer: bigint): number {
  const number = Number(integer)
  if (!Number.isSafeInteger(number)) throw new TypeError(`${integer} is beyond 2^53`)
  return number
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
