import { describe, expect, test } from 'vitest'
import { packBundle, unpackBundle } from './bundle.ts'
import { readValue, storeValue } from './values.ts'

describe('bundle', () => {
  test('gives back header and blobs of every length', () => {
    const blobs = Array.from({ length: 20 }, (_, length) => new Uint8Array(length).fill(length))
    const bundle = unpackBundle(packBundle({ header: { name: 'ü' }, blobs }))
    expect(bundle.header).toEqual({ name: 'ü' })
    expect(bundle.blobs).toEqual(blobs)
  })

  test('can be read from an unaligned place', () => {
    const packed = packBundle({ header: {}, blobs: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)] })
    const shifted = new Uint8Array(packed.byteLength + 1)
    shifted.set(packed, 1)
    const [blob] = unpackBundle(shifted.subarray(1)).blobs
    expect((blob?.byteOffset ?? 1) % 8).toBe(0)
  })

  test('refuses to be cut off', () => {
    const packed = packBundle({ header: {}, blobs: [new Uint8Array(100)] })
    expect(() => unpackBundle(packed.subarray(0, 80))).toThrow(RangeError)
  })

  test('keeps values with their type and shape', () => {
    const blobs: Uint8Array[] = []
    const value = { data: Float64Array.of(1, -0, NaN, Infinity), shape: [2, 2] }
    expect(readValue(storeValue(value, blobs), blobs)).toEqual(value)
  })
})
