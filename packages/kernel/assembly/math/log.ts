import { madd } from '../madd'
import { constant } from './constant'

/*
 * log(2ᵏ · (1 + f)) = k · ln 2 + log(1 + f), 1 + f between √½ and √2, and with s = f / (2 + f)
 * log(1 + f) = 2 · atanh(s) = f − f²/2 + s · (f²/2 + z · R(z)), z = s² (the form of FreeBSD's e_log.c).
 */

const TABLE: usize = memory.data<f32>([
  0.5, 1, 2,
  0.693145751953125, // ln 2, leading bits: k times it is exact
  1.42860677e-6, // ln 2, rest
  // R(z)
  0.6666676542933605, 0.3997860304631736, 0.2984783082798318,
  1.17549435e-38, // smallest normal number
  8388608, // 2²³
  23,
  Infinity, -Infinity,
  5.9604644775390625e-8, // 2⁻²⁴: below, log1p(x) rounds to x
])
/** √½ as an integer. */
const ROOT_HALF: i32 = 0x3f3504f3
const ONE: i32 = 0x3f800000

/** k · ln 2 + log(1 + f) + correction. */
// @ts-ignore: decorator
@inline
function assemble(f: v128, k: v128, correction: v128): v128 {
  const s = f32x4.div(f, f32x4.add(f, constant(TABLE, 2)))
  const z = f32x4.mul(s, s)
  let r = madd(constant(TABLE, 7), z, constant(TABLE, 6))
  r = f32x4.mul(madd(r, z, constant(TABLE, 5)), z)
  const halfSquare = f32x4.mul(f32x4.mul(f, f), constant(TABLE, 0))
  const low = madd(k, constant(TABLE, 4), correction)
  const tail = f32x4.sub(madd(s, f32x4.add(halfSquare, r), low), halfSquare)
  return madd(k, constant(TABLE, 3), f32x4.add(tail, f))
}

/** log(x) within 1 ulp; −∞ at ±0, NaN below. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, constant(TABLE, 8))
  const normal = v128.bitselect(f32x4.mul(x, constant(TABLE, 9)), x, subnormal)
  const offset = i32x4.sub(normal, i32x4.splat(ROOT_HALF))
  const k = f32x4.sub(
    f32x4.convert_i32x4_s(i32x4.shr_s(offset, 23)),
    v128.and(constant(TABLE, 10), subnormal),
  )
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x7fffff)), i32x4.splat(ROOT_HALF))
  const y = assemble(f32x4.sub(m, constant(TABLE, 1)), k, f32x4.splat(0))
  return logLimits(x, x, y)
}

/** `y` where x is positive and finite; ∞ and NaN as in x, −∞ where x is 0, NaN where it is negative. */
// @ts-ignore: decorator
@inline
function logLimits(x: v128, infinite: v128, y: v128): v128 {
  y = v128.bitselect(y, infinite, f32x4.lt(x, constant(TABLE, 11)))
  y = v128.bitselect(constant(TABLE, 12), y, f32x4.eq(x, f32x4.splat(0)))
  return v128.or(y, f32x4.lt(x, f32x4.splat(0)))
}

/** log(1 + x) within 1.5 ulp; −∞ at −1, NaN below. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const one = constant(TABLE, 1)
  const u = f32x4.add(x, one)
  // What rounding took from u, relative to 2ᵏ · (1 + f): 2 − (1 + f) is near enough to its inverse.
  const lost = v128.bitselect(
    f32x4.sub(one, f32x4.sub(u, x)),
    f32x4.sub(x, f32x4.sub(u, one)),
    f32x4.gt(u, constant(TABLE, 2)),
  )
  const offset = i32x4.sub(u, i32x4.splat(ROOT_HALF))
  const k = i32x4.shr_s(offset, 23)
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x7fffff)), i32x4.splat(ROOT_HALF))
  const near = i32x4.eq(k, i32x4.splat(0))
  const f = v128.bitselect(x, f32x4.sub(m, one), near)
  const inverse = f32x4.mul(
    f32x4.sub(constant(TABLE, 2), m),
    i32x4.sub(i32x4.splat(ONE), i32x4.shl(i32x4.min_s(k, i32x4.splat(64)), 23)),
  )
  const correction = v128.andnot(f32x4.mul(lost, inverse), near)
  let y = assemble(f, f32x4.convert_i32x4_s(k), correction)
  y = logLimits(u, x, y)
  const tiny = f32x4.lt(f32x4.abs(x), constant(TABLE, 13))
  return v128.bitselect(x, y, tiny)
}

/** log(1 + e) for 0 ≤ e ≤ 1: 1 + e is not formed, so nothing has to be corrected. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function log1pUnit(e: v128): v128 {
  const half = constant(TABLE, 0)
  const one = constant(TABLE, 1)
  const upper = f32x4.ge(e, half)
  const f = v128.bitselect(f32x4.mul(f32x4.sub(e, one), half), e, upper)
  return assemble(f, v128.and(one, upper), f32x4.splat(0))
}
