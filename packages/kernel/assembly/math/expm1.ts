import { constant } from './constant'
import { expCurve, expExponent, expm1Polynomial, expReduced, powerOfTwo } from './exp'
import { constant64, evenPart, fraction, oddPart, power as powerOfTwo64, wholePart } from './exp64'
import { demote, promoteHigh, promoteLow } from '../lanes'
import { madd, madd64 } from '../madd'

const TABLE: usize = memory.data<f32>([
  -18, // below: expm1 rounds to −1
  89, // above: expm1 is ∞
  0.5,
  1,
  2.98023223876953125e-8, // 2⁻²⁵: below, expm1(x) rounds to x
])
const TABLE64: usize = memory.data<f64>([
  1.4426950408889634, // 1 / ln 2
])

/**
 * exp(x) − 1 = 2 · (2ⁿ⁻¹ · (exp(r) − 1) + (2ⁿ⁻¹ − ½)): no cancellation near 0, and no overflow
 * before the last step. Within 2 ulp.
 */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const limited = f32x4.pmin(f32x4.pmax(x, constant(TABLE, 0)), constant(TABLE, 1))
  const exponent = expExponent(limited)
  const p = expm1Polynomial(expReduced(limited, exponent))
  const half = constant(TABLE, 2)
  const power = powerOfTwo(i32x4.sub(exponent, i32x4.splat(1)))
  const y = madd(p, power, f32x4.sub(power, half))
  // Halving a subnormal would lose its last bit, and −0 would become 0.
  const tiny = f32x4.lt(f32x4.abs(x), constant(TABLE, 4))
  return v128.bitselect(x, f32x4.add(y, y), tiny)
}

/**
 * (high + low) · (exp(x) − 1) for x < 0, high of 12 significant bits: the largest product is exact, so that nothing but
 * the last sum is rounded to the precision of the result. Within 1.5 ulp.
 */
// @ts-ignore: decorator
@inline
export function scaledExpm1(x: v128, high: v128, low: v128): v128 {
  const limited = f32x4.pmax(x, constant(TABLE, 0))
  const exponent = expExponent(limited)
  const r = expReduced(limited, exponent)
  const power = powerOfTwo(exponent)
  const most = f32x4.sub(power, constant(TABLE, 3))
  const middle = f32x4.mul(r, power)
  const sum = f32x4.add(most, middle)
  const lost = f32x4.sub(middle, f32x4.sub(sum, most))
  const top = leadingBits(sum)
  const rest = f32x4.add(madd(expCurve(r), power, lost), f32x4.sub(sum, top))
  const small = madd(high, rest, f32x4.mul(low, f32x4.add(top, rest)))
  return f32x4.add(f32x4.mul(high, top), small)
}

/** v without all but 12 of its significant bits. */
// @ts-ignore: decorator
@inline
export function leadingBits(v: v128): v128 {
  return v128.and(v, i32x4.splat(0xfffff000))
}

/** a · (exp(x / a) − 1), taken in float64. Within 1 ulp. */
// @ts-ignore: decorator
@inline
export function stretchedExpm1(x: v128, a: v128): v128 {
  return demote(stretched(promoteLow(x), promoteLow(a)), stretched(promoteHigh(x), promoteLow(a)))
}

/** Two doubles of it, as a · (P · (2ⁿ − 1) + Q · (2ⁿ + 1)) / (P − Q). */
export function stretched(x: v128, a: v128): v128 {
  const limited = f64x2.pmin(f64x2.pmax(f64x2.div(x, a), f64x2.splat(-400)), f64x2.splat(400))
  const octaves = f64x2.mul(limited, constant64(TABLE64, 0))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  const power = powerOfTwo64(whole)
  const one = f64x2.splat(1)
  const growth = madd64(even, f64x2.sub(power, one), f64x2.mul(odd, f64x2.add(power, one)))
  return f64x2.div(f64x2.mul(a, growth), f64x2.sub(even, odd))
}
