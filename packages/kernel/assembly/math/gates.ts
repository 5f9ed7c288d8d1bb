import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { EXP, expOfNegative } from './exp'

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

/** exp(−z), z limited, within 1.5 ulp. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function gateExponential(z: v128): v128 {
  return expOfNegative(f32x4.pmin(f32x4.pmax(z, constant(TABLE, 1)), constant(TABLE, 0)))
}

/**
 * z = 1 + exp(−(x + z)) for eight floats, with the bits of `gateDivisor`: its steps on two vectors in turn, so that one
 * does not wait for the other.
 */
// @ts-ignore: decorator
@inline
export function gateDivisorPair(x: usize, z: usize): void {
  const least = constant(TABLE, 1)
  const most = constant(TABLE, 0)
  const shifter = constant(EXP, 1)
  const one = constant(TABLE, 12)
  const z0 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(x), v128.load(z)), least), most)
  const z1 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(x, 16), v128.load(z, 16)), least), most)
  const exponent0 = nmadd(z0, constant(EXP, 0), shifter)
  const exponent1 = nmadd(z1, constant(EXP, 0), shifter)
  const n0 = f32x4.sub(exponent0, shifter)
  const n1 = f32x4.sub(exponent1, shifter)
  let s0 = madd(n0, constant(EXP, 2), z0)
  let s1 = madd(n1, constant(EXP, 2), z1)
  s0 = madd(n0, constant(EXP, 3), s0)
  s1 = madd(n1, constant(EXP, 3), s1)
  let q0 = nmadd(constant(EXP, 10), s0, constant(EXP, 9))
  let q1 = nmadd(constant(EXP, 10), s1, constant(EXP, 9))
  q0 = nmadd(q0, s0, constant(EXP, 8))
  q1 = nmadd(q1, s1, constant(EXP, 8))
  q0 = nmadd(q0, s0, constant(EXP, 7))
  q1 = nmadd(q1, s1, constant(EXP, 7))
  q0 = nmadd(q0, s0, constant(EXP, 6))
  q1 = nmadd(q1, s1, constant(EXP, 6))
  q0 = nmadd(q0, s0, one)
  q1 = nmadd(q1, s1, one)
  q0 = nmadd(q0, s0, one)
  q1 = nmadd(q1, s1, one)
  q0 = f32x4.mul(q0, i32x4.add(i32x4.shl(exponent0, 23), one))
  q1 = f32x4.mul(q1, i32x4.add(i32x4.shl(exponent1, 23), one))
  v128.store(z, f32x4.add(q0, one))
  v128.store(z, f32x4.add(q1, one), 16)
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
