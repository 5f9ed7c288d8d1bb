import { addPair, madd } from '../madd'
import { BLOCK, PANEL } from './packing'
import { clamp, storeLanes } from './store'
import { storeSome } from '../lanes'

/*
 * Register tiles of y (rows, units) = clamp(x (rows, inner) · weights (inner, units) + bias).
 *
 * Every element of y is summed in one order, whatever the tile: products in pairs, pairs one after
 * the other, a partial sum per BLOCK products, partial sums one after the other, bias last.
 *
 * rows    a multiple of the tile's height
 * x       rows of `inner` floats, `xStride` bytes apart
 * panel   bias (w) · weights (inner, w)
 * y       rows, `yStride` bytes apart; the first `columns` of a panel are stored, w at most
 * bounds  two floats that limit y
 */

/** 3 rows × 1 panel of 8; more than 4 columns. */
export function tile3x8(
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
  for (; rows; rows -= 3) {
    let w = panel + 32
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let rest = inner
    let t00 = zero
    let t01 = zero
    let t10 = zero
    let t11 = zero
    let t20 = zero
    let t21 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c01 = zero
      let c10 = zero
      let c11 = zero
      let c20 = zero
      let c21 = zero
      const end = x0 + ((block & ~1) << 2)
      while (x0 < end) {
        const u0 = v128.load(w)
        const u1 = v128.load(w, 16)
        const v0 = v128.load(w, 32)
        const v1 = v128.load(w, 48)
        let a = v128.load32_splat(x0)
        let b = v128.load32_splat(x0, 4)
        c00 = addPair(c00, a, u0, b, v0)
        c01 = addPair(c01, a, u1, b, v1)
        a = v128.load32_splat(x1)
        b = v128.load32_splat(x1, 4)
        c10 = addPair(c10, a, u0, b, v0)
        c11 = addPair(c11, a, u1, b, v1)
        a = v128.load32_splat(x2)
        b = v128.load32_splat(x2, 4)
        c20 = addPair(c20, a, u0, b, v0)
        c21 = addPair(c21, a, u1, b, v1)
        w += 64
        x0 += 8
        x1 += 8
        x2 += 8
      }
      if (block & 1) {
        let a = v128.load32_splat(x0)
        c00 = madd(a, v128.load(w), c00)
        c01 = madd(a, v128.load(w, 16), c01)
        a = v128.load32_splat(x1)
        c10 = madd(a, v128.load(w), c10)
        c11 = madd(a, v128.load(w, 16), c11)
        a = v128.load32_splat(x2)
        c20 = madd(a, v128.load(w), c20)
        c21 = madd(a, v128.load(w, 16), c21)
      }
      t00 = f32x4.add(t00, c00)
      t01 = f32x4.add(t01, c01)
      t10 = f32x4.add(t10, c10)
      t11 = f32x4.add(t11, c11)
      t20 = f32x4.add(t20, c20)
      t21 = f32x4.add(t21, c21)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    t10 = clamp(f32x4.add(t10, bias0), lower, upper)
    t20 = clamp(f32x4.add(t20, bias0), lower, upper)
    const bias1 = v128.load(panel, 16)
    t01 = clamp(f32x4.add(t01, bias1), lower, upper)
    t11 = clamp(f32x4.add(t11, bias1), lower, upper)
    t21 = clamp(f32x4.add(t21, bias1), lower, upper)
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
    } else {
      v128.store(y, t00)
      storeLanes(y + 16, t01, columns - 4)
      y += yStride
      v128.store(y, t10)
      storeLanes(y + 16, t11, columns - 4)
      y += yStride
      v128.store(y, t20)
      storeLanes(y + 16, t21, columns - 4)
      y += yStride
    }
    x += 3 * xStride
  }
}

/** 3 rows × 1 panel of 4. */
export function tile3x4(
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
  for (; rows; rows -= 3) {
    let w = panel + 16
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let rest = inner
    let t00 = zero
    let t10 = zero
    let t20 = zero
    do {
      const block = min(rest, BLOCK)
      let c00 = zero
      let c10 = zero
      let c20 = zero
      const end = x0 + ((block & ~1) << 2)
      while (x0 < end) {
        const u0 = v128.load(w)
        const v0 = v128.load(w, 16)
        let a = v128.load32_splat(x0)
        let b = v128.load32_splat(x0, 4)
        c00 = addPair(c00, a, u0, b, v0)
        a = v128.load32_splat(x1)
        b = v128.load32_splat(x1, 4)
        c10 = addPair(c10, a, u0, b, v0)
        a = v128.load32_splat(x2)
        b = v128.load32_splat(x2, 4)
        c20 = addPair(c20, a, u0, b, v0)
        w += 32
        x0 += 8
        x1 += 8
        x2 += 8
      }
      if (block & 1) {
        let a = v128.load32_splat(x0)
        c00 = madd(a, v128.load(w), c00)
        a = v128.load32_splat(x1)
        c10 = madd(a, v128.load(w), c10)
        a = v128.load32_splat(x2)
        c20 = madd(a, v128.load(w), c20)
      }
      t00 = f32x4.add(t00, c00)
      t10 = f32x4.add(t10, c10)
      t20 = f32x4.add(t20, c20)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    t10 = clamp(f32x4.add(t10, bias0), lower, upper)
    t20 = clamp(f32x4.add(t20, bias0), lower, upper)
    if (columns >= 4) {
      v128.store(y, t00)
      y += yStride
      v128.store(y, t10)
      y += yStride
      v128.store(y, t20)
      y += yStride
    } else {
      storeSome(y, t00, columns)
      y += yStride
      storeSome(y, t10, columns)
      y += yStride
      storeSome(y, t20, columns)
      y += yStride
    }
    x += 3 * xStride
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
      const end = x0 + ((block & ~1) << 2)
      while (x0 < end) {
        const u0 = v128.load(w)
        const u1 = v128.load(w, 16)
        const v0 = v128.load(w, 32)
        const v1 = v128.load(w, 48)
        let a = v128.load32_splat(x0)
        let b = v128.load32_splat(x0, 4)
        c00 = addPair(c00, a, u0, b, v0)
        c01 = addPair(c01, a, u1, b, v1)
        w += 64
        x0 += 8
      }
      if (block & 1) {
        const a = v128.load32_splat(x0)
        c00 = madd(a, v128.load(w), c00)
        c01 = madd(a, v128.load(w, 16), c01)
      }
      t00 = f32x4.add(t00, c00)
      t01 = f32x4.add(t01, c01)
      rest -= block
    } while (rest)
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    const bias0 = v128.load(panel)
    t00 = clamp(f32x4.add(t00, bias0), lower, upper)
    const bias1 = v128.load(panel, 16)
    t01 = clamp(f32x4.add(t01, bias1), lower, upper)
    if (columns >= PANEL) {
      v128.store(y, t00)
      v128.store(y, t01, 16)
      y += yStride
    } else {
      v128.store(y, t00)
      storeLanes(y + 16, t01, columns - 4)
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
      const end = x0 + ((block & ~1) << 2)
      while (x0 < end) {
        const u0 = v128.load(w)
        const v0 = v128.load(w, 16)
        let a = v128.load32_splat(x0)
        let b = v128.load32_splat(x0, 4)
        c00 = addPair(c00, a, u0, b, v0)
        w += 32
        x0 += 8
      }
      if (block & 1) {
        const a = v128.load32_splat(x0)
        c00 = madd(a, v128.load(w), c00)
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

/** 1 row × 4 panels of 8. */
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
    const end = x + ((block & ~1) << 2)
    while (x < end) {
      const a = v128.load32_splat(x)
      const b = v128.load32_splat(x, 4)
      c00 = addPair(c00, a, v128.load(w0), b, v128.load(w0, 32))
      c01 = addPair(c01, a, v128.load(w0, 16), b, v128.load(w0, 48))
      c10 = addPair(c10, a, v128.load(w1), b, v128.load(w1, 32))
      c11 = addPair(c11, a, v128.load(w1, 16), b, v128.load(w1, 48))
      c20 = addPair(c20, a, v128.load(w2), b, v128.load(w2, 32))
      c21 = addPair(c21, a, v128.load(w2, 16), b, v128.load(w2, 48))
      c30 = addPair(c30, a, v128.load(w3), b, v128.load(w3, 32))
      c31 = addPair(c31, a, v128.load(w3, 16), b, v128.load(w3, 48))
      x += 8
      w0 += 64
      w1 += 64
      w2 += 64
      w3 += 64
    }
    if (block & 1) {
      const a = v128.load32_splat(x)
      c00 = madd(a, v128.load(w0), c00)
      c01 = madd(a, v128.load(w0, 16), c01)
      c10 = madd(a, v128.load(w1), c10)
      c11 = madd(a, v128.load(w1, 16), c11)
      c20 = madd(a, v128.load(w2), c20)
      c21 = madd(a, v128.load(w2, 16), c21)
      c30 = madd(a, v128.load(w3), c30)
      c31 = madd(a, v128.load(w3, 16), c31)
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
