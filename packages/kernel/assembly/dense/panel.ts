import * as L from '../../src/wasm/layout'
import { Gelu, Silu } from '../activations/exponential'
import { mapLong, Paired } from '../activations/map'
import { PANEL } from './packing'

/** True for activations that a matrix product applies panel by panel, while the panel is in the first-level cache. */
export function activatesPanels(code: u32): bool {
  return code == L.GELU || code == L.SILU
}

/** Applies an activation of `activatesPanels` to `columns` columns, PANEL at most, of rows of y, `yStride` bytes apart. */
export function activatePanel(code: u32, rows: u32, columns: u32, y: usize, yStride: usize): void {
  if (code == L.GELU) activateColumns<Gelu>(rows, columns, y, yStride)
  else activateColumns<Silu>(rows, columns, y, yStride)
}

function activateColumns<F extends Paired>(rows: u32, columns: u32, y: usize, yStride: usize): void {
  const f = changetype<F>(0)
  for (const end = y + rows * yStride; y < end; y += yStride) {
    // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
    if (!DENSE_ONLY && columns >= PANEL) f.pair(y, y)
    else mapLong<F>(columns, y, y, 0)
  }
}
