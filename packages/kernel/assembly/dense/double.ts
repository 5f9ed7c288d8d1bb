import { madd64 } from '../madd'
import { demote, storeSome } from '../lanes'
import { clamp } from './clamp'

/*
 * Register tiles for dot products in float64: the bias and then the products in the order of k are summed,
 * and the sum is rounded to float32 once. Arguments as in tile.ts; x holds numbers of type T, the panels
 * numbers of type W in rows of `rowBytes`, of which 4 are taken; bare: without the bias.
 */

/** The first two of four numbers of type W as doubles. */
// @ts-ignore: decorator
@inline
function low<W>(address: usize): v128 {
  return sizeof<W>() == 8 ? v128.load(address) : f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** The last two. */
// @ts-ignore: decorator
@inline
function high<W>(address: usize): v128 {
  return sizeof<W>() == 8 ? v128.load(address, 16) : f64x2.promote_low_f32x4(v128.load64_zero(address, 8))
}

/** Two doubles, both the T at `address`. */
// @ts-ignore: decorator
@inline
function splat<T>(address: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(address) : f64x2.promote_low_f32x4(v128.load32_splat(address))
}

/** 4 rows × 1 panel of 4. */
function double4x4<T, W>(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  rowBytes: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  bounds: usize,
  bare: bool,
): void {
  for (; rows; rows -= 4) {
    let w = panel + rowBytes
    let x0 = x
    let x1 = x0 + xStride
    let x2 = x1 + xStride
    let x3 = x2 + xStride
    let low0 = bare ? f64x2.splat(0) : low<W>(panel)
    let high0 = bare ? f64x2.splat(0) : high<W>(panel)
    let low1 = low0
    let high1 = high0
    let low2 = low0
    let high2 = high0
    let low3 = low0
    let high3 = high0
    const end = x0 + inner * sizeof<T>()
    while (x0 < end) {
      const u = low<W>(w)
      const v = high<W>(w)
      let a = splat<T>(x0)
      low0 = madd64(a, u, low0)
      high0 = madd64(a, v, high0)
      a = splat<T>(x1)
      low1 = madd64(a, u, low1)
      high1 = madd64(a, v, high1)
      a = splat<T>(x2)
      low2 = madd64(a, u, low2)
      high2 = madd64(a, v, high2)
      a = splat<T>(x3)
      low3 = madd64(a, u, low3)
      high3 = madd64(a, v, high3)
      w += rowBytes
      x0 += sizeof<T>()
      x1 += sizeof<T>()
      x2 += sizeof<T>()
      x3 += sizeof<T>()
    }
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    low0 = clamp(demote(low0, high0), lower, upper)
    low1 = clamp(demote(low1, high1), lower, upper)
    low2 = clamp(demote(low2, high2), lower, upper)
    low3 = clamp(demote(low3, high3), lower, upper)
    if (columns >= 4) {
      v128.store(y, low0)
      y += yStride
      v128.store(y, low1)
      y += yStride
      v128.store(y, low2)
      y += yStride
      v128.store(y, low3)
      y += yStride
    } else {
      storeSome(y, low0, columns)
      y += yStride
      storeSome(y, low1, columns)
      y += yStride
      storeSome(y, low2, columns)
      y += yStride
      storeSome(y, low3, columns)
      y += yStride
    }
    x += 4 * xStride
  }
}

/** 1 row × 1 panel of 4. */
function double1x4<T, W>(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  rowBytes: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  bounds: usize,
  bare: bool,
): void {
  for (; rows; rows--) {
    let w = panel + rowBytes
    let x0 = x
    let low0 = bare ? f64x2.splat(0) : low<W>(panel)
    let high0 = bare ? f64x2.splat(0) : high<W>(panel)
    const end = x0 + inner * sizeof<T>()
    while (x0 < end) {
      const u = low<W>(w)
      const v = high<W>(w)
      const a = splat<T>(x0)
      low0 = madd64(a, u, low0)
      high0 = madd64(a, v, high0)
      w += rowBytes
      x0 += sizeof<T>()
    }
    const lower = v128.load32_splat(bounds)
    const upper = v128.load32_splat(bounds, 4)
    low0 = clamp(demote(low0, high0), lower, upper)
    if (columns >= 4) {
      v128.store(y, low0)
      y += yStride
    } else {
      storeSome(y, low0, columns)
      y += yStride
    }
    x += xStride
  }
}

/** All rows with 1 panel of 4. */
// @ts-ignore: decorator
@inline
export function doublePanel<T, W>(
  rows: u32,
  inner: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  rowBytes: usize,
  y: usize,
  yStride: usize,
  columns: u32,
  bounds: usize,
  bare: bool,
): void {
  const rest = rows & 3
  const tiled = rows - rest
  if (tiled) double4x4<T, W>(tiled, inner, x, xStride, panel, rowBytes, y, yStride, columns, bounds, bare)
  if (rest) {
    const xRest = x + tiled * xStride
    const yRest = y + tiled * yStride
    double1x4<T, W>(rest, inner, xRest, xStride, panel, rowBytes, yRest, yStride, columns, bounds, bare)
  }
}

/** Four sums over `inner` products of one row, with the bias, as doubles: y (4). */
export function sums<T, W>(inner: u32, x: usize, panel: usize, rowBytes: usize, y: usize): void {
  let first = low<W>(panel)
  let second = high<W>(panel)
  for (const end = x + inner * sizeof<T>(); x < end; x += sizeof<T>()) {
    panel += rowBytes
    const a = splat<T>(x)
    first = madd64(a, low<W>(panel), first)
    second = madd64(a, high<W>(panel), second)
  }
  v128.store(y, first)
  v128.store(y, second, 16)
}
