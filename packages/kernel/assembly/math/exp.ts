import { madd, nmadd } from '../madd'
import { constant } from './constant'

/*
 * exp(x) = 2ⁿ · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2 (Cody and Waite), exp(r) by a minimax
 * polynomial. The steps are separate because tanh, sigmoid, gelu … need the parts.
 */

/** Constants of the reduction and the polynomial. */
export const EXP: usize = memory.data<f32>([
  1.4426950408889634, // 1 / ln 2
  12582912, // 1.5 · 2²³: adding it rounds to an integer that then sits in the low mantissa bits
  0.693359375, // ln 2, leading bits: n times it is exact
  -2.12194440054690583e-4, // ln 2, rest
  -104, // below: exp rounds to 0
  89, // above: exp rounds to ∞
  // (exp(r) − 1 − r) / r²
  0.5000000097504042, 0.16666516447803822, 0.04166619834680915, 0.008369176037468501,
  0.0013950987714993661,
  1,
  -3.4028234663852886e38, // largest finite number, negative
  5.421010862427522e-20, // 2⁻⁶⁴
  1.8446744073709552e19, // 2⁶⁴
])

/** n + 1.5 · 2²³, n = round(x / ln 2), for |x| < 2²¹. */
// @ts-ignore: decorator
@inline
export function expExponent(x: v128): v128 {
  return madd(x, constant(EXP, 0), constant(EXP, 1))
}

/** r = x − n · ln 2. */
// @ts-ignore: decorator
@inline
export function expReduced(x: v128, exponent: v128): v128 {
  const n = f32x4.sub(exponent, constant(EXP, 1))
  return nmadd(n, constant(EXP, 3), nmadd(n, constant(EXP, 2), x))
}

/** exp(r) − 1 − r for |r| ≤ 0.35. */
// @ts-ignore: decorator
@inline
export function expCurve(r: v128): v128 {
  let q = madd(constant(EXP, 10), r, constant(EXP, 9))
  q = madd(q, r, constant(EXP, 8))
  q = madd(q, r, constant(EXP, 7))
  q = madd(q, r, constant(EXP, 6))
  return f32x4.mul(q, f32x4.mul(r, r))
}

/** exp(r) − 1 for |r| ≤ 0.35, relative to r accurate too. */
// @ts-ignore: decorator
@inline
export function expm1Polynomial(r: v128): v128 {
  return f32x4.add(expCurve(r), r)
}

/** exp(r) for |r| ≤ 0.35; what 1 + r loses is added to the small term. */
// @ts-ignore: decorator
@inline
export function expPolynomial(r: v128): v128 {
  const one = constant(EXP, 11)
  const sum = f32x4.add(one, r)
  const lost = f32x4.sub(r, f32x4.sub(sum, one))
  return f32x4.add(sum, f32x4.add(expCurve(r), lost))
}

/** 2ⁿ for −126 ≤ n ≤ 127. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(exponent: v128): v128 {
  return i32x4.add(i32x4.shl(exponent, 23), constant(EXP, 11))
}

/** v · 2ⁿ for −252 ≤ n ≤ 254, in two steps so that a subnormal result is rounded once. */
// @ts-ignore: decorator
@inline
export function scale(v: v128, exponent: v128): v128 {
  const n = i32x4.sub(exponent, constant(EXP, 1))
  const half = i32x4.shr_s(n, 1)
  const one = constant(EXP, 11)
  const a = i32x4.add(i32x4.shl(half, 23), one)
  const b = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), one)
  return f32x4.mul(f32x4.mul(v, a), b)
}

/** exp(x) for −87 ≤ x ≤ 88: no subnormal and no infinite result. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function expNormal(x: v128): v128 {
  const exponent = expExponent(x)
  return f32x4.mul(expPolynomial(expReduced(x, exponent)), powerOfTwo(exponent))
}

/** x limited to where exp(x) is neither 0 nor ∞, plus a step beyond. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function expDomain(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, constant(EXP, 4)), constant(EXP, 5))
}

/** exp(x) for every x, within 1 ulp. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = expDomain(x)
  const exponent = expExponent(x)
  return scale(expPolynomial(expReduced(x, exponent)), exponent)
}

/** v · 2ⁿ for −190 ≤ n ≤ 63; a subnormal result is rounded once. */
// @ts-ignore: decorator
@inline
export function scaleDown(v: v128, exponent: v128): v128 {
  const power = i32x4.add(i32x4.shl(exponent, 23), constant(EXP, 14))
  return f32x4.mul(f32x4.mul(v, power), constant(EXP, 13))
}

/** exp(x) for x ≤ 0. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  x = f32x4.pmax(x, constant(EXP, 4))
  const exponent = expExponent(x)
  return scaleDown(expPolynomial(expReduced(x, exponent)), exponent)
}

/** exp(x + low) for x ≤ 0, not below −104 by more than rounding, and low what rounding took from x. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function expOfDifference(x: v128, low: v128): v128 {
  const exponent = expExponent(x)
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const r = f32x4.add(nmadd(n, constant(EXP, 2), x), nmadd(n, constant(EXP, 3), low))
  return scaleDown(expPolynomial(r), exponent)
}

/** `y`, but NaN for x = −∞: what the product of −∞ and exp(−∞) = 0 is. */
// @ts-ignore: decorator
@inline
export function productAtInfinity(x: v128, y: v128): v128 {
  return v128.or(y, f32x4.lt(x, constant(EXP, 12)))
}
