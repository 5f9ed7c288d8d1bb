import { addQuad, FAST, FOURS, madd } from '../madd'
import { BLOCK } from './packing'
import { clamp } from './clamp'

/* Arguments and order of summation as in tile.ts. */

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
  // Partial sums wait in y: registers are for the sums of a block.
  let resumed = false
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
    const end = x + ((block & FOURS) << 2)
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
    let rest = block & ~FOURS
    if (FAST) {
      // The fewest instructions beside loads and products: two of these at a time, and one address that moves.
      for (const last = x + ((rest & ~1) << 2); x < last; x += 8) {
        let a: v128
        a = v128.load32_splat(x)
        c00 = madd(a, v128.load(w0), c00)
        c01 = madd(a, v128.load(w0, 16), c01)
        c10 = madd(a, v128.load(w1), c10)
        c11 = madd(a, v128.load(w1, 16), c11)
        c20 = madd(a, v128.load(w2), c20)
        c21 = madd(a, v128.load(w2, 16), c21)
        c30 = madd(a, v128.load(w3), c30)
        c31 = madd(a, v128.load(w3, 16), c31)
        a = v128.load32_splat(x, 4)
        c00 = madd(a, v128.load(w0, 32), c00)
        c01 = madd(a, v128.load(w0, 48), c01)
        c10 = madd(a, v128.load(w1, 32), c10)
        c11 = madd(a, v128.load(w1, 48), c11)
        c20 = madd(a, v128.load(w2, 32), c20)
        c21 = madd(a, v128.load(w2, 48), c21)
        c30 = madd(a, v128.load(w3, 32), c30)
        c31 = madd(a, v128.load(w3, 48), c31)
        w0 += 64
        w1 = w0 + panelBytes
        w2 = w1 + panelBytes
        w3 = w2 + panelBytes
      }
      rest &= 1
    }
    for (; rest; rest--) {
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
    inner -= block
    if (resumed) {
      c00 = f32x4.add(v128.load(y), c00)
      c01 = f32x4.add(v128.load(y, 16), c01)
      c10 = f32x4.add(v128.load(y, 32), c10)
      c11 = f32x4.add(v128.load(y, 48), c11)
      c20 = f32x4.add(v128.load(y, 64), c20)
      c21 = f32x4.add(v128.load(y, 80), c21)
      c30 = f32x4.add(v128.load(y, 96), c30)
      c31 = f32x4.add(v128.load(y, 112), c31)
    }
    resumed = true
    if (!inner) {
      const lower = v128.load32_splat(bounds)
      const upper = v128.load32_splat(bounds, 4)
      c00 = clamp(f32x4.add(c00, v128.load(panel)), lower, upper)
      c01 = clamp(f32x4.add(c01, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c10 = clamp(f32x4.add(c10, v128.load(panel)), lower, upper)
      c11 = clamp(f32x4.add(c11, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c20 = clamp(f32x4.add(c20, v128.load(panel)), lower, upper)
      c21 = clamp(f32x4.add(c21, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c30 = clamp(f32x4.add(c30, v128.load(panel)), lower, upper)
      c31 = clamp(f32x4.add(c31, v128.load(panel, 16)), lower, upper)
    }
    v128.store(y, c00)
    v128.store(y, c01, 16)
    v128.store(y, c10, 32)
    v128.store(y, c11, 48)
    v128.store(y, c20, 64)
    v128.store(y, c21, 80)
    v128.store(y, c30, 96)
    v128.store(y, c31, 112)
  } while (inner)
}

/** 1 row × 6 panels of 8 in the fast build: more sums than fused multiply-adds are under way, so that none waits. */
export function tile1x48(
  inner: u32,
  x: usize,
  panel: usize,
  y: usize,
  bounds: usize,
): void {
  const zero = f32x4.splat(0)
  const panelBytes = (inner + 1) << 5
  let w0 = panel + 32
  let resumed = false
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
    let c40 = zero
    let c41 = zero
    let c50 = zero
    let c51 = zero
    for (const end = x + (block << 2); x < end; x += 4) {
      const w1 = w0 + panelBytes
      const w2 = w1 + panelBytes
      const w3 = w2 + panelBytes
      const w4 = w3 + panelBytes
      const w5 = w4 + panelBytes
      const a = v128.load32_splat(x)
      c00 = madd(a, v128.load(w0), c00)
      c01 = madd(a, v128.load(w0, 16), c01)
      c10 = madd(a, v128.load(w1), c10)
      c11 = madd(a, v128.load(w1, 16), c11)
      c20 = madd(a, v128.load(w2), c20)
      c21 = madd(a, v128.load(w2, 16), c21)
      c30 = madd(a, v128.load(w3), c30)
      c31 = madd(a, v128.load(w3, 16), c31)
      c40 = madd(a, v128.load(w4), c40)
      c41 = madd(a, v128.load(w4, 16), c41)
      c50 = madd(a, v128.load(w5), c50)
      c51 = madd(a, v128.load(w5, 16), c51)
      w0 += 32
    }
    inner -= block
    if (resumed) {
      c00 = f32x4.add(v128.load(y), c00)
      c01 = f32x4.add(v128.load(y, 16), c01)
      c10 = f32x4.add(v128.load(y, 32), c10)
      c11 = f32x4.add(v128.load(y, 48), c11)
      c20 = f32x4.add(v128.load(y, 64), c20)
      c21 = f32x4.add(v128.load(y, 80), c21)
      c30 = f32x4.add(v128.load(y, 96), c30)
      c31 = f32x4.add(v128.load(y, 112), c31)
      c40 = f32x4.add(v128.load(y, 128), c40)
      c41 = f32x4.add(v128.load(y, 144), c41)
      c50 = f32x4.add(v128.load(y, 160), c50)
      c51 = f32x4.add(v128.load(y, 176), c51)
    }
    resumed = true
    if (!inner) {
      const lower = v128.load32_splat(bounds)
      const upper = v128.load32_splat(bounds, 4)
      c00 = clamp(f32x4.add(c00, v128.load(panel)), lower, upper)
      c01 = clamp(f32x4.add(c01, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c10 = clamp(f32x4.add(c10, v128.load(panel)), lower, upper)
      c11 = clamp(f32x4.add(c11, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c20 = clamp(f32x4.add(c20, v128.load(panel)), lower, upper)
      c21 = clamp(f32x4.add(c21, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c30 = clamp(f32x4.add(c30, v128.load(panel)), lower, upper)
      c31 = clamp(f32x4.add(c31, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c40 = clamp(f32x4.add(c40, v128.load(panel)), lower, upper)
      c41 = clamp(f32x4.add(c41, v128.load(panel, 16)), lower, upper)
      panel += panelBytes
      c50 = clamp(f32x4.add(c50, v128.load(panel)), lower, upper)
      c51 = clamp(f32x4.add(c51, v128.load(panel, 16)), lower, upper)
    }
    v128.store(y, c00)
    v128.store(y, c01, 16)
    v128.store(y, c10, 32)
    v128.store(y, c11, 48)
    v128.store(y, c20, 64)
    v128.store(y, c21, 80)
    v128.store(y, c30, 96)
    v128.store(y, c31, 112)
    v128.store(y, c40, 128)
    v128.store(y, c41, 144)
    v128.store(y, c50, 160)
    v128.store(y, c51, 176)
  } while (inner)
}
