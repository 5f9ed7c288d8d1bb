import { madd } from '../madd'
import { constant } from './constant'
import { expExponent, expPolynomial, expReduced, productAtInfinity, scale } from './exp'

const TABLE: usize = memory.data<f32>([
  1, 2,
  -170, // below: x · exp(x) rounds to 0
])

/**
 * x · tanh(softplus(x)). With e = exp(−|x|), tanh(log(1 + exp(x))) is
 * (1 + 2e) / (1 + 2e + 2e²) for x ≥ 0 and e (2 + e) / (2 + 2e + e²) below. Within 4 ulp.
 */
// @ts-ignore: decorator
@inline
export function mish(x: v128): v128 {
  const one = constant(TABLE, 0)
  const two = constant(TABLE, 1)
  const least = constant(TABLE, 2)
  const a = f32x4.pmax(f32x4.neg(f32x4.abs(x)), least)
  const exponent = expExponent(a)
  const p = expPolynomial(expReduced(a, exponent))
  const e = scale(p, exponent)
  const negative = f32x4.lt(x, f32x4.splat(0))
  const twice = f32x4.add(e, e)
  // numerator without the factor e of the negative side, and what the denominator has beyond it
  const numerator = f32x4.add(v128.bitselect(e, twice, negative), v128.bitselect(two, one, negative))
  const denominator = madd(e, v128.bitselect(f32x4.add(e, two), twice, negative), v128.bitselect(two, f32x4.add(twice, one), negative))
  const quotient = f32x4.mul(f32x4.pmax(x, least), f32x4.div(numerator, denominator))
  const negativeSide = productAtInfinity(x, scale(f32x4.mul(quotient, p), exponent))
  return v128.bitselect(negativeSide, quotient, negative)
}
