import { addRows, LINEAR_BOUNDS } from '../ops/dense'
import { PANEL } from './packing'
import { doublePanel } from './double'

/**
 * y (rows, units) = x (rows, inner) · weights (inner, units) + bias (units) + residual, limited to the bounds: sums in
 * float64, rounded once. For inner > DOUBLE_INNER: panels are floats.
 *
 * x         rows of `inner` numbers of type T, `xStride` bytes apart
 * residual  as for `product`
 * bare      the product alone
 */
export function wideProduct<T>(
  rows: u32,
  inner: u32,
  units: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
  bare: bool,
): void {
  const limits = residual || bare ? LINEAR_BOUNDS : bounds
  let to = y
  for (let columns = units; columns; ) {
    const rowBytes: usize = columns > 4 ? PANEL << 2 : 16
    const filled = min(columns, PANEL)
    for (let at: u32 = 0; at < filled; at += 4) {
      doublePanel<T, f32>(rows, inner, x, xStride, panel + (at << 2), rowBytes, to, yStride, filled - at, limits, bare)
      to += 16
    }
    panel += (inner + 1) * rowBytes
    columns -= filled
  }
  if (residual) addRows(rows, units, y, yStride, residual, bounds)
}
