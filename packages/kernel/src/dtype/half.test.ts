import { describe, expect, it } from 'vitest'
import { rounded } from './half.ts'

/** The number that float16 bits stand for. */
function half(bits: number): number {
  const [exponent, fraction] = [bits >> 10, bits & 1023]
  if (exponent === 0) return fraction * 2 ** -24
  return (1 + fraction / 1024) * 2 ** (exponent - 15)
}

describe('rounded', () => {
  it('gives the nearest float16, ties to even, for and between all of them', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const below = half(bits)
      const step = half(bits + 1)
      const above = bits === 0x7bff ? Infinity : step
      const middle = (below + step) / 2
      expect(rounded('float16', below)).toBe(below)
      expect(rounded('float16', -middle)).toBe(-(bits % 2 === 0 ? below : above))
      expect(rounded('float16', middle * (1 - 2 ** -40))).toBe(below)
      expect(rounded('float16', middle * (1 + 2 ** -40))).toBe(above)
    }
  })

  it('gives the nearest bfloat16, ties to even', () => {
    const next = 1 + 2 ** -7
    expect(rounded('bfloat16', 1 + 2 ** -8)).toBe(1)
    expect(rounded('bfloat16', next + 2 ** -8)).toBe(1 + 2 ** -6)
    expect(rounded('bfloat16', 1 + 2 ** -8 + 2 ** -20)).toBe(next)
    expect(rounded('bfloat16', 3.4e38)).toBe(Infinity)
    expect(rounded('bfloat16', 2 ** -133)).toBe(2 ** -133)
  })

  it.each(['float16', 'bfloat16', 'float32'] as const)('keeps what has no size in %s', (dtype) => {
    for (const value of [0, -0, Infinity, -Infinity, NaN]) expect(rounded(dtype, value)).toBe(value)
  })
})
