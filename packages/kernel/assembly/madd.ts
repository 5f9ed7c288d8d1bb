/** True in the fast build, which may use relaxed SIMD; known at compile time. */
export const FAST: bool = ASC_FEATURE_RELAXED_SIMD

/** a · b + c: two roundings in the exact build, one or two in the fast build. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return FAST ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}

/** c − a · b, rounded as `madd` is. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return FAST ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b))
}

/**
 * One step of the accumulation order of float32 dot products in the exact build: four products are
 * added to each other as a tree and then to the sum, so that a long sum goes through a quarter of the
 * roundings.
 */
// @ts-ignore: decorator
@inline
export function addQuad(
  sum: v128,
  a0: v128, b0: v128,
  a1: v128, b1: v128,
  a2: v128, b2: v128,
  a3: v128, b3: v128,
): v128 {
  const first = f32x4.add(f32x4.mul(a0, b0), f32x4.mul(a1, b1))
  const second = f32x4.add(f32x4.mul(a2, b2), f32x4.mul(a3, b3))
  return f32x4.add(sum, f32x4.add(first, second))
}

/** n & FOURS of n products go through addQuad, the others singly: in the fast build all of them. */
export const FOURS: u32 = FAST ? 0 : ~3

/** a · b + c on doubles. */
// @ts-ignore: decorator
@inline
export function madd64(a: v128, b: v128, c: v128): v128 {
  return FAST ? f64x2.relaxed_madd(a, b, c) : f64x2.add(f64x2.mul(a, b), c)
}
