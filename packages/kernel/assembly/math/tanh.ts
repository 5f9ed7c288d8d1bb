import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { expNormal, powerOfTwo } from './exp'

const TABLE: usize = memory.data<f32>([
  1, 2,
  0.5,
  10, // above: 1
  2.8853900817779268, // 2 / ln 2
  12582912, // 1.5 · 2²³, see exp.ts
  0.3466796875, // ln 2 / 2, leading bits
  -1.06097222045295292e-4, // ln 2 / 2, rest
  // (exp(2h) − 1 − 2h) / h²
  2.0000000390016166, 1.3333213158243058, 0.6666591735489464,
  0.26781363319899204, 0.08928632137595943,
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

/** t / (t + 2), t = exp(2a) − 1, a = |x|: nothing cancels. Within 2 ulp. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x)
  const limited = f32x4.pmin(a, constant(TABLE, 3))
  const exponent = madd(limited, constant(TABLE, 4), constant(TABLE, 5))
  const n = f32x4.sub(exponent, constant(TABLE, 5))
  const high = nmadd(n, constant(TABLE, 6), limited)
  const rest = f32x4.mul(n, constant(TABLE, 7))
  const h = f32x4.sub(high, rest)
  const low = f32x4.sub(f32x4.sub(high, h), rest)
  let q = madd(constant(TABLE, 12), h, constant(TABLE, 11))
  q = madd(q, h, constant(TABLE, 10))
  q = madd(q, h, constant(TABLE, 9))
  q = madd(q, h, constant(TABLE, 8))
  const p = f32x4.add(madd(q, f32x4.mul(h, h), f32x4.add(low, low)), f32x4.add(h, h))
  const power = powerOfTwo(exponent)
  const t = madd(p, power, f32x4.sub(power, constant(TABLE, 0)))
  const two = constant(TABLE, 1)
  const sum = f32x4.add(t, two)
  const quotient = f32x4.div(t, sum)
  // What rounding took from the sum, which is 2 · 2ⁿ to within a factor that does not matter.
  const lost = f32x4.sub(t, f32x4.sub(sum, two))
  const inverse = i32x4.sub(constant(TABLE, 2), i32x4.shl(exponent, 23))
  const y = f32x4.sub(quotient, f32x4.mul(quotient, f32x4.mul(lost, inverse)))
  return v128.or(y, v128.xor(x, a))
}

/** x − tanh(x) without the cancellation near 0, within 4 ulp. */
// @ts-ignore: decorator
@inline
export function tanhShrink(x: v128): v128 {
  const a = f32x4.abs(x)
  const z = f32x4.mul(x, x)
  let p = madd(constant(TABLE, 21), z, constant(TABLE, 20))
  p = madd(p, z, constant(TABLE, 19))
  p = madd(p, z, constant(TABLE, 18))
  p = madd(p, z, constant(TABLE, 17))
  p = madd(p, z, constant(TABLE, 16))
  p = madd(p, z, constant(TABLE, 15))
  p = madd(p, z, constant(TABLE, 14))
  const small = f32x4.mul(f32x4.mul(p, z), x)
  const large = f32x4.add(f32x4.sub(a, constant(TABLE, 0)), complement(a))
  const signed = v128.or(large, v128.xor(x, a))
  return v128.bitselect(small, signed, f32x4.lt(a, constant(TABLE, 13)))
}
