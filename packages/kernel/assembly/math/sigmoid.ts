import { constant } from './constant'
import { expDomain, expExponent, expNegative, expPolynomial, expReduced, scale } from './exp'

const TABLE: usize = memory.data<f32>([1])

/** 1 / (1 + exp(−x)), for negative x as exp(x) / (1 + exp(x)): no overflow, full relative accuracy. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(TABLE, 0)
  const e = expNegative(f32x4.neg(f32x4.abs(x)))
  const negative = f32x4.lt(x, f32x4.splat(0))
  return f32x4.div(v128.bitselect(e, one, negative), f32x4.add(e, one))
}

/** x · sigmoid(x). For large negative x the product is formed before it is scaled into the subnormals. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const one = constant(TABLE, 0)
  const a = expDomain(f32x4.neg(f32x4.abs(x)))
  const exponent = expExponent(a)
  const p = expPolynomial(expReduced(a, exponent))
  const d = f32x4.add(scale(p, exponent), one)
  const negative = f32x4.lt(x, f32x4.splat(0))
  const positiveSide = f32x4.div(x, d)
  const negativeSide = scale(f32x4.mul(positiveSide, p), exponent)
  return v128.bitselect(negativeSide, positiveSide, negative)
}
