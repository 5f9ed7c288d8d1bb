import { constant } from './constant'
import {
  expExponent,
  expNegative,
  expNormal,
  expPolynomial,
  expReduced,
  productAtInfinity,
  scale,
} from './exp'

const TABLE: usize = memory.data<f32>([
  1,
  -170, // below: x · exp(x) rounds to 0
  87, // exp(±x) is a normal number up to here
])

/** 1 / (1 + exp(−x)), for negative x as exp(x) / (1 + exp(x)): no overflow. Within 2 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(TABLE, 0)
  const e = expNegative(f32x4.neg(f32x4.abs(x)))
  const negative = f32x4.lt(x, f32x4.splat(0))
  const denominator = f32x4.add(e, one)
  const quotient = f32x4.div(v128.bitselect(e, one, negative), denominator)
  // What rounding took from the denominator.
  const lost = f32x4.sub(e, f32x4.sub(denominator, one))
  return f32x4.sub(quotient, f32x4.mul(quotient, lost))
}

/** x · sigmoid(x) within 3 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  // Where exp(−x) is a normal number: x / (1 + exp(−x)).
  const far = v128.not(f32x4.le(f32x4.abs(x), constant(TABLE, 2)))
  const near = f32x4.div(x, f32x4.add(expNormal(f32x4.neg(x)), constant(TABLE, 0)))
  return v128.any_true(far) ? v128.bitselect(farSilu(x), near, far) : near
}

/** For large negative x the product is formed before it is scaled into the subnormals. */
function farSilu(x: v128): v128 {
  const least = constant(TABLE, 1)
  const a = f32x4.pmax(f32x4.neg(f32x4.abs(x)), least)
  const exponent = expExponent(a)
  const p = expPolynomial(expReduced(a, exponent))
  const denominator = f32x4.add(scale(p, exponent), constant(TABLE, 0))
  const positiveSide = f32x4.div(f32x4.pmax(x, least), denominator)
  const negativeSide = productAtInfinity(x, scale(f32x4.mul(positiveSide, p), exponent))
  return v128.bitselect(negativeSide, positiveSide, f32x4.lt(x, f32x4.splat(0)))
}
