import { madd } from '../madd'
import { constant } from './constant'
import { expDomain, expExponent, expPolynomial, expReduced, scale } from './exp'

const TABLE: usize = memory.data<f32>([
  0.5, 1, 3,
  20, // above: gelu(x) is x, gelu(−x) is −0
  // R(a) = ½ erfc(a / √2) · exp(a² / 2) in (a − 3) / (a + 3), 0 ≤ a ≤ 14.7
  0.12151394746559932, -0.20640262099507373, 0.12322504558502995, -0.046213252179109925,
  0.006131890153738783, 0.002904318479914127, -0.0009831012760133395, -0.00033882550689303754,
  0.00011480755116608441, 5.2964945404735505e-5,
])

/**
 * x · Φ(x), Φ the normal distribution. With a = |x| the tail Φ(−a) = exp(−a² / 2) · R(a) keeps its
 * relative accuracy; x · R(a) is formed before it is scaled into the subnormals.
 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const magnitude = f32x4.abs(x)
  const a = f32x4.pmin(magnitude, constant(TABLE, 3))
  const t = f32x4.div(f32x4.sub(a, constant(TABLE, 2)), f32x4.add(a, constant(TABLE, 2)))
  let r = madd(constant(TABLE, 13), t, constant(TABLE, 12))
  r = madd(r, t, constant(TABLE, 11))
  r = madd(r, t, constant(TABLE, 10))
  r = madd(r, t, constant(TABLE, 9))
  r = madd(r, t, constant(TABLE, 8))
  r = madd(r, t, constant(TABLE, 7))
  r = madd(r, t, constant(TABLE, 6))
  r = madd(r, t, constant(TABLE, 5))
  r = madd(r, t, constant(TABLE, 4))

  // a² = high² + (a − high)(a + high); high has 12 bits, so its square is exact.
  const half = constant(TABLE, 0)
  const high = v128.and(a, i32x4.splat(0xfffff000))
  const low = f32x4.mul(f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high)), half)
  const square = expDomain(f32x4.neg(f32x4.mul(f32x4.mul(high, high), half)))
  const exponent = expExponent(square)
  const e = f32x4.mul(expPolynomial(f32x4.sub(expReduced(square, exponent), low)), r)

  const positiveSide = f32x4.mul(x, f32x4.sub(constant(TABLE, 1), scale(e, exponent)))
  const negativeSide = scale(f32x4.mul(x, e), exponent)
  return v128.bitselect(negativeSide, positiveSide, f32x4.lt(x, f32x4.splat(0)))
}

const ARGUMENT: usize = memory.data<f64>([
  1.5957691216057308, // 2 √(2 / π)
  0.07135481282558376, // 0.044715 · 2 √(2 / π)
  1.4426950408889634, // 1 / ln 2
  0.6931471805599453, // ln 2
])

/** v = 2u / ln 2 with u = √(2 / π) · (a + 0.044715 a³), two lanes as doubles. */
// @ts-ignore: decorator
@inline
function tanhArgument(a: v128): v128 {
  const x = f64x2.promote_low_f32x4(a)
  const inner = f64x2.add(
    v128.load64_splat(ARGUMENT),
    f64x2.mul(v128.load64_splat(ARGUMENT + 8), f64x2.mul(x, x)),
  )
  return f64x2.mul(f64x2.mul(x, inner), v128.load64_splat(ARGUMENT + 16))
}

/**
 * 0.5 x (1 + tanh(u)) = x · sigmoid(2u). The exponent 2u is as large as 100, so it is reduced in
 * double precision; the rest is as in silu.
 */
// @ts-ignore: decorator
@inline
export function geluTanh(x: v128): v128 {
  const one = constant(TABLE, 1)
  const a = f32x4.neg(f32x4.pmin(f32x4.abs(x), constant(TABLE, 3)))
  const low = tanhArgument(a)
  const high = tanhArgument(v128.shuffle<f64>(a, a, 1, 1))
  const lowInteger = f64x2.nearest(low)
  const highInteger = f64x2.nearest(high)
  const ln2 = v128.load64_splat(ARGUMENT + 24)
  const r = v128.shuffle<f64>(
    f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(low, lowInteger), ln2)),
    f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(high, highInteger), ln2)),
    0,
    2,
  )
  const n = v128.shuffle<f64>(
    f32x4.demote_f64x2_zero(lowInteger),
    f32x4.demote_f64x2_zero(highInteger),
    0,
    2,
  )
  const exponent = f32x4.add(f32x4.pmax(n, f32x4.splat(-200)), f32x4.splat(12582912))
  const p = expPolynomial(r)
  const positiveSide = f32x4.div(x, f32x4.add(scale(p, exponent), one))
  const negativeSide = scale(f32x4.mul(positiveSide, p), exponent)
  return v128.bitselect(negativeSide, positiveSide, f32x4.lt(x, f32x4.splat(0)))
}
