import { UnsupportedError } from '@dotplus/core'
import { expect, it } from 'vitest'
import { toHalf } from './half.ts'

function halfOf(...values: readonly number[]): number[] {
  const floats = Float32Array.from(values)
  const bytes = new Uint8Array(floats.buffer)
  return [...new Uint16Array(toHalf(bytes, 'k').buffer)]
}

/** The number of a float16, by the definition. */
function numberOf(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits)

it('keeps every finite float16, of both signs', () => {
  expect(halfOf(...finite.map(numberOf))).toEqual(finite)
  const negative = finite.map((bits) => bits | 0x8000)
  expect(halfOf(...negative.map(numberOf))).toEqual(negative)
})

it('rounds what lies between two to the nearest, and to even in the middle', () => {
  const middles = finite.slice(0, -1).map((bits) => (numberOf(bits) + numberOf(bits + 1)) / 2)
  expect(halfOf(...middles)).toEqual(middles.map((_, bits) => bits + (bits % 2)))
  const nudge = (value: number, by: number): number => {
    const float = Float32Array.of(value)
    new Int32Array(float.buffer)[0]! += by
    return float[0] as number
  }
  expect(halfOf(...middles.map((value) => nudge(value, 1)))).toEqual(middles.map((_, i) => i + 1))
  expect(halfOf(...middles.map((value) => nudge(value, -1)))).toEqual(middles.map((_, i) => i))
})

it('keeps zeros, infinities and NaN', () => {
  expect(halfOf(0, -0, Infinity, -Infinity, NaN, 1e-45)).toEqual([
    0, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0,
  ])
})

it('refuses a weight that would become infinite', () => {
  expect(halfOf(65504, 65519)).toEqual([0x7bff, 0x7bff])
  expect(() => halfOf(65520)).toThrow(UnsupportedError)
  expect(() => halfOf(-70000)).toThrow(
    'tensor k: a weight is too large for float16: expected at most 65504, got 70000. Convert without --weights f16',
  )
})
