import { expect, test } from 'vitest'
import { agreement, errorAgainst, hashOf, signedUlps } from './accuracy.ts'

test('signed distances in ulp', () => {
  const next = Math.fround(1 + 2 ** -23)
  expect(signedUlps(Float32Array.of(1, next, 1, -1), Float32Array.of(1, 1, next, -1))).toEqual([
    0, 1, -1, 0,
  ])
})

test('largest and root mean square error', () => {
  expect(errorAgainst(Float64Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 6))).toEqual({
    maxAbs: 2,
    rms: 1,
  })
})

test('a row out of bounds is not equal', () => {
  expect(agreement(Float32Array.of(1, 10), Float32Array.of(1, 10)).equal).toBe(true)
  expect(agreement(Float32Array.of(1.001, 10), Float32Array.of(1, 10)).equal).toBe(false)
})

test('the hash is of the bytes', () => {
  expect(hashOf(new Float32Array(0))).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  expect(hashOf(Float32Array.of(0))).not.toBe(hashOf(Float32Array.of(-0)))
})
