import { madd64 } from '../madd'

/*
 * exp in float64, two lanes at a time, for functions that would lose too much to the roundings of float32. With
 * x / ln 2 = n + f, n whole and |f| ≤ ½, exp(x) = 2ⁿ · (P + Q) / (P − Q), P even and Q odd in f: relative to
 * exp(x) within 2⁻³², and one division serves all of an expression that it is part of. The steps are separate
 * because a function can return one value only.
 */

const TABLE: usize = memory.data<f64>([
  6755399441056767, // 1.5 · 2⁵² + 1023: adding it rounds to n, which then sits in the low mantissa bits with its bias
  360.797251007468204, 17.3308867346518833, // P = p₀ + p₁ f²
  125.042798578191707, // Q = f · (q₀ + f²)
])

/** Double `index` of a constant table, in both lanes. */
// @ts-ignore: decorator
@inline
export function constant64(table: usize, index: usize): v128 {
  return v128.load64_splat(table + (index << 3))
}

/** n + 1.5 · 2⁵² + 1023 for n + f = x / ln 2, −1022 ≤ n ≤ 1023. */
// @ts-ignore: decorator
@inline
export function wholePart(octaves: v128): v128 {
  return f64x2.add(octaves, constant64(TABLE, 0))
}

/** f. */
// @ts-ignore: decorator
@inline
export function fraction(octaves: v128, whole: v128): v128 {
  return f64x2.sub(octaves, f64x2.sub(whole, constant64(TABLE, 0)))
}

/** P. */
// @ts-ignore: decorator
@inline
export function evenPart(f: v128): v128 {
  return madd64(f64x2.mul(f, f), constant64(TABLE, 2), constant64(TABLE, 1))
}

/** Q. */
// @ts-ignore: decorator
@inline
export function oddPart(f: v128): v128 {
  return f64x2.mul(f, f64x2.add(f64x2.mul(f, f), constant64(TABLE, 3)))
}

/** 2ⁿ. */
// @ts-ignore: decorator
@inline
export function power(whole: v128): v128 {
  return i64x2.shl(whole, 52)
}
