import { addQuad, FAST, FOURS, madd } from '../madd'
import { loadSome, storeSome } from '../lanes'
import { BLOCK } from './packing'
import { clamp } from './clamp'

/*
 * Heights and widths of register tiles. AssemblyScript takes no numbers as type arguments, so a number
 * is the size in bytes of a type.
 */

@unmanaged @final export class One { a: u8 }
@unmanaged @final export class Two { a: u16 }
@unmanaged @final export class Three { a: u16; b: u8 }
@unmanaged @final export class Four { a: u32 }
@unmanaged @final export class Six { a: u32; b: u16 }
@unmanaged @final export class Eight { a: u64 }

/** How the first row of a tile of the exact build gets four floats into all lanes each: by one load and four shuffles … */
@unmanaged @final export class Spread { a: u8 }
/** … or by four loads. */
@unmanaged @final export class Each { a: u16 }

/** The I-th float at x, first to fourth, in all lanes; with Spread taken from `four`, all of them. */
// @ts-ignore: decorator
@inline
export function spread<S, I>(x: usize, four: v128): v128 {
  if (offsetof<S>() > 1) return v128.load32_splat(x, offsetof<I>() * 4 - 4)
  return v128.shuffle<f32>(
    four, four, <u8>offsetof<I>() - 1, <u8>offsetof<I>() - 1, <u8>offsetof<I>() - 1, <u8>offsetof<I>() - 1,
  )
}

/** Rows of the tallest tile 8 wide: as many sums as the registers hold beside the operands. */
export const TALL: u32 = FAST ? 6 : 2

// @ts-ignore: decorator
@inline
function lanes(address: usize, count: u32): v128 {
  return count >= 4 ? v128.load(address) : loadSome(address, count)
}

/** One row of a tile: what `tile` does after the sums. */
// @ts-ignore: decorator
@inline
function finish<W>(
  low: v128, high: v128, y: usize, columns: u32, bias: usize, resumed: bool, residual: usize, bounds: usize,
): void {
  if (FAST && resumed) {
    low = f32x4.add(lanes(y, columns), low)
    if (offsetof<W>() > 4) high = f32x4.add(lanes(y + 16, columns - 4), high)
  }
  if (bias) {
    low = f32x4.add(low, v128.load(bias))
    if (offsetof<W>() > 4) high = f32x4.add(high, v128.load(bias, 16))
    if (residual) {
      low = f32x4.add(low, lanes(residual, columns))
      if (offsetof<W>() > 4) high = f32x4.add(high, lanes(residual + 16, columns - 4))
    }
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    low = clamp(low, lower, upper)
    if (offsetof<W>() > 4) high = clamp(high, lower, upper)
  }
  if (columns >= <u32>offsetof<W>()) {
    v128.store(y, low)
    if (offsetof<W>() > 4) v128.store(y, high, 16)
  } else if (offsetof<W>() > 4) {
    v128.store(y, low)
    storeSome(y + 16, high, columns - 4)
  } else {
    storeSome(y, low, columns)
  }
}

/**
 * Register tile of y (rows, units) = clamp(x (rows, inner) · weights (inner, units) + bias + residual):
 * R rows at a time, one panel of W columns; S, in the exact build: how floats of the first row are loaded.
 *
 * Every element of y is summed in one order, whatever the tile: in the exact build products in fours
 * (addQuad), the last one to three of a block one after the other; in the fast build one product after
 * the other; a partial sum per BLOCK products, partial sums one after the other, bias, residual. A tile of the fast
 * build sums one block, so that no register waits for the partial sum of the next.
 *
 * rows      a multiple of R
 * inner     a multiple of BLOCK unless these are the last products; in the fast build a BLOCK at most
 * x         rows of `inner` floats, `xStride` bytes apart
 * w         weights (inner, W)
 * bias      (W); 0 when more products follow, then y gets the bare sum
 * y         rows, `yStride` bytes apart; the first `columns` of a panel are stored, W at most and more than W − 4
 * resumed   y holds the sum of the products before
 * residual  rows of floats to add, `yStride` bytes apart; 0: none
 * bounds    two floats that limit y
 */
export function tile<R, W, S>(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  w: usize,
  bias: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  resumed: bool,
  residual: usize,
  bounds: usize,
): void {
  const zero = f32x4.splat(0)
  const advance = residual ? yStride : 0
  for (; rows; rows -= <u32>offsetof<R>()) {
    let u = w
    let rest = inner
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let x3 = x2 + xStride
    let x4 = x3 + xStride
    let x5 = x4 + xStride
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
    if (!FAST && resumed) {
      let from = y
      t00 = lanes(from, columns)
      if (offsetof<W>() > 4) t01 = lanes(from + 16, columns - 4)
      if (offsetof<R>() > 1) {
        from += yStride
        t10 = lanes(from, columns)
        if (offsetof<W>() > 4) t11 = lanes(from + 16, columns - 4)
      }
      if (offsetof<R>() > 2) {
        from += yStride
        t20 = lanes(from, columns)
        if (offsetof<W>() > 4) t21 = lanes(from + 16, columns - 4)
      }
      if (offsetof<R>() > 3) {
        from += yStride
        t30 = lanes(from, columns)
        if (offsetof<W>() > 4) t31 = lanes(from + 16, columns - 4)
      }
      if (offsetof<R>() > 4) {
        from += yStride
        t40 = lanes(from, columns)
        if (offsetof<W>() > 4) t41 = lanes(from + 16, columns - 4)
      }
      if (offsetof<R>() > 5) {
        from += yStride
        t50 = lanes(from, columns)
        if (offsetof<W>() > 4) t51 = lanes(from + 16, columns - 4)
      }
    }
    do {
      const block = FAST ? inner : min(rest, BLOCK)
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
      if (!FAST) {
        const end = x0 + ((block & FOURS) << 2)
        while (x0 < end) {
          const u0 = v128.load(u)
          const u1 = v128.load(u, offsetof<W>() * 4)
          const u2 = v128.load(u, offsetof<W>() * 8)
          const u3 = v128.load(u, offsetof<W>() * 12)
          let v0 = zero
          let v1 = zero
          let v2 = zero
          let v3 = zero
          if (offsetof<W>() > 4) {
            v0 = v128.load(u, 16)
            v1 = v128.load(u, offsetof<W>() * 4 + 16)
            v2 = v128.load(u, offsetof<W>() * 8 + 16)
            v3 = v128.load(u, offsetof<W>() * 12 + 16)
          }
          const four = offsetof<S>() > 1 ? zero : v128.load(x0)
          let a0 = spread<S, One>(x0, four)
          let a1 = spread<S, Two>(x0, four)
          let a2 = spread<S, Three>(x0, four)
          let a3 = spread<S, Four>(x0, four)
          c00 = addQuad(c00, a0, u0, a1, u1, a2, u2, a3, u3)
          if (offsetof<W>() > 4) c01 = addQuad(c01, a0, v0, a1, v1, a2, v2, a3, v3)
          x0 += 16
          if (offsetof<R>() > 1) {
            a0 = v128.load32_splat(x1)
            a1 = v128.load32_splat(x1, 4)
            a2 = v128.load32_splat(x1, 8)
            a3 = v128.load32_splat(x1, 12)
            c10 = addQuad(c10, a0, u0, a1, u1, a2, u2, a3, u3)
            if (offsetof<W>() > 4) c11 = addQuad(c11, a0, v0, a1, v1, a2, v2, a3, v3)
            x1 += 16
          }
          if (offsetof<R>() > 2) {
            a0 = v128.load32_splat(x2)
            a1 = v128.load32_splat(x2, 4)
            a2 = v128.load32_splat(x2, 8)
            a3 = v128.load32_splat(x2, 12)
            c20 = addQuad(c20, a0, u0, a1, u1, a2, u2, a3, u3)
            if (offsetof<W>() > 4) c21 = addQuad(c21, a0, v0, a1, v1, a2, v2, a3, v3)
            x2 += 16
          }
          if (offsetof<R>() > 3) {
            a0 = v128.load32_splat(x3)
            a1 = v128.load32_splat(x3, 4)
            a2 = v128.load32_splat(x3, 8)
            a3 = v128.load32_splat(x3, 12)
            c30 = addQuad(c30, a0, u0, a1, u1, a2, u2, a3, u3)
            if (offsetof<W>() > 4) c31 = addQuad(c31, a0, v0, a1, v1, a2, v2, a3, v3)
            x3 += 16
          }
          u += offsetof<W>() * 16
        }
      }
      const end = x0 + ((block & ~FOURS) << 2)
      while (x0 < end) {
        const u0 = v128.load(u)
        let v0 = zero
        if (offsetof<W>() > 4) v0 = v128.load(u, 16)
        let a = v128.load32_splat(x0)
        c00 = madd(a, u0, c00)
        if (offsetof<W>() > 4) c01 = madd(a, v0, c01)
        x0 += 4
        if (offsetof<R>() > 1) {
          a = v128.load32_splat(x1)
          c10 = madd(a, u0, c10)
          if (offsetof<W>() > 4) c11 = madd(a, v0, c11)
          x1 += 4
        }
        if (offsetof<R>() > 2) {
          a = v128.load32_splat(x2)
          c20 = madd(a, u0, c20)
          if (offsetof<W>() > 4) c21 = madd(a, v0, c21)
          x2 += 4
        }
        if (offsetof<R>() > 3) {
          a = v128.load32_splat(x3)
          c30 = madd(a, u0, c30)
          if (offsetof<W>() > 4) c31 = madd(a, v0, c31)
          x3 += 4
        }
        if (offsetof<R>() > 4) {
          a = v128.load32_splat(x4)
          c40 = madd(a, u0, c40)
          if (offsetof<W>() > 4) c41 = madd(a, v0, c41)
          x4 += 4
        }
        if (offsetof<R>() > 5) {
          a = v128.load32_splat(x5)
          c50 = madd(a, u0, c50)
          if (offsetof<W>() > 4) c51 = madd(a, v0, c51)
          x5 += 4
        }
        u += offsetof<W>() * 4
      }
      t00 = FAST ? c00 : f32x4.add(t00, c00)
      t01 = FAST ? c01 : f32x4.add(t01, c01)
      t10 = FAST ? c10 : f32x4.add(t10, c10)
      t11 = FAST ? c11 : f32x4.add(t11, c11)
      t20 = FAST ? c20 : f32x4.add(t20, c20)
      t21 = FAST ? c21 : f32x4.add(t21, c21)
      t30 = FAST ? c30 : f32x4.add(t30, c30)
      t31 = FAST ? c31 : f32x4.add(t31, c31)
      t40 = FAST ? c40 : f32x4.add(t40, c40)
      t41 = FAST ? c41 : f32x4.add(t41, c41)
      t50 = FAST ? c50 : f32x4.add(t50, c50)
      t51 = FAST ? c51 : f32x4.add(t51, c51)
      rest -= block
    } while (!FAST && rest)
    finish<W>(t00, t01, y, columns, bias, resumed, residual, bounds)
    y += yStride
    residual += advance
    if (offsetof<R>() > 1) {
      finish<W>(t10, t11, y, columns, bias, resumed, residual, bounds)
      y += yStride
      residual += advance
    }
    if (offsetof<R>() > 2) {
      finish<W>(t20, t21, y, columns, bias, resumed, residual, bounds)
      y += yStride
      residual += advance
    }
    if (offsetof<R>() > 3) {
      finish<W>(t30, t31, y, columns, bias, resumed, residual, bounds)
      y += yStride
      residual += advance
    }
    if (offsetof<R>() > 4) {
      finish<W>(t40, t41, y, columns, bias, resumed, residual, bounds)
      y += yStride
      residual += advance
    }
    if (offsetof<R>() > 5) {
      finish<W>(t50, t51, y, columns, bias, resumed, residual, bounds)
      y += yStride
      residual += advance
    }
    x += offsetof<R>() * xStride
  }
}
