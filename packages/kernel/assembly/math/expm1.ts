import { constant } from './constant'
import { expExponent, expm1Polynomial, expReduced, powerOfTwo } from './exp'
import { madd } from '../madd'

const TABLE: usize = memory.data<f32>([
  -18, // below: expm1 rounds to −1
  89, // above: expm1 is ∞
  0.5,
  1,
  2.98023223876953125e-8, // 2⁻²⁵: below, expm1(x) rounds to x
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
