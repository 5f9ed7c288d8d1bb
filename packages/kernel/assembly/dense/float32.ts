import { addQuad, madd } from '../madd'
import { storeSome } from '../lanes'
import { BLOCK, PANEL } from './packing'
import { clamp } from './store'

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
      const end = x0 + ((block & ~3) << 2)
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
      for (let k = block & 3; k; k--) {
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
      const end = x0 + ((block & ~3) << 2)
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
      for (let k = block & 3; k; k--) {
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
      const end = x0 + ((block & ~3) << 2)
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
      for (let k = block & 3; k; k--) {
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
      const end = x0 + ((block & ~3) << 2)
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
      for (let k = block & 3; k; k--) {
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

/** 1 row × 4 panels of 8, which are walked side by side. */
export function tile1x32(
  inner: u32,
  x: usize,
  panel: usize,
  y: usize,
  bounds: usize,
): void {
  const zero = f32x4.splat(0)
  const panelBytes = (inner + 1) << 5
  let w0 = panel + 32
  let w1 = w0 + panelBytes
  let w2 = w1 + panelBytes
  let w3 = w2 + panelBytes
  let t00 = zero
  let t01 = zero
  let t10 = zero
  let t11 = zero
  let t20 = zero
  let t21 = zero
  let t30 = zero
  let t31 = zero
  do {
    const block = min(inner, BLOCK)
    let c00 = zero
    let c01 = zero
    let c10 = zero
    let c11 = zero
    let c20 = zero
    let c21 = zero
    let c30 = zero
    let c31 = zero
    const end = x + ((block & ~3) << 2)
    while (x < end) {
      const a0 = v128.load32_splat(x)
      const a1 = v128.load32_splat(x, 4)
      const a2 = v128.load32_splat(x, 8)
      const a3 = v128.load32_splat(x, 12)
      c00 = addQuad(
        c00,
        a0, v128.load(w0),
        a1, v128.load(w0, 32),
        a2, v128.load(w0, 64),
        a3, v128.load(w0, 96),
      )
      c01 = addQuad(
        c01,
        a0, v128.load(w0, 16),
        a1, v128.load(w0, 48),
        a2, v128.load(w0, 80),
        a3, v128.load(w0, 112),
      )
      c10 = addQuad(
        c10,
        a0, v128.load(w1),
        a1, v128.load(w1, 32),
        a2, v128.load(w1, 64),
        a3, v128.load(w1, 96),
      )
      c11 = addQuad(
        c11,
        a0, v128.load(w1, 16),
        a1, v128.load(w1, 48),
        a2, v128.load(w1, 80),
        a3, v128.load(w1, 112),
      )
      c20 = addQuad(
        c20,
        a0, v128.load(w2),
        a1, v128.load(w2, 32),
        a2, v128.load(w2, 64),
        a3, v128.load(w2, 96),
      )
      c21 = addQuad(
        c21,
        a0, v128.load(w2, 16),
        a1, v128.load(w2, 48),
        a2, v128.load(w2, 80),
        a3, v128.load(w2, 112),
      )
      c30 = addQuad(
        c30,
        a0, v128.load(w3),
        a1, v128.load(w3, 32),
        a2, v128.load(w3, 64),
        a3, v128.load(w3, 96),
      )
      c31 = addQuad(
        c31,
        a0, v128.load(w3, 16),
        a1, v128.load(w3, 48),
        a2, v128.load(w3, 80),
        a3, v128.load(w3, 112),
      )
      x += 16
      w0 += 128
      w1 += 128
      w2 += 128
      w3 += 128
    }
    for (let k = block & 3; k; k--) {
      const a = v128.load32_splat(x)
      c00 = madd(a, v128.load(w0), c00)
      c01 = madd(a, v128.load(w0, 16), c01)
      c10 = madd(a, v128.load(w1), c10)
      c11 = madd(a, v128.load(w1, 16), c11)
      c20 = madd(a, v128.load(w2), c20)
      c21 = madd(a, v128.load(w2, 16), c21)
      c30 = madd(a, v128.load(w3), c30)
      c31 = madd(a, v128.load(w3, 16), c31)
      x += 4
      w0 += 32
      w1 += 32
      w2 += 32
      w3 += 32
    }
    t00 = f32x4.add(t00, c00)
    t01 = f32x4.add(t01, c01)
    t10 = f32x4.add(t10, c10)
    t11 = f32x4.add(t11, c11)
    t20 = f32x4.add(t20, c20)
    t21 = f32x4.add(t21, c21)
    t30 = f32x4.add(t30, c30)
    t31 = f32x4.add(t31, c31)
    inner -= block
  } while (inner)
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  v128.store(y, clamp(f32x4.add(t00, v128.load(panel)), lower, upper))
  v128.store(y, clamp(f32x4.add(t01, v128.load(panel, 16)), lower, upper), 16)
  panel += panelBytes
  v128.store(y, clamp(f32x4.add(t10, v128.load(panel)), lower, upper), 32)
  v128.store(y, clamp(f32x4.add(t11, v128.load(panel, 16)), lower, upper), 48)
  panel += panelBytes
  v128.store(y, clamp(f32x4.add(t20, v128.load(panel)), lower, upper), 64)
  v128.store(y, clamp(f32x4.add(t21, v128.load(panel, 16)), lower, upper), 80)
  panel += panelBytes
  v128.store(y, clamp(f32x4.add(t30, v128.load(panel)), lower, upper), 96)
  v128.store(y, clamp(f32x4.add(t31, v128.load(panel, 16)), lower, upper), 112)
}
