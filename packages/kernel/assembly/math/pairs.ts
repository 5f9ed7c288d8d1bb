/*
 * exp, sigmoid and tanh of two doubles: a few units in the last place of a double off, so that a float32 result is
 * rounded once.
 */

// @ts-ignore: decorator, which leaves out what nothing uses
@lazy
const TABLE: usize = memory.data<f64>([
  1.4426950408889634, // 1 / ln 2
  6755399441055744, // 1.5 · 2⁵²: adding it rounds to an integer that then sits in the low mantissa bits
  0.6931471803691238, // ln 2, leading bits: n times it is exact
  1.9082149292705877e-10, // ln 2, rest
  700, -700, // exp is a normal number in between
  1, 2,
  // 1 / k!, k from 11 down to 2: exp(r) − 1 − r = r² · Σ rᵏ⁻² / k!
  2.505210838544172e-8, 2.7557319223985893e-7, 2.7557319223985893e-6, 2.48015873015873e-5,
  1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2,
  0.16666666666666666, 0.5,
])

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load64_splat(TABLE + (index << 3))
}

/** exp(x), or exp(x) − 1 without cancellation, for |x| ≤ 700; as of ±700 beyond. NaN stays NaN. */
function grown(x: v128, minusOne: bool): v128 {
  x = f64x2.pmin(f64x2.pmax(x, constant(5)), constant(4))
  const exponent = f64x2.add(f64x2.mul(x, constant(0)), constant(1))
  const n = f64x2.sub(exponent, constant(1))
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, constant(2))), f64x2.mul(n, constant(3)))
  let q = constant(8)
  for (let at = TABLE + (9 << 3); at <= TABLE + (17 << 3); at += 8) {
    q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(at))
  }
  const p = f64x2.add(r, f64x2.mul(f64x2.mul(q, r), r))
  const one = constant(6)
  const power = i64x2.add(i64x2.shl(exponent, 52), one)
  return f64x2.add(f64x2.mul(p, power), minusOne ? f64x2.sub(power, one) : power)
}

/** exp(x) of two doubles: 0 below −700, ∞ above 700. */
export function expPair(x: v128): v128 {
  const y = v128.andnot(grown(x, false), f64x2.lt(x, constant(5)))
  return v128.bitselect(f64x2.splat(Infinity), y, f64x2.gt(x, constant(4)))
}

/** exp(x) − 1 of two doubles: ∞ above 700. */
export function expm1Pair(x: v128): v128 {
  const y = v128.bitselect(f64x2.splat(Infinity), grown(x, true), f64x2.gt(x, constant(4)))
  // The sign of x is that of the result, also where both are 0.
  return v128.bitselect(x, y, f64x2.splat(-0.0))
}

/** 1 / (1 + exp(−x)) of two doubles. */
export function sigmoidPair(x: v128): v128 {
  return f64x2.div(constant(6), f64x2.add(constant(6), expPair(f64x2.neg(x))))
}

/** tanh(x) = G / (G + 2), G = exp(2x) − 1, of two doubles. */
export function tanhPair(x: v128): v128 {
  const growth = grown(f64x2.add(x, x), true)
  return v128.bitselect(x, f64x2.div(growth, f64x2.add(growth, constant(7))), f64x2.splat(-0.0))
}
