import { addQuad, FOURS, madd } from '../madd'
import { storeSome } from '../lanes'
import { BLOCK, PANEL } from './packing'
import { clamp } from './clamp'

/*
 * Register tiles of y (rows, units) = clamp(x (rows, inner) · weights (inner, units) + bias).
 *
 * Every element of y is summed in one order, whatever the tile: products in fours (addQuad), the last
 * one to three of a block one after the other, a partial sum per BLOCK products, partial sums one
 * after the other, bias last.
 *
 * rows    a multiple of the tile's height
 * x       rows of `inner` floats, `xStride` bytes apart
 * panel   bias (w) · weights (inner, w)
 * y       rows, `yStride` bytes apart; the first `columns` of a panel are stored, w at most
 * bounds  two floats that limit y
 */

/** 2 rows × 1 panel of 8; more than 4 columns. */
export function tile2x8(
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
  for (; rows; rows -= 2) {
    let w = panel + 32
    let x0 = x
    let x1 = x0 + xStride
    let rest = inner
    let t00 = zero
    let t01 = zero
    let t10 = zero
    let t11 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c01 = zero
      let c10 = zero
      let c11 = zero
      const end = x0 + ((block & FOURS) << 2)
      while (x0 < end) {
        const w00 = v128.load(w)
        const w01 = v128.load(w, 16)
        const w10 = v128.load(w, 32)
        const w11 = v128.load(w, 48)
        const w20 = v128.load(w, 64)
        const w21 = v128.load(w, 80)
        const w30 = v128.load(w, 96)
        const w31 = v128.load(w, 112)
        let a0 = v128.load32_splat(x0)
        let a1 = v128.load32_splat(x0, 4)
        let a2 = v128.load32_splat(x0, 8)
        let a3 = v128.load32_splat(x0, 12)
        c00 = addQuad(c00, a0, w00, a1, w10, a2, w20, a3, w30)
        c01 = addQuad(c01, a0, w01, a1, w11, a2, w21, a3, w31)
        a0 = v128.load32_splat(x1)
        a1 = v128.load32_splat(x1, 4)
        a2 = v128.load32_splat(x1, 8)
        a3 = v128.load32_splat(x1, 12)
        c10 = addQuad(c10, a0, w00, a1, w10, a2, w20, a3, w30)
        c11 = addQuad(c11, a0, w01, a1, w11, a2, w21, a3, w31)
        w += 128
        x0 += 16
        x1 += 16
      }
      for (let k = block & ~FOURS; k; k--) {
        const u0 = v128.load(w)
        const u1 = v128.load(w, 16)
        let a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        c01 = madd(a, u1, c01)
        a = v128.load32_splat(x1)
        c10 = madd(a, u0, c10)
        c11 = madd(a, u1, c11)
        w += 32
        x0 += 4
        x1 += 4
      }
      t00 = f32x4.add(t00, c00)
      t01 = f32x4.add(t01, c01)
      t10 = f32x4.add(t10, c10)
      t11 = f32x4.add(t11, c11)
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
    if (columns >= PANEL) {
      v128.store(y, t00)
      v128.store(y, t01, 16)
      y += yStride
      v128.store(y, t10)
      v128.store(y, t11, 16)
      y += yStride
    } else {
      v128.store(y, t00)
      storeSome(y + 16, t01, columns - 4)
      y += yStride
      v128.store(y, t10)
      storeSome(y + 16, t11, columns - 4)
      y += yStride
    }
    x += 2 * xStride
  }
}

/** 1 row × 1 panel of 8; more than 4 columns. */
export function tile1x8(
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
    let w = panel + 32
    let x0 = x
    let rest = inner
    let t00 = zero
    let t01 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c01 = zero
      const end = x0 + ((block & FOURS) << 2)
      while (x0 < end) {
        const a0 = v128.load32_splat(x0)
        const a1 = v128.load32_splat(x0, 4)
        const a2 = v128.load32_splat(x0, 8)
        const a3 = v128.load32_splat(x0, 12)
        c00 = addQuad(
          c00,
          a0, v128.load(w),
          a1, v128.load(w, 32),
          a2, v128.load(w, 64),
          a3, v128.load(w, 96),
        )
        c01 = addQuad(
          c01,
          a0, v128.load(w, 16),
          a1, v128.load(w, 48),
          a2, v128.load(w, 80),
          a3, v128.load(w, 112),
        )
        w += 128
        x0 += 16
      }
      for (let k = block & ~FOURS; k; k--) {
        const u0 = v128.load(w)
        const u1 = v128.load(w, 16)
        const a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        c01 = madd(a, u1, c01)
        w += 32
        x0 += 4
      }
      t00 = f32x4.add(t00, c00)
      t01 = f32x4.add(t01, c01)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    const bias1 = v128.load(panel, 16)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    t01 = clamp(f32x4.add(t01, bias1), lower, upper)
    if (columns >= PANEL) {
      v128.store(y, t00)
      v128.store(y, t01, 16)
      y += yStride
    } else {
      v128.store(y, t00)
      storeSome(y + 16, t01, columns - 4)
      y += yStride
    }
    x += xStride
  }
}
