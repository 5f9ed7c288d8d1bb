import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { EXP } from './exp'

/*
 * Sigmoid and tanh taken apart for recurrent cells: with E = exp(−z) and G = exp(2g) − 1 a gate is
 * 1 / (1 + E) and a candidate G / (G + 2), so that a product of both needs one division, and is rounded
 * less often than if both were formed.
 */

const TABLE: usize = memory.data<f32>([
  87, -87, // beyond: E is as good as 0 or ∞ beside 1
  10, -10, // beyond: tanh is ±1
  2.8853900817779268, // 2 / ln 2
  0.3466796875, // ln 2 / 2, leading bits
  -1.06097222045295292e-4, // ln 2 / 2, rest
  // (exp(2h) − 1 − 2h) / h²
  2.0000000390017696, 1.3333213158243057, 0.6666591735896536, 0.26781366520059897,
  0.08928632119811432,
  1, 2,
])

/** 1 + exp(−z); NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function gateDivisor(z: v128): v128 {
  return f32x4.add(gateExponential(z), constant(TABLE, 12))
}

/** exp(−z), z limited. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function gateExponential(z: v128): v128 {
  z = f32x4.pmin(f32x4.pmax(z, constant(TABLE, 1)), constant(TABLE, 0))
  const exponent = nmadd(z, constant(EXP, 0), constant(EXP, 1))
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const s = madd(n, constant(EXP, 3), madd(n, constant(EXP, 2), z))
  const square = f32x4.mul(s, s)
  const low = nmadd(constant(EXP, 7), s, constant(EXP, 6))
  const high = madd(constant(EXP, 10), square, nmadd(constant(EXP, 9), s, constant(EXP, 8)))
  const one = constant(TABLE, 12)
  const e = madd(madd(high, square, low), square, f32x4.sub(one, s))
  return f32x4.mul(e, i32x4.add(i32x4.shl(exponent, 23), one))
}

/** exp(2g) − 1, g limited. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function candidateGrowth(g: v128): v128 {
  g = f32x4.pmin(f32x4.pmax(g, constant(TABLE, 3)), constant(TABLE, 2))
  const exponent = madd(g, constant(TABLE, 4), constant(EXP, 1))
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const h = nmadd(n, constant(TABLE, 6), nmadd(n, constant(TABLE, 5), g))
  const square = f32x4.mul(h, h)
  const low = madd(constant(TABLE, 8), h, constant(TABLE, 7))
  const high = madd(constant(TABLE, 11), square, madd(constant(TABLE, 10), h, constant(TABLE, 9)))
  const p = madd(madd(high, square, low), square, f32x4.add(h, h))
  const one = constant(TABLE, 12)
  const power = i32x4.add(i32x4.shl(exponent, 23), one)
  return madd(p, power, f32x4.sub(power, one))
}

/** G + 2. */
// @ts-ignore: decorator
@inline
export function candidateDivisor(growth: v128): v128 {
  return f32x4.add(growth, constant(TABLE, 13))
}
