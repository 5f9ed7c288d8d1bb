import * as L from '../../src/wasm/layout'
import { FAST } from '../madd'
import { BLOCK, PANEL } from './packing'
import { activatePanel } from './panel'
import { Added, Bare, Biased, tileShort } from './short'
import { Each, Eight, Four, One, Six, Spread, TALL, Three, Two, tile } from './tile'

/** Products per pass over a panel: as much of it as stays in the first-level cache; whole BLOCKs, in the fast build one. */
const SLICE: u32 = FAST ? BLOCK : 4 * BLOCK
/** Floats of x and y that stay in the second-level cache while all panels pass by. */
const CACHED: u32 = 131072
/** Rows for which the panels are worth being fetched. */
const LEAST_ROWS: u32 = 24
/** Rows whose products are too few to wait for their weights beforehand. */
const FEW_ROWS: u32 = 12
/**
 * Floats of weights that have probably left the second-level cache since they were last used; fewer where the product is
 * bare, for then it is one of the 16 points of a Winograd convolution, each with as many.
 */
const FAR: u32 = 65536
const FAR_POINT: u32 = 16384

/** Rows to multiply with all panels before the next ones: as even as can be, in whole tiles. */
export function cachedRows(rows: u32, inner: u32, units: u32): u32 {
  const most = max(CACHED / (min(inner, SLICE) + units), LEAST_ROWS)
  const parts = (rows + most - 1) / most
  const even = (rows + parts - 1) / parts
  return (even + TALL - 1) / TALL * TALL
}

/**
 * y (rows, units) = x (rows, inner) · weights (inner, units) + bias (units) + residual, limited to the
 * bounds; rows of x `xStride`, rows of y and residual `yStride` bytes apart. residual 0: none.
 * bare: the product alone. activation: 0, or the code of one of `activatesPanels` to apply.
 */
export function gemm(
  rows: u32,
  inner: u32,
  units: u32,
  x: usize,
  xStride: usize,
  weights: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
  bare: bool,
  activation: u32,
): void {
  const chunk = cachedRows(rows, inner, units)
  for (; rows; rows -= min(rows, chunk)) {
    const some = min(rows, chunk)
    for (let k: u32 = 0; k < inner; k += SLICE) {
      slice(some, inner, k, units, x + (k << 2), xStride, weights, y, yStride, residual, bounds, bare, activation)
    }
    x += some * xStride
    y += some * yStride
    if (residual) residual += some * yStride
  }
}

/** The products from `k` on, at most SLICE of them. */
function slice(
  rows: u32,
  inner: u32,
  k: u32,
  units: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
  bare: bool,
  activation: u32,
): void {
  const some = min(inner - k, SLICE)
  const last = !bare && k + some == inner
  const resumed = k > 0
  const far = inner * units >= (bare ? FAR_POINT : FAR) && rows >= FEW_ROWS
  for (; units > 4; units -= min(units, PANEL)) {
    const w = panel + ((k + 1) << 5)
    if (far) fetch(w, some << 5)
    tiles<Eight>(rows, some, x, xStride, w, last ? panel : 0, y, yStride, units, resumed, residual, bounds)
    if (activation && last) activatePanel(activation, rows, units, y, yStride)
    panel += (inner + 1) << 5
    y += PANEL * 4
    if (residual) residual += PANEL * 4
  }
  if (units) {
    const w = panel + ((k + 1) << 4)
    tiles<Four>(rows, some, x, xStride, w, last ? panel : 0, y, yStride, units, resumed, residual, bounds)
    if (activation && last) activatePanel(activation, rows, units, y, yStride)
  }
}

/**
 * Reads a stretch of weights once, line by line. Loads with nothing in between wait for memory together; the products
 * that follow would wait for one line after the other.
 */
function fetch(from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 256) {
    load<u32>(from)
    load<u32>(from, 64)
    load<u32>(from, 128)
    load<u32>(from, 192)
  }
}

/**
 * Height of the next tile of the fast build for fewer than twice TALL rows: such that as few rows as can be are left to tiles of
 * two rows and one, whose sums are too few to keep the multipliers busy.
 */
const HEIGHTS: usize = memory.data<u8>([0, 1, 2, 3, 4, 3, 6, 4, 4, 6, 6, 4])

/** One of L.TWO_ROWS, L.TWO_ROWS_SPREAD and L.ONE_ROW: the exact build's tiles. The host sets what suits the engine. */
export let tiling: u32 = L.TWO_ROWS

/** All rows with one panel of W columns, tile by tile. Arguments as of `tile`. */
function tiles<W>(
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
  let some: u32 = 0
  for (; rows; rows -= some) {
    if (offsetof<W>() == 4) {
      some = rows & ~3
      if (some) {
        tile<Four, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      } else {
        some = rows
        tile<One, W, Spread>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      }
    } else if (FAST) {
      some = rows < 2 * TALL ? load<u8>(HEIGHTS + rows) : (rows / TALL - 1) * TALL
      if (some == 1) tile<One, W, Spread>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      else if (some == 2) tile<Two, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      else if (some == 3) tile<Three, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      else if (some == 4) tile<Four, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
      else tile<Six, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    } else if (rows < 2 || tiling == L.ONE_ROW) {
      some = rows
      exactTiles<One, W, Spread>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
    } else if (!DENSE_ONLY && tiling == L.TWO_ROWS_SPREAD) {
      some = rows & ~1
      exactTiles<Two, W, Spread>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    } else {
      some = rows & ~1
      exactTiles<Two, W, Each>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    }
    x += some * xStride
    y += some * yStride
    if (residual) residual += some * yStride
  }
}

/** As many rows as R goes into; few products of whole panels by `tileShort`, but single rows where size comes first. */
function exactTiles<R, W, S>(
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
  // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
  if ((DENSE_ONLY && offsetof<R>() == 1) || inner > BLOCK || resumed || columns < PANEL) {
    tile<R, W, S>(rows, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
  } else if (!bias) tileShort<R, S, Bare>(rows, inner, x, xStride, w, 0, y, yStride, 0, bounds)
  else if (!residual) tileShort<R, S, Biased>(rows, inner, x, xStride, w, bias, y, yStride, 0, bounds)
  else tileShort<R, S, Added>(rows, inner, x, xStride, w, bias, y, yStride, residual, bounds)
}
