import { demote, promoteHigh, promoteLow } from '../lanes'
import { madd, madd64 } from '../madd'
import { constant } from './constant'
import { expNormal } from './exp'
import { constant64 } from './exp64'
import { logisticDivisor } from './sigmoid'

const TABLE: usize = memory.data<f32>([
  1, 2,
  0.625, // below: odd polynomial
  10, // above: 1
  // (tanh(x) − x) / x³ in x², |x| ≤ 0.625
  -0.33333285076840574, 0.13331515210396297, -0.05374514735439792, 0.020655226527025047,
  -0.005721638198343097,
])
const TABLE64: usize = memory.data<f64>([
  // N and D of tanh_shrink in x², |x| ≤ 1
  21.166479965750014, 0.934107607755350652,
  63.499440014041068, 28.202094643193838,
])

/** 1 − tanh(a) = 2 / (exp(2a) + 1) for a ≥ 0. NaN stays NaN. */
// @ts-ignore: decorator
@inline
function complement(a: v128): v128 {
  a = f32x4.pmin(a, constant(TABLE, 3))
  const e = expNormal(f32x4.add(a, a))
  return f32x4.div(constant(TABLE, 1), f32x4.add(e, constant(TABLE, 0)))
}

/** Within 1.5 ulp. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = madd(constant(TABLE, 8), z, constant(TABLE, 7))
  p = madd(p, z, constant(TABLE, 6))
  p = madd(p, z, constant(TABLE, 5))
  p = madd(p, z, constant(TABLE, 4))
  const small = madd(f32x4.mul(p, z), x, x)
  const large = f32x4.sub(constant(TABLE, 0), complement(a))
  const signed = v128.or(large, v128.xor(x, a))
  return v128.bitselect(small, signed, f32x4.lt(a, constant(TABLE, 2)))
}

/**
 * x − tanh(x): for |x| < 1 as x³ · N(x²) / D(x²) in float64, else with a = |x| as (a − 1) + 2 / (1 + exp(2a)). Within 2 ulp.
 */
// @ts-ignore: decorator
@inline
export function tanhShrink(x: v128): v128 {
  const a = f32x4.abs(x)
  const small = demote(cubic(promoteLow(x)), cubic(promoteHigh(x)))
  const limited = f32x4.pmax(f32x4.mul(a, f32x4.splat(-2)), f32x4.splat(-40))
  const complement = f32x4.div(constant(TABLE, 1), logisticDivisor(limited))
  const large = f32x4.add(f32x4.sub(a, constant(TABLE, 0)), complement)
  const signed = v128.or(large, v128.xor(x, a))
  return v128.bitselect(small, signed, f32x4.lt(a, constant(TABLE, 0)))
}

/** x³ · N(x²) / D(x²), two lanes. */
function cubic(x: v128): v128 {
  const z = f64x2.mul(x, x)
  const n = madd64(z, constant64(TABLE64, 1), constant64(TABLE64, 0))
  const d = madd64(f64x2.add(z, constant64(TABLE64, 3)), z, constant64(TABLE64, 2))
  return f64x2.div(f64x2.mul(f64x2.mul(x, z), n), d)
}
