import { constant } from './constant'
import { expNegative, expNormal, expOfNegativeScaled, productAtInfinity } from './exp'

const TABLE: usize = memory.data<f32>([
  5.421010862427522e-20, // 2⁻⁶⁴
  1,
  30, // above: x · sigmoid(x) rounds to x
  -115, // below: x · sigmoid(x) rounds to 0
  -0.0,
  87, // exp(±x) is a normal number up to here
])

/** 1 / (1 + exp(−x)), for negative x as exp(x) / (1 + exp(x)): no overflow. Within 2 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(TABLE, 1)
  const e = expNegative(v128.or(x, constant(TABLE, 4)))
  const negative = f32x4.lt(x, constant(TABLE, 4))
  const denominator = f32x4.add(e, one)
  const quotient = f32x4.div(v128.bitselect(e, one, negative), denominator)
  // What rounding took from the denominator.
  const lost = f32x4.sub(e, f32x4.sub(denominator, one))
  return f32x4.sub(quotient, f32x4.mul(quotient, lost))
}

/** x · sigmoid(x) within 2.5 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const far = v128.not(f32x4.le(f32x4.abs(x), constant(TABLE, 5)))
  const near = f32x4.div(x, f32x4.add(expNormal(f32x4.neg(x)), constant(TABLE, 1)))
  return v128.any_true(far) ? v128.bitselect(farSilu(x), near, far) : near
}

/** For large negative x the product is formed before it is scaled into the subnormals. */
function farSilu(x: v128): v128 {
  const limited = f32x4.pmax(x, constant(TABLE, 3))
  const one = constant(TABLE, 0)
  const denominator = f32x4.add(one, expOfNegativeScaled(f32x4.pmin(limited, constant(TABLE, 2))))
  const y = productAtInfinity(x, f32x4.mul(f32x4.div(limited, denominator), one))
  return v128.bitselect(x, y, f32x4.gt(x, constant(TABLE, 2)))
}
