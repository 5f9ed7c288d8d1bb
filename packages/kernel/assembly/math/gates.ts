import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { EXP } from './exp'
import { logisticDivisor, logisticDivisorPair, logisticProduct } from './sigmoid'

/*
 * Sigmoid and tanh taken apart for recurrent cells: with E = exp(−z) and G = exp(2g) − 1 a gate is
 * 1 / (1 + E) and a candidate G / (G + 2), so that a product of both needs one division, and is rounded
 * less often than if both were formed.
 */

const TABLE: usize = memory.data<f32>([
  87, // above: E is as good as 0 beside 1
  -60, // below, a pre-activation stands for its gate's divisor: a product of that could overflow
  10, -10, // beyond: tanh is ±1
  2.8853900817779268, // 2 / ln 2
  0.3466796875, // ln 2 / 2, leading bits
  -1.06097222045295292e-4, // ln 2 / 2, rest
  // (exp(2h) − 1 − 2h) / h²
  2.0000000390017696, 1.3333213158243057, 0.6666591735896536, 0.26781366520059897,
  0.08928632119811432,
  1, 2,
])

/** 1 + exp(−z); z where it is far below 0. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function gateDivisor(z: v128): v128 {
  const divisor = logisticDivisor(f32x4.pmin(z, constant(TABLE, 0)))
  return v128.bitselect(z, divisor, f32x4.lt(z, constant(TABLE, 1)))
}

/** z = gateDivisor(x + z) for eight floats; true if that is z for one of them. */
// @ts-ignore: decorator
@inline
export function gateDivisorPair(x: usize, z: usize): bool {
  const z0 = f32x4.add(v128.load(x), v128.load(z))
  const z1 = f32x4.add(v128.load(x, 16), v128.load(z, 16))
  const far0 = f32x4.lt(z0, constant(TABLE, 1))
  const far1 = f32x4.lt(z1, constant(TABLE, 1))
  logisticDivisorPair(f32x4.pmin(z0, constant(TABLE, 0)), f32x4.pmin(z1, constant(TABLE, 0)), z)
  if (!v128.any_true(v128.or(far0, far1))) return false
  v128.store(z, v128.bitselect(z0, v128.load(z), far0))
  v128.store(z, v128.bitselect(z1, v128.load(z, 16), far1), 16)
  return true
}

/** True where one of these divisors is a pre-activation. */
// @ts-ignore: decorator
@inline
export function isAnyFar(divisors: v128): bool {
  return v128.any_true(f32x4.lt(divisors, f32x4.splat(0)))
}

/** `quotient`, but a · sigmoid(divisor) where the divisor is a pre-activation. */
export function farQuotient(quotient: v128, a: v128, divisor: v128): v128 {
  return v128.bitselect(logisticProduct(a, divisor), quotient, f32x4.lt(divisor, f32x4.splat(0)))
}

/** exp(2g) − 1, g limited. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function candidateGrowth(g: v128): v128 {
  g = f32x4.pmin(f32x4.pmax(g, constant(TABLE, 3)), constant(TABLE, 2))
  const exponent = madd(g, constant(TABLE, 4), constant(EXP, 1))
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const top = nmadd(n, constant(TABLE, 5), g)
  const rest = f32x4.mul(n, constant(TABLE, 6))
  const h = f32x4.sub(top, rest)
  const lost = f32x4.sub(f32x4.sub(top, h), rest)
  const square = f32x4.mul(h, h)
  const low = madd(constant(TABLE, 8), h, constant(TABLE, 7))
  const high = madd(constant(TABLE, 11), square, madd(constant(TABLE, 10), h, constant(TABLE, 9)))
  const p = f32x4.add(f32x4.add(h, h), madd(madd(high, square, low), square, f32x4.add(lost, lost)))
  const one = constant(TABLE, 12)
  const power = i32x4.add(i32x4.shl(exponent, 23), one)
  return madd(p, power, f32x4.sub(power, one))
}

/** y = exp(2g) − 1 for two vectors, with the bits of `candidateGrowth`; their steps in turn. */
// @ts-ignore: decorator
@inline
export function candidateGrowthPair(g0: v128, g1: v128, y: usize): void {
  g0 = f32x4.pmin(f32x4.pmax(g0, constant(TABLE, 3)), constant(TABLE, 2))
  g1 = f32x4.pmin(f32x4.pmax(g1, constant(TABLE, 3)), constant(TABLE, 2))
  const exponent0 = madd(g0, constant(TABLE, 4), constant(EXP, 1))
  const exponent1 = madd(g1, constant(TABLE, 4), constant(EXP, 1))
  const n0 = f32x4.sub(exponent0, constant(EXP, 1))
  const n1 = f32x4.sub(exponent1, constant(EXP, 1))
  const top0 = nmadd(n0, constant(TABLE, 5), g0)
  const top1 = nmadd(n1, constant(TABLE, 5), g1)
  const rest0 = f32x4.mul(n0, constant(TABLE, 6))
  const rest1 = f32x4.mul(n1, constant(TABLE, 6))
  const h0 = f32x4.sub(top0, rest0)
  const h1 = f32x4.sub(top1, rest1)
  const lost0 = f32x4.sub(f32x4.sub(top0, h0), rest0)
  const lost1 = f32x4.sub(f32x4.sub(top1, h1), rest1)
  const square0 = f32x4.mul(h0, h0)
  const square1 = f32x4.mul(h1, h1)
  const low0 = madd(constant(TABLE, 8), h0, constant(TABLE, 7))
  const low1 = madd(constant(TABLE, 8), h1, constant(TABLE, 7))
  const high0 = madd(constant(TABLE, 11), square0, madd(constant(TABLE, 10), h0, constant(TABLE, 9)))
  const high1 = madd(constant(TABLE, 11), square1, madd(constant(TABLE, 10), h1, constant(TABLE, 9)))
  const p0 = f32x4.add(f32x4.add(h0, h0), madd(madd(high0, square0, low0), square0, f32x4.add(lost0, lost0)))
  const p1 = f32x4.add(f32x4.add(h1, h1), madd(madd(high1, square1, low1), square1, f32x4.add(lost1, lost1)))
  const one = constant(TABLE, 12)
  const power0 = i32x4.add(i32x4.shl(exponent0, 23), one)
  const power1 = i32x4.add(i32x4.shl(exponent1, 23), one)
  v128.store(y, madd(p0, power0, f32x4.sub(power0, one)))
  v128.store(y, madd(p1, power1, f32x4.sub(power1, one)), 16)
}

/** G + 2. */
// @ts-ignore: decorator
@inline
export function candidateDivisor(growth: v128): v128 {
  return f32x4.add(growth, constant(TABLE, 13))
}
