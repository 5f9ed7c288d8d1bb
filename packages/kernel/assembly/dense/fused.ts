import { madd } from '../madd'
import { storeSome } from '../lanes'
import { BLOCK, PANEL } from './packing'
import { clamp } from './clamp'

/* Arguments and order of summation as in panel8.ts. */

/** 6 rows × 1 panel of 8, more than 4 columns, for fused multiply-adds: one product after the other. */
export function fused6x8(
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
  const zero = f32x4.splat(0)
  for (; rows; rows -= 6) {
    let w = panel + 32
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let x3 = x2 + xStride
    let x4 = x3 + xStride
    let x5 = x4 + xStride
    let rest = inner
    let t00 = zero
    let t01 = zero
    let t10 = zero
    let t11 = zero
    let t20 = zero
    let t21 = zero
    let t30 = zero
    let t31 = zero
    let t40 = zero
    let t41 = zero
    let t50 = zero
    let t51 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c01 = zero
      let c10 = zero
      let c11 = zero
      let c20 = zero
      let c21 = zero
      let c30 = zero
      let c31 = zero
      let c40 = zero
      let c41 = zero
      let c50 = zero
      let c51 = zero
      const end = x0 + (block << 2)
      while (x0 < end) {
        const u0 = v128.load(w)
        const u1 = v128.load(w, 16)
        let a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        c01 = madd(a, u1, c01)
        a = v128.load32_splat(x1)
        c10 = madd(a, u0, c10)
        c11 = madd(a, u1, c11)
        a = v128.load32_splat(x2)
        c20 = madd(a, u0, c20)
        c21 = madd(a, u1, c21)
        a = v128.load32_splat(x3)
        c30 = madd(a, u0, c30)
        c31 = madd(a, u1, c31)
        a = v128.load32_splat(x4)
        c40 = madd(a, u0, c40)
        c41 = madd(a, u1, c41)
        a = v128.load32_splat(x5)
        c50 = madd(a, u0, c50)
        c51 = madd(a, u1, c51)
        w += 32
        x0 += 4
        x1 += 4
        x2 += 4
        x3 += 4
        x4 += 4
        x5 += 4
      }
      t00 = f32x4.add(t00, c00)
      t01 = f32x4.add(t01, c01)
      t10 = f32x4.add(t10, c10)
      t11 = f32x4.add(t11, c11)
      t20 = f32x4.add(t20, c20)
      t21 = f32x4.add(t21, c21)
      t30 = f32x4.add(t30, c30)
      t31 = f32x4.add(t31, c31)
      t40 = f32x4.add(t40, c40)
      t41 = f32x4.add(t41, c41)
      t50 = f32x4.add(t50, c50)
      t51 = f32x4.add(t51, c51)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    const bias1 = v128.load(panel, 16)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    t01 = clamp(f32x4.add(t01, bias1), lower, upper)
    t10 = clamp(f32x4.add(t10, bias0), lower, upper)
    t11 = clamp(f32x4.add(t11, bias1), lower, upper)
    t20 = clamp(f32x4.add(t20, bias0), lower, upper)
    t21 = clamp(f32x4.add(t21, bias1), lower, upper)
    t30 = clamp(f32x4.add(t30, bias0), lower, upper)
    t31 = clamp(f32x4.add(t31, bias1), lower, upper)
    t40 = clamp(f32x4.add(t40, bias0), lower, upper)
    t41 = clamp(f32x4.add(t41, bias1), lower, upper)
    t50 = clamp(f32x4.add(t50, bias0), lower, upper)
    t51 = clamp(f32x4.add(t51, bias1), lower, upper)
    if (columns >= PANEL) {
      v128.store(y, t00)
      v128.store(y, t01, 16)
      y += yStride
      v128.store(y, t10)
      v128.store(y, t11, 16)
      y += yStride
      v128.store(y, t20)
      v128.store(y, t21, 16)
      y += yStride
      v128.store(y, t30)
      v128.store(y, t31, 16)
      y += yStride
      v128.store(y, t40)
      v128.store(y, t41, 16)
      y += yStride
      v128.store(y, t50)
      v128.store(y, t51, 16)
      y += yStride
    } else {
      v128.store(y, t00)
      storeSome(y + 16, t01, columns - 4)
      y += yStride
      v128.store(y, t10)
      storeSome(y + 16, t11, columns - 4)
      y += yStride
      v128.store(y, t20)
      storeSome(y + 16, t21, columns - 4)
      y += yStride
      v128.store(y, t30)
      storeSome(y + 16, t31, columns - 4)
      y += yStride
      v128.store(y, t40)
      storeSome(y + 16, t41, columns - 4)
      y += yStride
      v128.store(y, t50)
      storeSome(y + 16, t51, columns - 4)
      y += yStride
    }
    x += 6 * xStride
  }
}
