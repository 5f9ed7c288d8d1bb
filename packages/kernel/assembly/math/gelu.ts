import { madd } from '../madd'
import { constant } from './constant'
import { expExponent, expPolynomial, expReduced, productAtInfinity, scale } from './exp'

const TABLE: usize = memory.data<f32>([
  0.5, 1, 2.5,
  18, -18, // beyond: gelu(x) is x or −0
  // (a + 2.5) · R(a) in t = (a − 2.5) / (a + 2.5), 0 ≤ a ≤ 14.7
  0.7066566600052719, -0.43369201353607384, 0.13198697098998546, 0.009235898128838493,
  -0.016386090565181692, -0.0016009043970969872, 0.0025235662361154836, 0.0006843712526029082,
  -0.00031118765940754185, -0.00015745161605210968,
  0.75, // below: Φ(x) = ½ + x · S(x²)
  0.3989422794783717, -0.06649029736190791, 0.009972370182580695, -0.001181345167042024,
  0.00010299384905784616,
])

/**
 * x · Φ(x), Φ the normal distribution. With a = |x| the tail Φ(−a) = exp(−a² / 2) · R(a) keeps its
 * relative accuracy, R(a) = ½ erfc(a / √2) · exp(a² / 2); x · R(a) is formed before it is scaled into the subnormals. Within 5.5 ulp.
 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const magnitude = f32x4.abs(x)
  const a = f32x4.pmin(magnitude, constant(TABLE, 3))
  const inverse = f32x4.div(constant(TABLE, 1), f32x4.add(a, constant(TABLE, 2)))
  const t = f32x4.mul(f32x4.sub(a, constant(TABLE, 2)), inverse)
  let r = madd(constant(TABLE, 14), t, constant(TABLE, 13))
  r = madd(r, t, constant(TABLE, 12))
  r = madd(r, t, constant(TABLE, 11))
  r = madd(r, t, constant(TABLE, 10))
  r = madd(r, t, constant(TABLE, 9))
  r = madd(r, t, constant(TABLE, 8))
  r = madd(r, t, constant(TABLE, 7))
  r = madd(r, t, constant(TABLE, 6))
  r = f32x4.mul(madd(r, t, constant(TABLE, 5)), inverse)

  // a² = high² + (a − high)(a + high); high has 12 bits, so its square is exact.
  const half = constant(TABLE, 0)
  const high = v128.and(a, i32x4.splat(0xfffff000))
  const low = f32x4.mul(f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high)), half)
  const square = f32x4.neg(f32x4.mul(f32x4.mul(high, high), half))
  const exponent = expExponent(square)
  const e = f32x4.mul(expPolynomial(f32x4.sub(expReduced(square, exponent), low)), r)

  const z = f32x4.mul(x, x)
  let c = madd(constant(TABLE, 20), z, constant(TABLE, 19))
  c = madd(c, z, constant(TABLE, 18))
  c = madd(c, z, constant(TABLE, 17))
  c = madd(c, z, constant(TABLE, 16))
  const centre = f32x4.mul(x, madd(c, x, half))

  const positiveSide = f32x4.mul(x, f32x4.sub(constant(TABLE, 1), scale(e, exponent)))
  const negativeSide = productAtInfinity(x, scale(f32x4.mul(f32x4.pmax(x, constant(TABLE, 4)), e), exponent))
  const tail = v128.bitselect(negativeSide, positiveSide, f32x4.lt(x, f32x4.splat(0)))
  return v128.bitselect(centre, tail, f32x4.lt(magnitude, constant(TABLE, 15)))
}

const ARGUMENT: usize = memory.data<f64>([
  1.5957691216057308, // 2 √(2 / π)
  0.07135481627260025, // 0.044715 · 2 √(2 / π)
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
 * double precision; the rest is as in silu. Within 3 ulp.
 */
// @ts-ignore: decorator
@inline
export function geluTanh(x: v128): v128 {
  const one = constant(TABLE, 1)
  const least = f32x4.splat(-12)
  const a = f32x4.pmax(f32x4.neg(f32x4.abs(x)), least)
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
  const exponent = f32x4.add(n, f32x4.splat(12582912))
  const p = expPolynomial(r)
  const positiveSide = f32x4.div(f32x4.pmax(x, least), f32x4.add(scale(p, exponent), one))
  const negativeSide = productAtInfinity(x, scale(f32x4.mul(positiveSide, p), exponent))
  return v128.bitselect(negativeSide, positiveSide, f32x4.lt(x, f32x4.splat(0)))
}
