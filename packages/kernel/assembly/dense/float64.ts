import { madd64 } from '../madd'
import { clamp, storeLanes } from './store'

/*
 * Register tiles for short dot products (inner ≤ DOUBLE_INNER), summed in float64 in the order of k,
 * bias last, rounded to float32 once. Arguments as in float32.ts; panels are float64, 4 wide.
 */

/** Two doubles, both the float at `address`. */
// @ts-ignore: decorator
@inline
function splat(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_splat(address))
}

/** low + bias and high + bias, rounded to four floats. */
// @ts-ignore: decorator
@inline
function round(low: v128, high: v128, bias: usize): v128 {
  const a = f32x4.demote_f64x2_zero(f64x2.add(low, v128.load(bias)))
  const b = f32x4.demote_f64x2_zero(f64x2.add(high, v128.load(bias, 16)))
  return v128.shuffle<f64>(a, b, 0, 2)
}

/** 4 rows × 1 panel of 4. */
export function double4x4(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  bounds: usize,
): void {
  const zero = f64x2.splat(0)
  for (; rows; rows -= 4) {
    let w = panel + 32
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let x3 = x2 + xStride
    let low0 = zero
    let high0 = zero
    let low1 = zero
    let high1 = zero
    let low2 = zero
    let high2 = zero
    let low3 = zero
    let high3 = zero
    const end = x0 + (inner << 2)
    while (x0 < end) {
      const u = v128.load(w)
      const v = v128.load(w, 16)
      let a = splat(x0)
      low0 = madd64(a, u, low0)
      high0 = madd64(a, v, high0)
      a = splat(x1)
      low1 = madd64(a, u, low1)
      high1 = madd64(a, v, high1)
      a = splat(x2)
      low2 = madd64(a, u, low2)
      high2 = madd64(a, v, high2)
      a = splat(x3)
      low3 = madd64(a, u, low3)
      high3 = madd64(a, v, high3)
      w += 32
      x0 += 4
      x1 += 4
      x2 += 4
      x3 += 4
    }
    storeLanes(y, clamp(round(low0, high0, panel), bounds), columns)
    y += yStride
    storeLanes(y, clamp(round(low1, high1, panel), bounds), columns)
    y += yStride
    storeLanes(y, clamp(round(low2, high2, panel), bounds), columns)
    y += yStride
    storeLanes(y, clamp(round(low3, high3, panel), bounds), columns)
    y += yStride
    x += 4 * xStride
  }
}

/** 1 row × 1 panel of 4. */
export function double1x4(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  bounds: usize,
): void {
  const zero = f64x2.splat(0)
  for (; rows; rows--) {
    let w = panel + 32
    let x0 = x
    let low0 = zero
    let high0 = zero
    const end = x0 + (inner << 2)
    while (x0 < end) {
      const u = v128.load(w)
      const v = v128.load(w, 16)
      const a = splat(x0)
      low0 = madd64(a, u, low0)
      high0 = madd64(a, v, high0)
      w += 32
      x0 += 4
    }
    storeLanes(y, clamp(round(low0, high0, panel), bounds), columns)
    y += yStride
    x += xStride
  }
}
