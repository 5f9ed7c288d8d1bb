import { demote, promoteHigh, promoteLow } from '../lanes'
import { madd64 } from '../madd'
import { productAtInfinity } from './exp'
import { constant64, evenPart, fraction, oddPart, power, wholePart } from './exp64'

const TABLE: usize = memory.data<f64>([
  -0.72134752044448170, // −1 / (2 ln 2)
  // N(a) and D(a)
  48.281832031013581, 42.398632585504889, 17.742333990077627, 3.937844967874459, 0.39894639498778295,
  96.563663745384847, 161.84394865640645, 116.33526997247676, 45.459788570605693, 9.8712860051930966,
  -2.3022081981443249, // −2 √(2 / π) / ln 2
  -0.10294323958002349, // 0.044715 times that
])

/** Beyond, the tail rounds to 0. */
const FAR: f32 = 14.8

/**
 * x · Φ(x) = max(x, 0) − a · Φ(−a), a = |x|, Φ the normal distribution. The tail is taken in float64, so that it is
 * rounded once. Within 1 ulp.
 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(FAR))
  const tail = demote(normalTail(promoteLow(a)), normalTail(promoteHigh(a)))
  return productAtInfinity(x, f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail))
}

/** a · Φ(−a) = a · exp(−a² / 2) · N(a) / D(a) for 0 ≤ a ≤ 14.8, two lanes. */
// @ts-ignore: decorator
@inline
function normalTail(a: v128): v128 {
  const octaves = f64x2.mul(f64x2.mul(a, a), constant64(TABLE, 0))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  let n = madd64(a, constant64(TABLE, 5), constant64(TABLE, 4))
  n = madd64(n, a, constant64(TABLE, 3))
  n = madd64(n, a, constant64(TABLE, 2))
  n = madd64(n, a, constant64(TABLE, 1))
  let d = f64x2.add(a, constant64(TABLE, 10))
  d = madd64(d, a, constant64(TABLE, 9))
  d = madd64(d, a, constant64(TABLE, 8))
  d = madd64(d, a, constant64(TABLE, 7))
  d = madd64(d, a, constant64(TABLE, 6))
  n = f64x2.mul(f64x2.mul(n, a), f64x2.add(even, odd))
  d = f64x2.mul(d, f64x2.sub(even, odd))
  return f64x2.mul(f64x2.div(n, d), power(whole))
}

/** 0.5 x (1 + tanh(u)) = x · sigmoid(2u) = max(x, 0) − a / (1 + exp(2|u|)), a = |x|, the tail as in `gelu`. Within 1 ulp. */
// @ts-ignore: decorator
@inline
export function geluTanh(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(FAR))
  const tail = demote(logisticTail(promoteLow(a)), logisticTail(promoteHigh(a)))
  return productAtInfinity(x, f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail))
}

/** a / (1 + exp(2u)), u = √(2 / π) · (a + 0.044715 a³), two lanes. */
function logisticTail(a: v128): v128 {
  const octaves = f64x2.mul(a, madd64(f64x2.mul(a, a), constant64(TABLE, 12), constant64(TABLE, 11)))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  const n = f64x2.mul(f64x2.add(even, odd), power(whole))
  return f64x2.div(f64x2.mul(a, n), f64x2.add(n, f64x2.sub(even, odd)))
}
