import { lower, narrow, upper } from '../lanes'
import { madd, madd64 } from '../madd'
import { constant } from './constant'
import { expNormal } from './exp'
import { constant64, evenPart, fraction, oddPart, power, wholePart } from './exp64'

const TABLE: usize = memory.data<f32>([
  1, 2,
  0.625, // below: odd polynomial
  10, // above: 1
  // (tanh(x) − x) / x³ in x², |x| ≤ 0.625
  -0.33333285076840574, 0.13331515210396297, -0.05374514735439792, 0.020655226527025047,
  -0.005721638198343097,
])
const TABLE64: usize = memory.data<f64>([
  2.8853900817779268, // 2 / ln 2
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

/** x − tanh(x), taken in float64. Within 1 ulp. */
// @ts-ignore: decorator
@inline
export function tanhShrink(x: v128): v128 {
  return narrow(difference(lower(x)), difference(upper(x)))
}

/** x³ · N(x²) / D(x²) for |x| < 1, else x − (w − 1) / (w + 1), w = exp(2x); two lanes. */
// @ts-ignore: decorator
@inline
function difference(x: v128): v128 {
  const z = f64x2.mul(x, x)
  const cubic = f64x2.mul(f64x2.mul(x, z), madd64(z, constant64(TABLE64, 2), constant64(TABLE64, 1)))
  const divisor = madd64(f64x2.add(z, constant64(TABLE64, 4)), z, constant64(TABLE64, 3))
  const limited = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-20)), f64x2.splat(20))
  const octaves = f64x2.mul(limited, constant64(TABLE64, 0))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  const p = f64x2.mul(f64x2.add(even, odd), power(whole))
  const q = f64x2.sub(even, odd)
  const small = f64x2.lt(z, f64x2.splat(1))
  const quotient = f64x2.div(
    v128.bitselect(cubic, f64x2.sub(p, q), small),
    v128.bitselect(divisor, f64x2.add(p, q), small),
  )
  return v128.bitselect(quotient, f64x2.sub(x, quotient), small)
}
