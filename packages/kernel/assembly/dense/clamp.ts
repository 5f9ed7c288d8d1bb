/** Limits v to lower…upper. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clamp(v: v128, lower: v128, upper: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lower), upper)
}
