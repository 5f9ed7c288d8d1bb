import { expect, test } from 'vitest'
import { hashOutputs } from './hash.ts'

const hash = (...bits: number[]): string =>
  hashOutputs([[{ data: new Float32Array(Uint32Array.from(bits).buffer), shape: [bits.length] }]])

test('every NaN counts as the same one', () => {
  expect(hash(0x7fc00000)).toBe(hash(0xffc12345))
})

test('the last bit and the sign of zero count', () => {
  expect(hash(0x3f800000)).not.toBe(hash(0x3f800001))
  expect(hash(0)).not.toBe(hash(0x80000000))
})

test('shape and call count', () => {
  const data = new Float32Array(4)
  const hashes = [
    hashOutputs([[{ data, shape: [4] }]]),
    hashOutputs([[{ data, shape: [2, 2] }]]),
    hashOutputs([[], [{ data, shape: [4] }]]),
  ]
  expect(new Set(hashes).size).toBe(3)
})
