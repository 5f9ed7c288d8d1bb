import { storeSome } from '../lanes'

/** Stores the first `count` lanes of v, count ≥ 1; all of them from 4 on. */
// @ts-ignore: decorator
@inline
export function storeLanes(y: usize, v: v128, count: u32): void {
  if (count >= 4) v128.store(y, v)
  else storeSome(y, v, count)
}

/** Limits v to lower…upper. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clamp(v: v128, lower: v128, upper: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lower), upper)
}
