import { madd } from '../madd'
import { constant } from './constant'
import { expNormal } from './exp'

const TABLE: usize = memory.data<f32>([
  1, 2,
  0.625, // below: odd polynomial
  10, // above: 1
  // (tanh(x) − x) / x³ in x², |x| ≤ 0.625
  -0.33333285076840574, 0.13331515210396297, -0.05374514735439792, 0.020655226527025047,
  -0.005721638198343097,
  1, // tanh_shrink: below, odd polynomial
  // (x − tanh(x)) / x³ in x², |x| ≤ 1
  0.33333333183270303, -0.13333313222434537, 0.05396382203625069, -0.0218319756905294,
  0.00870474393982887, -0.0032168739225518824, 0.0009307985644687171, -0.00014487197221977778,
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

/** x − tanh(x) without the cancellation near 0, within 4 ulp. */
// @ts-ignore: decorator
@inline
export function tanhShrink(x: v128): v128 {
  const a = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = madd(constant(TABLE, 17), z, constant(TABLE, 16))
  p = madd(p, z, constant(TABLE, 15))
  p = madd(p, z, constant(TABLE, 14))
  p = madd(p, z, constant(TABLE, 13))
  p = madd(p, z, constant(TABLE, 12))
  p = madd(p, z, constant(TABLE, 11))
  p = madd(p, z, constant(TABLE, 10))
  const small = f32x4.mul(f32x4.mul(p, z), x)
  const large = f32x4.add(f32x4.sub(a, constant(TABLE, 0)), complement(a))
  const signed = v128.or(large, v128.xor(x, a))
  return v128.bitselect(small, signed, f32x4.lt(a, constant(TABLE, 9)))
}
