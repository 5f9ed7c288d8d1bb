import { describe, expect, it } from 'vitest'
import exact from '../wasm/exact.ts'
import { GuardedKernel } from '../wasm/testing.ts'
import type { Float64Function } from '../lower/host-op.ts'
import { doubleFunctions, power, roundHalfEven } from './double.ts'

const kernel = new GuardedKernel(exact)
const f = (kernel.exports as unknown as { float64: Float64Function }).float64

const bits = new DataView(new ArrayBuffer(8))

/** Position among all float64 numbers. */
function rank(x: number): bigint {
  bits.setFloat64(0, x)
  const word = bits.getBigInt64(0)
  return word < 0n ? -(word & 0x7fffffffffffffffn) : word
}

function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (a !== a && b !== b)) return 0
  return Math.abs(Number(rank(a) - rank(b)))
}

let seed = 7
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

describe('power', () => {
  it('is within 1 ulp of a power in integers of many digits', () => {
    // xⁿ for whole x and n, exact as a bigint and rounded once.
    for (let x = 3n; x < 60n; x += 2n)
      for (let n = 2; n < 170; n += 7)
        expect(ulps(power(f, Number(x), n), Number(x ** BigInt(n)))).toBeLessThanOrEqual(1)
  })

  it('is the inverse of roots within 2 ulp', () => {
    for (let i = 0; i < 2000; i++) {
      const x = Math.exp((random() - 0.5) * 200)
      expect(ulps(power(f, x, 0.5), Math.sqrt(x))).toBeLessThanOrEqual(1)
      expect(ulps(power(f, x, -1), 1 / x)).toBeLessThanOrEqual(1)
    }
  })

  it('has the limits of C: signs, zeros, infinities, NaN', () => {
    const values = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, Infinity, -Infinity, NaN, 1e308, -1e308]
    for (const x of values)
      for (const y of values) {
        // ECMAScript differs from C where the base is ±1 and the exponent infinite or NaN.
        const isOne = x === 1 || (x === -1 && !Number.isFinite(y) && y === y)
        // An engine's own power may be an ulp off.
        expect(ulps(power(f, x, y), isOne ? 1 : x ** y), `${x} ^ ${y}`).toBeLessThanOrEqual(1)
      }
  })
})

describe('doubleFunctions', () => {
  it('keep NaN', () => {
    const numeric = Object.entries(doubleFunctions).filter(
      ([name]) => !['threshold', 'sparse_plus'].includes(name),
    )
    for (const [name, apply] of numeric)
      expect(apply(NaN, f, []), name).toSatisfy((y: number) => y !== y || name === 'sparse_sigmoid')
  })

  it.each([
    ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x))],
    ['softplus', (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)],
    ['elu', (x: number) => (x > 0 ? x : Math.expm1(x))],
    ['silu', (x: number) => x / (1 + Math.exp(-x))],
    ['log_sigmoid', (x: number) => -Math.log1p(Math.exp(-x))],
  ] as const)('%s is within 1e-15 of its formula', (name, formula) => {
    for (let x = -30; x < 30; x += 0.37) {
      const y = doubleFunctions[name]!(x, f, [])
      expect(Math.abs(y - formula(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(y)))
    }
  })
})

describe('roundHalfEven', () => {
  it('rounds halves to even and keeps −0', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2 ** 53].map(roundHalfEven)).toEqual([
      0,
      2,
      2,
      -0,
      -2,
      2,
      2 ** 53,
    ])
  })
})
