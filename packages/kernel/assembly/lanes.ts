/** The first `count` (1…3) floats at `address`; the other lanes are 0. */
export function loadSome(address: usize, count: usize): v128 {
  let v = v128.load32_zero(address)
  if (count > 1) v = v128.load32_lane(address, v, 1, 4)
  if (count > 2) v = v128.load32_lane(address, v, 2, 8)
  return v
}

/** Stores the first `count` (1…3) lanes. */
export function storeSome(address: usize, v: v128, count: usize): void {
  v128.store32_lane(address, v, 0)
  if (count > 1) v128.store32_lane(address, v, 1, 4)
  if (count > 2) v128.store32_lane(address, v, 2, 8)
}

/** The first two floats as doubles. */
// @ts-ignore: decorator
@inline
export function promoteLow(v: v128): v128 {
  return f64x2.promote_low_f32x4(v)
}

/** The last two floats as doubles. */
// @ts-ignore: decorator
@inline
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1))
}

/** Two and two doubles, rounded to floats. */
// @ts-ignore: decorator
@inline
export function demote(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
}
