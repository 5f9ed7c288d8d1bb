import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'

/** y[row, i] = condition ≠ 0 ? a : b. */
export function where(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.WHERE_WIDTH << 2)
  const kinds = load<u32>(record, L.WHERE_KINDS << 2)
  let c = load<u32>(record, L.WHERE_CONDITION << 2) + row * load<u32>(record, L.WHERE_CONDITION_ADVANCE << 2)
  let a = load<u32>(record, L.WHERE_A << 2) + row * load<u32>(record, L.WHERE_A_ADVANCE << 2)
  let b = load<u32>(record, L.WHERE_B << 2) + row * load<u32>(record, L.WHERE_B_ADVANCE << 2)
  let y = load<u32>(record, L.WHERE_Y << 2) + row * load<u32>(record, L.WHERE_Y_ADVANCE << 2)
  const cKind = kinds & 3
  const aKind = (kinds >> 2) & 3
  const bKind = kinds >> 4
  for (; rows; rows--) {
    choose(width, c, isSplat(cKind), a, isSplat(aKind), b, isSplat(bKind), y)
    c += rowStep(cKind, width)
    a += rowStep(aKind, width)
    b += rowStep(bKind, width)
    y += width << 2
  }
}

// @ts-ignore: decorator
@inline
function isSplat(kind: u32): bool {
  return kind == L.SCALAR || kind == L.COLUMN
}

/** Bytes from what a row uses of an operand to what the next row uses. */
function rowStep(kind: u32, width: u32): u32 {
  if (kind == L.FULL) return width << 2
  return kind == L.COLUMN ? 4 : 0
}

function choose(count: usize, c: usize, cSplat: bool, a: usize, aSplat: bool, b: usize, bSplat: bool, y: usize): void {
  // A splat operand is read before anything is written, so y may take its place.
  let m = v128.load32_splat(c)
  let u = v128.load32_splat(a)
  let v = v128.load32_splat(b)
  while (count) {
    const some = min<usize>(count, 4)
    const whole = some == 4
    if (!cSplat) m = whole ? v128.load(c) : loadSome(c, some)
    if (!aSplat) u = whole ? v128.load(a) : loadSome(a, some)
    if (!bSplat) v = whole ? v128.load(b) : loadSome(b, some)
    const w = v128.bitselect(v, u, i32x4.eq(m, i32x4.splat(0)))
    if (whole) v128.store(y, w)
    else storeSome(y, w, some)
    c += 16
    a += 16
    b += 16
    y += 16
    count -= some
  }
}

/** y[row, i] = x[row, i] within the band around the diagonal, else value. */
export function band(record: usize, row: u32, rows: u32): void {
  const width = load<i32>(record, L.BAND_WIDTH << 2)
  const period = load<u32>(record, L.BAND_PERIOD << 2)
  const below = load<i32>(record, L.BAND_BELOW << 2)
  const above = load<i32>(record, L.BAND_ABOVE << 2)
  const value = load<f32>(record, L.BAND_VALUE << 2)
  let x = load<u32>(record, L.BAND_X << 2) + row * load<u32>(record, L.BAND_X_ADVANCE << 2)
  let y = load<u32>(record, L.BAND_Y << 2) + row * load<u32>(record, L.BAND_Y_ADVANCE << 2)
  for (const end = row + rows; row < end; row++) {
    const t = <i32>(row % period)
    const first = min(max(t - below, 0), width)
    const last = min(max(t + above + 1, first), width)
    for (let i = 0; i < first; i++) store<f32>(y + (i << 2), value)
    if (x != y) memory.copy(y + (first << 2), x + (first << 2), (last - first) << 2)
    for (let i = last; i < width; i++) store<f32>(y + (i << 2), value)
    x += width << 2
    y += width << 2
  }
}
