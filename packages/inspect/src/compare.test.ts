import { describe, expect, test } from 'vitest'
import { compare, type Values } from './compare.ts'
import { toleranceOf } from './tolerance.ts'
import { ulpDistance } from './ulp.ts'

const bound = { rtol: 1e-5, atol: 1e-6 }
const values = (...data: number[]): Values => ({
  data: Float32Array.from(data),
  shape: [data.length],
})

describe('compare', () => {
  test('NaN equals NaN, infinities themselves, −0 equals 0', () => {
    const a = values(NaN, Infinity, -Infinity, -0, 1)
    const b = values(NaN, Infinity, -Infinity, 0, 1)
    expect(compare(a, b, bound)).toEqual({ ok: true, maxAbs: 0, maxUlp: 0, reason: undefined })
  })

  test.each([
    [NaN, 1],
    [1, NaN],
    [Infinity, -Infinity],
    [Infinity, 3e38],
  ])('%d is not %d', (a, b) => {
    const { ok, reason } = compare(values(0, a), values(0, b), bound)
    expect(ok).toBe(false)
    expect(reason).toMatch(/^at \[1\]: expected .*, got /)
  })

  test('the bound grows with the element and with the largest finite one', () => {
    const large = 1000
    const allowed = bound.atol * large + bound.rtol * 1
    const at = (distance: number): boolean =>
      compare(
        { data: [1 + distance, large, Infinity], shape: [3] },
        { data: [1, large, Infinity], shape: [3] },
        bound,
      ).ok
    expect(at(allowed * 0.99)).toBe(true)
    expect(at(allowed * 1.01)).toBe(false)
  })

  test('names the element that misses its bound most', () => {
    const actual = { data: [0, 1.1, 0, 0, 0, 3], shape: [2, 3] }
    const expected = { data: [0, 1, 0, 0, 0, 2], shape: [2, 3] }
    expect(compare(actual, expected, bound).reason).toBe(
      'at [1, 2]: expected 2, got 3, |Δ| 1.0e+0 where 2.2e-5 is allowed',
    )
  })

  test('shapes have to be equal', () => {
    const { ok, reason } = compare(
      { data: [1, 2], shape: [2, 1] },
      { data: [1, 2], shape: [2] },
      bound,
    )
    expect(ok).toBe(false)
    expect(reason).toBe('wrong shape: expected [2], got [2, 1]')
  })

  test('empty outputs are equal', () => {
    expect(compare({ data: [], shape: [0, 4] }, { data: [], shape: [0, 4] }, bound).ok).toBe(true)
  })
})

describe('ulpDistance', () => {
  test('counts float32 values between two numbers, across zero too', () => {
    const next = Math.fround(1 + 2 ** -23)
    expect(ulpDistance(1, next, 'float32')).toBe(1)
    expect(ulpDistance(-1, -next, 'float32')).toBe(1)
    expect(ulpDistance(0, -0, 'float32')).toBe(0)
    expect(ulpDistance(-(2 ** -149), 2 ** -149, 'float32')).toBe(2)
  })

  test('counts float64 values', () => {
    expect(ulpDistance(1, 1 + Number.EPSILON, 'float64')).toBe(1)
    expect(ulpDistance(-Number.MIN_VALUE, Number.MIN_VALUE, 'float64')).toBe(2)
  })
})

describe('toleranceOf', () => {
  const layer = (computeDtype: 'float32' | 'float16' | 'bfloat16') => ({
    name: 'x',
    className: 'Dense',
    computeDtype,
  })
  test('the coarsest layer decides', () => {
    const rtolOf = (...dtypes: Parameters<typeof layer>[0][]): number =>
      toleranceOf({ layers: dtypes.map((dtype) => layer(dtype)), tensors: [] }).rtol
    expect(rtolOf('float32')).toBe(1e-5)
    expect(rtolOf('float32', 'float16')).toBe(5e-3)
    expect(rtolOf('float16', 'bfloat16')).toBe(4e-2)
  })

  test('follow the dtype that weights are stored in', () => {
    const tensor = { name: 'k', dtype: 'float16', storedFrom: 'float32' } as const
    const stored = { ...tensor, shape: [0], strings: [], data: new Uint8Array(0) }
    expect(toleranceOf({ layers: [layer('float32')], tensors: [stored] }).rtol).toBe(5e-3)
  })
})
