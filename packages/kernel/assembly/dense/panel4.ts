import { addQuad, FOURS, madd } from '../madd'
import { storeSome } from '../lanes'
import { BLOCK } from './packing'
import { clamp } from './clamp'

/* Arguments and order of summation as in panel8.ts. */

/** 4 rows × 1 panel of 4. */
export function tile4x4(
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
  for (; rows; rows -= 4) {
    let w = panel + 16
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let x3 = x2 + xStride
    let rest = inner
    let t00 = zero
    let t10 = zero
    let t20 = zero
    let t30 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c10 = zero
      let c20 = zero
      let c30 = zero
      const end = x0 + ((block & FOURS) << 2)
      while (x0 < end) {
        const w00 = v128.load(w)
        const w10 = v128.load(w, 16)
        const w20 = v128.load(w, 32)
        const w30 = v128.load(w, 48)
        let a0 = v128.load32_splat(x0)
        let a1 = v128.load32_splat(x0, 4)
        let a2 = v128.load32_splat(x0, 8)
        let a3 = v128.load32_splat(x0, 12)
        c00 = addQuad(c00, a0, w00, a1, w10, a2, w20, a3, w30)
        a0 = v128.load32_splat(x1)
        a1 = v128.load32_splat(x1, 4)
        a2 = v128.load32_splat(x1, 8)
        a3 = v128.load32_splat(x1, 12)
        c10 = addQuad(c10, a0, w00, a1, w10, a2, w20, a3, w30)
        a0 = v128.load32_splat(x2)
        a1 = v128.load32_splat(x2, 4)
        a2 = v128.load32_splat(x2, 8)
        a3 = v128.load32_splat(x2, 12)
        c20 = addQuad(c20, a0, w00, a1, w10, a2, w20, a3, w30)
        a0 = v128.load32_splat(x3)
        a1 = v128.load32_splat(x3, 4)
        a2 = v128.load32_splat(x3, 8)
        a3 = v128.load32_splat(x3, 12)
        c30 = addQuad(c30, a0, w00, a1, w10, a2, w20, a3, w30)
        w += 64
        x0 += 16
        x1 += 16
        x2 += 16
        x3 += 16
      }
      for (let k = block & ~FOURS; k; k--) {
        const u0 = v128.load(w)
        let a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        a = v128.load32_splat(x1)
        c10 = madd(a, u0, c10)
        a = v128.load32_splat(x2)
        c20 = madd(a, u0, c20)
        a = v128.load32_splat(x3)
        c30 = madd(a, u0, c30)
        w += 16
        x0 += 4
        x1 += 4
        x2 += 4
        x3 += 4
      }
      t00 = f32x4.add(t00, c00)
      t10 = f32x4.add(t10, c10)
      t20 = f32x4.add(t20, c20)
      t30 = f32x4.add(t30, c30)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    t10 = clamp(f32x4.add(t10, bias0), lower, upper)
    t20 = clamp(f32x4.add(t20, bias0), lower, upper)
    t30 = clamp(f32x4.add(t30, bias0), lower, upper)
    if (columns >= 4) {
      v128.store(y, t00)
      y += yStride
      v128.store(y, t10)
      y += yStride
      v128.store(y, t20)
      y += yStride
      v128.store(y, t30)
      y += yStride
    } else {
      storeSome(y, t00, columns)
      y += yStride
      storeSome(y, t10, columns)
      y += yStride
      storeSome(y, t20, columns)
      y += yStride
      storeSome(y, t30, columns)
      y += yStride
    }
    x += 4 * xStride
  }
}

/** 1 row × 1 panel of 4. */
export function tile1x4(
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
  for (; rows; rows--) {
    let w = panel + 16
    let x0 = x
    let rest = inner
    let t00 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      const end = x0 + ((block & FOURS) << 2)
      while (x0 < end) {
        const a0 = v128.load32_splat(x0)
        const a1 = v128.load32_splat(x0, 4)
        const a2 = v128.load32_splat(x0, 8)
        const a3 = v128.load32_splat(x0, 12)
        c00 = addQuad(
          c00,
          a0, v128.load(w),
          a1, v128.load(w, 16),
          a2, v128.load(w, 32),
          a3, v128.load(w, 48),
        )
        w += 64
        x0 += 16
      }
      for (let k = block & ~FOURS; k; k--) {
        const u0 = v128.load(w)
        const a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        w += 16
        x0 += 4
      }
      t00 = f32x4.add(t00, c00)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    if (columns >= 4) {
      v128.store(y, t00)
      y += yStride
    } else {
      storeSome(y, t00, columns)
      y += yStride
    }
    x += xStride
  }
}
