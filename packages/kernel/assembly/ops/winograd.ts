import * as L from '../../src/wasm/layout'
import { gemm } from '../dense/gemm'
import { packedDenseBytes } from '../dense/packing'
import { imageBytes } from '../spatial/window'
import { copyWords, fillWords } from '../spatial/words'
import { LINEAR_BOUNDS, activateRows, boundsOf } from './dense'
import { directTile } from '../winograd/direct'
import { inputTile } from '../winograd/input'
import { outputTile } from '../winograd/output'
import { inputTile4, outputTile4 } from '../winograd/tile4'
import { FAST } from '../madd'

/** Room for one channel's transforms in between: 40 vectors. */
const BETWEEN_BYTES: u32 = 640

/**
 * 3 × 3 convolution with stride 1 by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015); in the fast build by F(4 × 4, 3 × 3) too. A row is a tile of
 * output pixels: its window, two pixels wider and higher, is transformed, each of its points is a row
 * of a matrix product of its own, and the products are transformed back. Sums are over the channels,
 * in the order of `dense`.
 */
export function winograd(record: usize, row: u32, rows: u32): void {
  const inner = load<u32>(record, L.CONV_INNER << 2)
  const units = load<u32>(record, L.CONV_UNITS << 2)
  const x = load<u32>(record, L.CONV_X << 2)
  const grid = load<u32>(record, L.CONV_GRID << 2)
  const code = load<u32>(record, L.CONV_ACTIVATION << 2)
  const chunk = load<u32>(record, L.CONV_CHUNK << 2)
  const weights = load<u32>(record, L.CONV_WEIGHTS << 2)
  const size: u32 = FAST ? load<u32>(record, L.WINOGRAD_TILE << 2) : 2
  const bias: usize = load<u32>(record, L.CONV_FLAGS << 2) & L.BARE ? 0 : load<u32>(record, L.WINOGRAD_BIAS << 2)
  const residual: usize = load<u32>(record, L.CONV_RESIDUAL << 2)
  const y: usize = load<u32>(record, L.CONV_Y << 2)
  const outH = load<u32>(grid, (L.GRID_OUT + 1) << 2)
  const outW = load<u32>(grid, (L.GRID_OUT + 2) << 2)
  const inH = load<u32>(grid, (L.GRID_IN + 1) << 2)
  const inW = load<u32>(grid, (L.GRID_IN + 2) << 2)
  const padH = load<u32>(grid, (L.GRID_PAD + 1) << 2)
  const padW = load<u32>(grid, (L.GRID_PAD + 2) << 2)
  const xPixel = load<u32>(grid, L.GRID_X_PIXEL << 2)
  const yPixel = load<u32>(grid, L.GRID_Y_PIXEL << 2)
  const xLine = inW * xPixel
  const yLine = load<u32>(grid, L.GRID_Y_LINE << 2)
  const xImage = imageBytes(grid)
  const yImage = load<u32>(grid, L.GRID_Y_IMAGE << 2)
  const tilesH = (outH + size - 1) / size
  const tilesW = (outW + size - 1) / size
  const window = size + 2
  const points = window * window
  const bytes = inner << 2
  const yBytes = units << 2
  const panels = packedDenseBytes(inner, units)
  const patch = load<u32>(record, L.CONV_SCRATCH << 2)
  const between = patch + points * bytes
  const v = between + BETWEEN_BYTES
  const m = v + points * chunk * bytes
  const bounds = boundsOf(code)
  const parameters = record + (L.CONV_PARAMETERS << 2)

  for (const end = row + rows; row < end; ) {
    const some = min(end - row, chunk)
    const vPoint = some * bytes
    const mPoint = some * yBytes
    for (let i: u32 = 0; i < some; i++) {
      const tile = row + i
      const h = ((tile / tilesW) % tilesH) * size - padH
      const w = (tile % tilesW) * size - padW
      const image = x + (tile / (tilesW * tilesH)) * xImage
      let from: usize = patch
      let line: usize = bytes * window
      let pixel: usize = bytes
      // Positions before the image wrap around to large unsigned numbers.
      if (h < inH && h + window <= inH && w < inW && w + window <= inW) {
        from = image + h * xLine + w * xPixel
        line = xLine
        pixel = xPixel
      } else {
        gatherTile(image, h, w, inH, inW, xLine, xPixel, bytes, window, patch)
      }
      if (FAST && size == 4) inputTile4(from, line, pixel, bytes, v + i * bytes, vPoint, between)
      else inputTile(from, line, pixel, bytes, v + i * bytes, vPoint)
    }
    for (let point: u32 = 0; point < points; point++) {
      gemm(
        some, inner, units, v + point * vPoint, bytes, weights + point * panels, m + point * mPoint, yBytes, 0,
        LINEAR_BOUNDS, true, 0,
      )
    }
    for (let i: u32 = 0; i < some; i++) {
      const tile = row + i
      const h = ((tile / tilesW) % tilesH) * size
      const w = (tile % tilesW) * size
      const n = tile / (tilesW * tilesH)
      const at = n * yImage + h * yLine + w * yPixel
      const high = min(outH - h, size)
      const wide = min(outW - w, size)
      const beside = residual ? residual + at : 0
      const from = m + i * yBytes
      const finite = FAST && size == 4
        ? outputTile4(from, mPoint, yBytes, bias, y + at, yLine, yPixel, beside, high, wide, bounds, between)
        : outputTile(from, mPoint, yBytes, bias, y + at, yLine, yPixel, beside, high, wide, bounds)
      if (!finite) {
        gatherTile(x + n * xImage, h - padH, w - padW, inH, inW, xLine, xPixel, bytes, window, patch)
        directTile(
          patch, window, inner, units, weights, panels, bias, y + at, yLine, yPixel, beside, high, wide, bounds,
        )
      }
      for (let line: u32 = 0; line < high; line++) {
        activateRows(code, wide, units, y + at + line * yLine, yPixel, parameters)
      }
    }
    row += some
  }
}

/** Writes the window of `size` × `size` pixels at (h, w), pixels of `bytes` bytes, 0 outside the image. */
function gatherTile(
  image: usize, h: u32, w: u32, inH: u32, inW: u32, xLine: u32, xPixel: u32, bytes: u32, size: u32, patch: usize,
): void {
  for (let i: u32 = 0; i < size; i++) {
    for (let j: u32 = 0; j < size; j++) {
      const inside = h + i < inH && w + j < inW
      patch = inside ? copyWords(patch, image + (h + i) * xLine + (w + j) * xPixel, bytes) : fillWords(patch, 0, bytes)
    }
  }
}
