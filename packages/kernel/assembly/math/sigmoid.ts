import { demote, promoteHigh, promoteLow } from '../lanes'
import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { EXP } from './exp'
import { constant64, evenPart, fraction, oddPart, power, wholePart } from './exp64'

const TABLE: usize = memory.data<f32>([
  87, // exp(±x) is a normal number up to here
  1,
])
const TABLE64: usize = memory.data<f64>([
  1.4426950408889634, // 1 / ln 2
])

/**
 * 1 + exp(−x) for |x| ≤ 87, within 1 ulp; NaN stays NaN. With exp(−x) = 2ⁿ · (1 − p) it is (2ⁿ + 1) − 2ⁿ · p: the large
 * terms are rounded once.
 */
// @ts-ignore: decorator
@inline
export function logisticDivisor(x: v128): v128 {
  const exponent = nmadd(x, constant(EXP, 0), constant(EXP, 1))
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const s = madd(n, constant(EXP, 3), madd(n, constant(EXP, 2), x))
  let q = nmadd(constant(EXP, 10), s, constant(EXP, 9))
  q = nmadd(q, s, constant(EXP, 8))
  q = nmadd(q, s, constant(EXP, 7))
  q = nmadd(q, s, constant(EXP, 6))
  q = nmadd(q, s, constant(EXP, 11))
  return assembled(f32x4.mul(q, s), exponent)
}

/** 1 + 2ⁿ · (1 − p); what rounding adds to 2ⁿ + 1 is taken off again. */
// @ts-ignore: decorator
@inline
function assembled(p: v128, exponent: v128): v128 {
  const one = constant(EXP, 11)
  const power = i32x4.add(i32x4.shl(exponent, 23), one)
  const most = f32x4.add(power, one)
  const excess = f32x4.sub(f32x4.sub(most, power), one)
  return f32x4.sub(most, madd(p, power, excess))
}

/** `logisticDivisor` of two vectors, to y; their steps in turn, so that one does not wait for the other. */
// @ts-ignore: decorator
@inline
export function logisticDivisorPair(x0: v128, x1: v128, y: usize): void {
  const shifter = constant(EXP, 1)
  const exponent0 = nmadd(x0, constant(EXP, 0), shifter)
  const exponent1 = nmadd(x1, constant(EXP, 0), shifter)
  const n0 = f32x4.sub(exponent0, shifter)
  const n1 = f32x4.sub(exponent1, shifter)
  let s0 = madd(n0, constant(EXP, 2), x0)
  let s1 = madd(n1, constant(EXP, 2), x1)
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
  q0 = nmadd(q0, s0, constant(EXP, 11))
  q1 = nmadd(q1, s1, constant(EXP, 11))
  v128.store(y, assembled(f32x4.mul(q0, s0), exponent0))
  v128.store(y, assembled(f32x4.mul(q1, s1), exponent1), 16)
}

/**
 * a · sigmoid(z) in float64, rounded once: for z of any size, where the exponential alone would not fit a float32. NaN where
 * it is infinity times what rounds to 0.
 */
export function logisticProduct(a: v128, z: v128): v128 {
  const isInfinite = f32x4.eq(f32x4.abs(a), f32x4.splat(Infinity))
  const isZero = f32x4.lt(z, f32x4.splat(-104))
  return v128.or(mix(z, a, f32x4.splat(0)), v128.and(isInfinite, isZero))
}

/** sigmoid(z) · a + (1 − sigmoid(z)) · b in float64, rounded once. */
// @ts-ignore: decorator
@inline
export function mix(z: v128, a: v128, b: v128): v128 {
  return demote(mixed(promoteLow(z), promoteLow(a), promoteLow(b)), mixed(promoteHigh(z), promoteHigh(a), promoteHigh(b)))
}

/** (a · w + b) / (w + 1), w = exp(z), two lanes. */
// @ts-ignore: decorator
@inline
function mixed(z: v128, a: v128, b: v128): v128 {
  const limited = f64x2.pmin(f64x2.pmax(z, f64x2.splat(-400)), f64x2.splat(400))
  const octaves = f64x2.mul(limited, constant64(TABLE64, 0))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  const p = f64x2.mul(f64x2.add(even, odd), power(whole))
  const q = f64x2.sub(even, odd)
  return f64x2.div(f64x2.add(f64x2.mul(a, p), f64x2.mul(b, q)), f64x2.add(p, q))
}

/** |x| > 87. */
// @ts-ignore: decorator
@inline
function isFar(x: v128): v128 {
  return f32x4.gt(f32x4.abs(x), constant(TABLE, 0))
}

/** a · sigmoid(x) = a / (1 + exp(−x)), within 2 ulp. */
// @ts-ignore: decorator
@inline
export function gated(a: v128, x: v128): v128 {
  const far = isFar(x)
  const near = f32x4.div(a, logisticDivisor(x))
  return v128.any_true(far) ? v128.bitselect(logisticProduct(a, x), near, far) : near
}

/** 1 / (1 + exp(−x)) within 2 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return gated(constant(TABLE, 1), x)
}

/** x · sigmoid(x) within 2 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  return gated(x, x)
}

/** silu of eight floats; x may be y. */
// @ts-ignore: decorator
@inline
export function siluPair(x: usize, y: usize): void {
  const x0 = v128.load(x)
  const x1 = v128.load(x, 16)
  const far0 = isFar(x0)
  const far1 = isFar(x1)
  logisticDivisorPair(x0, x1, y)
  let y0 = f32x4.div(x0, v128.load(y))
  let y1 = f32x4.div(x1, v128.load(y, 16))
  if (v128.any_true(v128.or(far0, far1))) {
    y0 = v128.bitselect(logisticProduct(x0, x0), y0, far0)
    y1 = v128.bitselect(logisticProduct(x1, x1), y1, far1)
  }
  v128.store(y, y0)
  v128.store(y, y1, 16)
}
