import { describe, expect, test } from 'vitest'
import { firstMismatch } from './compare.ts'

const tolerance = { rtol: 1e-5, atol: 1e-6 }
const mismatch = (got: number[], expected: number[], dtype: 'float32' | 'int32' = 'float32') =>
  firstMismatch(
    { data: Float32Array.from(got), shape: [got.length] },
    { data: Float64Array.from(expected), shape: [expected.length], dtype },
    tolerance,
  )

describe('|a − b| ≤ 1e-6·max|b| + 1e-5·|b|', () => {
  test.each([
    [[1], [1]],
    [[1.00001], [1]],
    [
      [100, 1e-5],
      [100, 0],
    ],
    [[NaN], [NaN]],
    [
      [Infinity, -Infinity],
      [Infinity, -Infinity],
    ],
    [[-0], [0]],
    [[], []],
  ])('%j is close enough to %j', (got, expected) => {
    expect(mismatch(got, expected)).toBeUndefined()
  })

  test.each([
    [[1.00002], [1]],
    [
      [100, 2e-4],
      [100, 0],
    ],
    [[NaN], [1]],
    [[1], [NaN]],
    [[3e38], [Infinity]],
    [[Infinity], [3e38]],
    [[-Infinity], [Infinity]],
  ])('%j is too far from %j', (got, expected) => {
    expect(mismatch(got, expected)).toMatch(/^element \d: expected .*, got /)
  })

  test('integers must be equal', () => {
    expect(mismatch([100_000], [100_001], 'int32')).toMatch(/expected 100001, got 100000/)
  })

  test('shapes must be equal', () => {
    const got = { data: new Float32Array(6), shape: [2, 3] }
    const expected = { data: new Float32Array(6), shape: [3, 2], dtype: 'float32' as const }
    expect(firstMismatch(got, expected, tolerance)).toBe('expected shape (3, 2), got (2, 3)')
  })
})
