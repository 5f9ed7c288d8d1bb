import * as L from '../../src/wasm/layout'
import { DOUBLE_INNER } from '../dense/packing'
import { FAST } from '../madd'
import { wideProduct } from '../dense/wide'
import { activateRows, boundsOf, product, productOfDoubles } from './dense'
import { gatherWindows, imageBytes } from '../spatial/window'

/**
 * Gathers the windows of a chunk of output pixels and multiplies them as `dense` does, so that every
 * element of y is summed in the same order whatever the chunk.
 */
export function conv(record: usize, row: u32, rows: u32): void {
  const inner = load<u32>(record, L.CONV_INNER << 2)
  const units = load<u32>(record, L.CONV_UNITS << 2)
  const x = load<u32>(record, L.CONV_X << 2)
  const grid = load<u32>(record, L.CONV_GRID << 2)
  const scratch = load<u32>(record, L.CONV_SCRATCH << 2)
  const code = load<u32>(record, L.CONV_ACTIVATION << 2)
  const chunk = load<u32>(record, L.CONV_CHUNK << 2)
  const weights = load<u32>(record, L.CONV_WEIGHTS << 2)
  const weightsStride = load<u32>(record, L.CONV_WEIGHTS_STRIDE << 2)
  const base = load<u32>(record, L.CONV_Y << 2)
  const outD = load<u32>(grid, L.GRID_OUT << 2)
  const outH = load<u32>(grid, (L.GRID_OUT + 1) << 2)
  const outW = load<u32>(grid, (L.GRID_OUT + 2) << 2)
  const yPixel = load<u32>(grid, L.GRID_Y_PIXEL << 2)
  const contiguous = load<u32>(grid, L.GRID_CONTIGUOUS << 2)
  const xImage = imageBytes(grid)
  const bounds = boundsOf(code)
  const flags = load<u32>(record, L.CONV_FLAGS << 2)
  const short = inner <= DOUBLE_INNER
  const double = !FAST && (short || (flags & L.WIDE) != 0)
  const parameters = record + (L.CONV_PARAMETERS << 2)
  const bare = (flags & L.BARE) != 0
  const residual: usize = load<u32>(record, L.CONV_RESIDUAL << 2)

  let y = base + row * load<u32>(record, L.CONV_Y_ADVANCE << 2)
  let w = row % outW
  let h = (row / outW) % outH
  let d = (row / (outW * outH)) % outD
  let n = row / (outW * outH * outD)
  while (rows) {
    let some = min(rows, chunk)
    if (!contiguous) {
      some = min(some, outW - w)
      y = base + n * load<u32>(grid, L.GRID_Y_IMAGE << 2) + d * load<u32>(grid, L.GRID_Y_PLANE << 2)
        + h * load<u32>(grid, L.GRID_Y_LINE << 2) + w * yPixel
    }
    const own = ((d * outH + h) * outW + w) * weightsStride
    let patch: usize = scratch
    for (let rest = some; rest; ) {
      const run = min(rest, outW - w)
      const image = x + n * xImage
      patch = double
        ? gatherWindows<f64>(grid, image, d, h, w, run, patch)
        : gatherWindows<f32>(grid, image, d, h, w, run, patch)
      rest -= run
      w += run
      if (w == outW) {
        w = 0
        if (++h == outH) {
          h = 0
          if (++d == outD) {
            d = 0
            n++
          }
        }
      }
    }
    const beside = residual ? residual + (y - base) : 0
    let activated = false
    if (double && !short) wideProduct<f64>(some, inner, units, scratch, inner << 3, weights + own, y, yPixel, beside, bounds, bare)
    else if (double) productOfDoubles(some, inner, units, scratch, weights + own, y, yPixel, beside, bounds, bare)
    else activated = product(some, inner, units, scratch, inner << 2, weights + own, y, yPixel, beside, bounds, bare, code)
    if (!activated) activateRows(code, some, units, y, yPixel, parameters)
    y += some * yPixel
    rows -= some
  }
}
