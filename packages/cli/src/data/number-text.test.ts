import { describe, expect, test } from 'vitest'
import { parseNumber } from '@dotplus/inspect'
import { numberText, shortestFloat32 } from './number-text.ts'

describe('parseNumber', () => {
  test.each([
    ['1.5', 1.5],
    [' -2e3 ', -2000],
    ['nan', NaN],
    ['NaN', NaN],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    ['-0', -0],
  ])('%j is %d', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })

  test.each(['', '  ', 'x1', '1,5', '1 2'])('%j is no number', (text) => {
    expect(parseNumber(text)).toBeUndefined()
  })
})

describe('numberText', () => {
  test.each([
    [Math.fround(0.1), '0.1'],
    [Math.fround(16777217), '16777216'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
    [-0, '-0'],
    [Math.fround(1e-45), '1e-45'],
    [Math.fround(3.4028235e38), '3.4028235e+38'],
  ])('%d is written as %s', (value, text) => {
    expect(numberText(value, true)).toBe(text)
  })

  test('every float32 reads back as the same float32', () => {
    const bits = Uint32Array.from({ length: 100_000 }, (_, i) => i * 2654435761)
    const values = new Float32Array(bits.buffer).filter(Number.isFinite)
    expect(values.filter((value) => Math.fround(shortestFloat32(value)) !== value)).toHaveLength(0)
  })
})
