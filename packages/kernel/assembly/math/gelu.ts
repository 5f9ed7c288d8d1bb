import { madd, nmadd } from '../madd'
import { constant } from './constant'
import { EXP, expPolynomial, productAtInfinity, scale, scaleDown } from './exp'

const TABLE: usize = memory.data<f32>([
  0.5, 1, 2.5,
  14.7, // beyond: gelu(x) is x or −0
  -12, // geluTanh: below, the exponent is taken apart in float64
  // (a + 2.5) · R(a) in t = (a − 2.5) / (a + 2.5), 0 ≤ a ≤ 14.7
  0.7066566600052719, -0.43369201353607384, 0.13198697098998546, 0.009235898128838493,
  -0.016386090565181692, -0.0016009043970969872, 0.0025235662361154836, 0.0006843712526029082,
  -0.00031118765940754185, -0.00015745161605210968,
  // exp(−s / 2) = 2⁻ⁿ · exp(−(s − n · 2 ln 2) / 2)
  0.7213475204444817, // 1 / (2 ln 2)
  1.38671875, // 2 ln 2, leading bits: n times it is exact
  -0.00042438888010938114, // 2 ln 2, rest
  // (exp(−s / 2) − 1 + s / 2) / s², signs taken out
  0.12500000243760104, 0.020833145559754778, 0.002604137396675572, 0.00026153675117089066, 2.1798418304677596e-05,
])

/**
 * x · Φ(x) = max(x, 0) − a · Φ(−a), a = |x|, Φ the normal distribution. The tail Φ(−a) = exp(−a² / 2) · R(a)
 * keeps its relative accuracy, R(a) = ½ erfc(a / √2) · exp(a² / 2); a · R(a) is formed before it is scaled into the
 * subnormals. Within 5 ulp.
 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), constant(TABLE, 3))
  const middle = constant(TABLE, 2)
  const inverse = f32x4.div(constant(TABLE, 1), f32x4.add(a, middle))
  const t = f32x4.mul(f32x4.sub(a, middle), inverse)
  let r = madd(constant(TABLE, 14), t, constant(TABLE, 13))
  r = madd(r, t, constant(TABLE, 12))
  r = madd(r, t, constant(TABLE, 11))
  r = madd(r, t, constant(TABLE, 10))
  r = madd(r, t, constant(TABLE, 9))
  r = madd(r, t, constant(TABLE, 8))
  r = madd(r, t, constant(TABLE, 7))
  r = madd(r, t, constant(TABLE, 6))
  r = f32x4.mul(madd(r, t, constant(TABLE, 5)), f32x4.mul(inverse, a))

  // a² = top² + (a − top)(a + top); top has 12 bits, so its square is exact.
  const top = v128.and(a, i32x4.splat(0xfffff000))
  const low = f32x4.mul(f32x4.sub(a, top), f32x4.add(a, top))
  const square = f32x4.mul(top, top)
  const exponent = nmadd(square, constant(TABLE, 15), constant(EXP, 1))
  const n = f32x4.sub(exponent, constant(EXP, 1))
  const s = f32x4.add(madd(n, constant(TABLE, 16), square), madd(n, constant(TABLE, 17), low))
  let e = nmadd(constant(TABLE, 22), s, constant(TABLE, 21))
  e = nmadd(e, s, constant(TABLE, 20))
  e = nmadd(e, s, constant(TABLE, 19))
  e = nmadd(e, s, constant(TABLE, 18))
  e = nmadd(e, s, constant(TABLE, 0))
  e = nmadd(e, s, constant(TABLE, 1))
  const tail = scaleDown(f32x4.mul(e, r), exponent)
  return productAtInfinity(x, f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail))
}

/** gelu of eight floats, its steps on two vectors in turn so that one does not wait for the other. */
// @ts-ignore: decorator
@inline
export function geluPair(x: usize, y: usize): void {
  const x0 = v128.load(x)
  const x1 = v128.load(x, 16)
  const a0 = f32x4.pmin(f32x4.abs(x0), constant(TABLE, 3))
  const a1 = f32x4.pmin(f32x4.abs(x1), constant(TABLE, 3))
  const middle = constant(TABLE, 2)
  const inverse0 = f32x4.div(constant(TABLE, 1), f32x4.add(a0, middle))
  const inverse1 = f32x4.div(constant(TABLE, 1), f32x4.add(a1, middle))
  const t0 = f32x4.mul(f32x4.sub(a0, middle), inverse0)
  const t1 = f32x4.mul(f32x4.sub(a1, middle), inverse1)
  let r0 = madd(constant(TABLE, 14), t0, constant(TABLE, 13))
  let r1 = madd(constant(TABLE, 14), t1, constant(TABLE, 13))
  r0 = madd(r0, t0, constant(TABLE, 12))
  r1 = madd(r1, t1, constant(TABLE, 12))
  r0 = madd(r0, t0, constant(TABLE, 11))
  r1 = madd(r1, t1, constant(TABLE, 11))
  r0 = madd(r0, t0, constant(TABLE, 10))
  r1 = madd(r1, t1, constant(TABLE, 10))
  r0 = madd(r0, t0, constant(TABLE, 9))
  r1 = madd(r1, t1, constant(TABLE, 9))
  r0 = madd(r0, t0, constant(TABLE, 8))
  r1 = madd(r1, t1, constant(TABLE, 8))
  r0 = madd(r0, t0, constant(TABLE, 7))
  r1 = madd(r1, t1, constant(TABLE, 7))
  r0 = madd(r0, t0, constant(TABLE, 6))
  r1 = madd(r1, t1, constant(TABLE, 6))
  r0 = f32x4.mul(madd(r0, t0, constant(TABLE, 5)), f32x4.mul(inverse0, a0))
  r1 = f32x4.mul(madd(r1, t1, constant(TABLE, 5)), f32x4.mul(inverse1, a1))

  // a² = top² + (a − top)(a + top); top has 12 bits, so its square is exact.
  const top0 = v128.and(a0, i32x4.splat(0xfffff000))
  const top1 = v128.and(a1, i32x4.splat(0xfffff000))
  const low0 = f32x4.mul(f32x4.sub(a0, top0), f32x4.add(a0, top0))
  const low1 = f32x4.mul(f32x4.sub(a1, top1), f32x4.add(a1, top1))
  const square0 = f32x4.mul(top0, top0)
  const square1 = f32x4.mul(top1, top1)
  const exponent0 = nmadd(square0, constant(TABLE, 15), constant(EXP, 1))
  const exponent1 = nmadd(square1, constant(TABLE, 15), constant(EXP, 1))
  const n0 = f32x4.sub(exponent0, constant(EXP, 1))
  const n1 = f32x4.sub(exponent1, constant(EXP, 1))
  const s0 = f32x4.add(madd(n0, constant(TABLE, 16), square0), madd(n0, constant(TABLE, 17), low0))
  const s1 = f32x4.add(madd(n1, constant(TABLE, 16), square1), madd(n1, constant(TABLE, 17), low1))
  let e0 = nmadd(constant(TABLE, 22), s0, constant(TABLE, 21))
  let e1 = nmadd(constant(TABLE, 22), s1, constant(TABLE, 21))
  e0 = nmadd(e0, s0, constant(TABLE, 20))
  e1 = nmadd(e1, s1, constant(TABLE, 20))
  e0 = nmadd(e0, s0, constant(TABLE, 19))
  e1 = nmadd(e1, s1, constant(TABLE, 19))
  e0 = nmadd(e0, s0, constant(TABLE, 18))
  e1 = nmadd(e1, s1, constant(TABLE, 18))
  e0 = nmadd(e0, s0, constant(TABLE, 0))
  e1 = nmadd(e1, s1, constant(TABLE, 0))
  e0 = nmadd(e0, s0, constant(TABLE, 1))
  e1 = nmadd(e1, s1, constant(TABLE, 1))
  const tail0 = scaleDown(f32x4.mul(e0, r0), exponent0)
  const tail1 = scaleDown(f32x4.mul(e1, r1), exponent1)
  const y0 = productAtInfinity(x0, f32x4.sub(f32x4.pmax(x0, f32x4.splat(0)), tail0))
  const y1 = productAtInfinity(x1, f32x4.sub(f32x4.pmax(x1, f32x4.splat(0)), tail1))
  v128.store(y, y0)
  v128.store(y, y1, 16)
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
 * 0.5 x (1 + tanh(u)) = x · sigmoid(2u) = max(x, 0) − |x| · E / (1 + E), E = exp(−2|u|). The exponent is as
 * large as 100, so it is reduced in double precision. Within 3 ulp.
 */
// @ts-ignore: decorator
@inline
export function geluTanh(x: v128): v128 {
  const one = constant(TABLE, 1)
  const a = f32x4.pmax(f32x4.neg(f32x4.abs(x)), constant(TABLE, 4))
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
  const part = f32x4.div(f32x4.neg(a), f32x4.add(scale(p, exponent), one))
  const tail = scale(f32x4.mul(part, p), exponent)
  return productAtInfinity(x, f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail))
}
