import { demote, promoteHigh, promoteLow } from '../lanes'
import { FAST } from '../madd'

/**
 * Packed weights of a Dense layer, (inner, units) → panels of columns.
 *
 * A panel of width w holds its bias, then its rows, all contiguous: bias (w) · weights (inner, w).
 * Every kernel reads it front to back. A single row walks four neighbouring panels side by side, which
 * reads memory as evenly as one panel of 32 would, so matrix and vector paths share this one form.
 * Columns beyond `units` are zero and never stored.
 *
 * inner > DOUBLE_INNER: float32, panels of 8; a remainder of 1…4 columns is a panel of 4.
 * inner ≤ DOUBLE_INNER: float64, panels of 4.
 */

/** Panel width of the float32 form. */
export const PANEL: u32 = 8

/**
 * Up to this length dot products are summed in float64 and rounded once. So short a sum of separately
 * rounded products is less accurate in float32 than the fused multiply-adds of native libraries: RMS
 * error against float64, relative to that of fused multiply-adds in order, 1.1 at 4 products, 0.99 at
 * 11; from 12 on, fours of `addQuad` are ahead. The fast build fuses and needs no such thing.
 * Longer ones are summed in float64 where an op says so, see CONV_FLAGS, from panels of floats.
 */
export const DOUBLE_INNER: u32 = FAST ? 0 : 11

/**
 * Products per partial sum of a longer float32 dot product; partial sums are added up in order. With
 * the fours of `addQuad` the error relative to TensorFlow's is 0.88 at 17 products, 0.80 at 20,
 * 0.64 at 64, 0.42 at 256, 0.41 at 1000, 0.44 at 4096.
 */
export const BLOCK: u32 = FAST ? 512 : 128

/** Bytes that `packDense` writes. */
export function packedDenseBytes(inner: u32, units: u32): u32 {
  const columns = (units + 3) & ~3
  return columns * (inner + 1) * (inner <= DOUBLE_INNER ? 8 : 4)
}

/**
 * Packs rows `first` to `first + count` of a kernel (inner, units) into `packed`, 64-byte aligned.
 *
 * rows   (count, units) float32 row-major, not overlapping `packed`
 * bias   (units) float32, or 0 for none; packed with the first rows
 * scale  (units) float64, or 0: what the columns are multiplied by, in float64
 */
export function packDense(
  inner: u32, units: u32, first: u32, count: u32, rows: usize, bias: usize, scale: usize, packed: usize,
): void {
  const double = inner <= DOUBLE_INNER
  for (let column: u32 = 0; column < units; ) {
    const rest = units - column
    const width: u32 = double || rest <= 4 ? 4 : PANEL
    const filled = min(width, rest)
    const rowBytes = width << (double ? 3 : 2)
    if (first == 0) packRow(bias && bias + (column << 2), 0, filled, width, double, packed)
    const own = scale && scale + (column << 3)
    let from = rows + (column << 2)
    let to = packed + (first + 1) * rowBytes
    if (filled == PANEL) {
      packRows8(count, from, units << 2, own, to)
    } else {
      for (let k: u32 = 0; k < count; k++) {
        packRow(from, own, filled, width, double, to)
        from += units << 2
        to += rowBytes
      }
    }
    packed += (inner + 1) * rowBytes
    column += width
  }
}

/** `count` rows of 8 floats, `stride` bytes apart. */
function packRows8(count: u32, from: usize, stride: u32, scale: usize, to: usize): void {
  if (!scale) {
    for (; count; count--) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      from += stride
      to += 32
    }
    return
  }
  const s0 = v128.load(scale)
  const s1 = v128.load(scale, 16)
  const s2 = v128.load(scale, 32)
  const s3 = v128.load(scale, 48)
  for (; count; count--) {
    v128.store(to, scaled(v128.load(from), s0, s1))
    v128.store(to, scaled(v128.load(from, 16), s2, s3), 16)
    from += stride
    to += 32
  }
}

/** Four floats times two and two doubles, rounded once. */
// @ts-ignore: decorator
@inline
export function scaled(v: v128, low: v128, high: v128): v128 {
  return demote(f64x2.mul(promoteLow(v), low), f64x2.mul(promoteHigh(v), high))
}

/** Writes `width` numbers, of which the first `filled` are the floats at `row` (0: none), scaled. */
function packRow(row: usize, scale: usize, filled: u32, width: u32, double: bool, packed: usize): void {
  for (let i: u32 = 0; i < width; i++) {
    let value: f64 = row && i < filled ? <f64>load<f32>(row + (i << 2)) : 0
    if (scale && i < filled) value *= load<f64>(scale + (i << 3))
    if (double) store<f64>(packed + (i << 3), value)
    else store<f32>(packed + (i << 2), <f32>value)
  }
}
