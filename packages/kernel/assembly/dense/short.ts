import { addQuad, FOURS, madd } from '../madd'
import { clamp } from './clamp'
import { Four, One, spread, Three, Two } from './tile'

/* What follows the sums, as a type argument: see tile.ts. */

/** Nothing. */
@unmanaged @final export class Bare { a: u8 }
/** Bias and bounds. */
@unmanaged @final export class Biased { a: u16 }
/** Bias, residual and bounds. */
@unmanaged @final export class Added { a: u32 }


/** One row of a tile: what `tileShort` does after the sums. */
// @ts-ignore: decorator
@inline
function finish<E>(
  c0: v128, c1: v128, low: v128, high: v128, residual: usize, lower: v128, upper: v128, y: usize,
): void {
  if (offsetof<E>() > 1) {
    c0 = f32x4.add(c0, low)
    c1 = f32x4.add(c1, high)
    if (offsetof<E>() > 2) {
      c0 = f32x4.add(c0, v128.load(residual))
      c1 = f32x4.add(c1, v128.load(residual, 16))
    }
    c0 = clamp(c0, lower, upper)
    c1 = clamp(c1, lower, upper)
  }
  v128.store(y, c0)
  v128.store(y, c1, 16)
}

/**
 * `tile<R, Eight, S>`, R one or two rows, for at most BLOCK products and whole panels: bias and bounds stay in registers
 * from row to row, and the only partial sum is the sum. Where products are few, what `tile` does around them shows.
 */
export function tileShort<R, S, E>(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  w: usize,
  bias: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
): void {
  const zero = f32x4.splat(0)
  let low = zero
  let high = zero
  let lower = zero
  let upper = zero
  if (offsetof<E>() > 1) {
    low = v128.load(bias)
    high = v128.load(bias, 16)
    lower = v128.load32_splat(bounds)
    upper = v128.load32_splat(bounds, 4)
  }
  const fours = (inner & FOURS) << 2
  for (; rows; rows -= <u32>offsetof<R>()) {
    let u = w
    let x0 = x
    let x1 = x + xStride
    let c00 = zero
    let c01 = zero
    let c10 = zero
    let c11 = zero
    for (const end = x0 + fours; x0 < end; x0 += 16) {
      const u0 = v128.load(u)
      const u1 = v128.load(u, 32)
      const u2 = v128.load(u, 64)
      const u3 = v128.load(u, 96)
      const v0 = v128.load(u, 16)
      const v1 = v128.load(u, 48)
      const v2 = v128.load(u, 80)
      const v3 = v128.load(u, 112)
      const four = offsetof<S>() > 1 ? zero : v128.load(x0)
      let a0 = spread<S, One>(x0, four)
      let a1 = spread<S, Two>(x0, four)
      let a2 = spread<S, Three>(x0, four)
      let a3 = spread<S, Four>(x0, four)
      c00 = addQuad(c00, a0, u0, a1, u1, a2, u2, a3, u3)
      c01 = addQuad(c01, a0, v0, a1, v1, a2, v2, a3, v3)
      if (offsetof<R>() > 1) {
        a0 = v128.load32_splat(x1)
        a1 = v128.load32_splat(x1, 4)
        a2 = v128.load32_splat(x1, 8)
        a3 = v128.load32_splat(x1, 12)
        c10 = addQuad(c10, a0, u0, a1, u1, a2, u2, a3, u3)
        c11 = addQuad(c11, a0, v0, a1, v1, a2, v2, a3, v3)
        x1 += 16
      }
      u += 128
    }
    for (let k = inner & ~FOURS; k; k--) {
      const u0 = v128.load(u)
      const v0 = v128.load(u, 16)
      let a = v128.load32_splat(x0)
      c00 = madd(a, u0, c00)
      c01 = madd(a, v0, c01)
      x0 += 4
      if (offsetof<R>() > 1) {
        a = v128.load32_splat(x1)
        c10 = madd(a, u0, c10)
        c11 = madd(a, v0, c11)
        x1 += 4
      }
      u += 32
    }
    finish<E>(c00, c01, low, high, residual, lower, upper, y)
    y += yStride
    if (offsetof<E>() > 2) residual += yStride
    if (offsetof<R>() > 1) {
      finish<E>(c10, c11, low, high, residual, lower, upper, y)
      y += yStride
      if (offsetof<E>() > 2) residual += yStride
    }
    x += offsetof<R>() * xStride
  }
}
