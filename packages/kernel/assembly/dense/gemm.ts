import { FAST } from '../madd'
import { BLOCK, PANEL } from './packing'
import { activatePanel } from './panel'
import { Added, Bare, Biased, tileShort } from './short'
import { Eight, Four, One, Six, TALL, Two, tile } from './tile'

/** Products per pass over a panel: as much of it as stays in the first-level cache; whole BLOCKs. */
const SLICE: u32 = 4 * BLOCK
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

/** All rows with one panel of W columns, in the tallest tiles that fit. Arguments as of `tile`. */
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
  const height: u32 = offsetof<W>() == 4 ? 4 : TALL
  let some = rows - rows % height
  if (some) {
    if (offsetof<W>() == 4) tile<Four, W>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    else if (!FAST && inner <= BLOCK && !resumed && columns >= PANEL) {
      if (!bias) tileShort<Bare>(some, inner, x, xStride, w, 0, y, yStride, 0, bounds)
      else if (!residual) tileShort<Biased>(some, inner, x, xStride, w, bias, y, yStride, 0, bounds)
      else tileShort<Added>(some, inner, x, xStride, w, bias, y, yStride, residual, bounds)
    } else if (FAST) tile<Six, W>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    else tile<Two, W>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    x += some * xStride
    y += some * yStride
    if (residual) residual += some * yStride
    rows -= some
  }
  if (FAST && offsetof<W>() > 4) {
    some = rows & ~1
    if (some) tile<Two, W>(some, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
    x += some * xStride
    y += some * yStride
    if (residual) residual += some * yStride
    rows -= some
  }
  if (rows) tile<One, W>(rows, inner, x, xStride, w, bias, y, yStride, columns, resumed, residual, bounds)
}

/** One row with the panels that are left of `units` columns. */
export function gemmRow(inner: u32, units: u32, x: usize, panel: usize, y: usize, bounds: usize): void {
  for (; units > 4; units -= min(units, PANEL)) {
    tile<One, Eight>(1, inner, x, 0, panel + 32, panel, y, 0, units, false, 0, bounds)
    panel += (inner + 1) << 5
    y += PANEL * 4
  }
  if (units) tile<One, Four>(1, inner, x, 0, panel + 16, panel, y, 0, units, false, 0, bounds)
}
