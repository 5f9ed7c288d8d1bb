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
 */
export const DOUBLE_INNER: u32 = FAST ? 0 : 11

/**
 * Products per partial sum of a longer float32 dot product; partial sums are added up in order. With
 * the fours of `addQuad` the error relative to TensorFlow's is 0.88 at 17 products, 0.80 at 20,
 * 0.64 at 64, 0.42 at 256, 0.41 at 1000, 0.44 at 4096.
 */
export const BLOCK: u32 = 128

/** Bytes that `packDense` writes. */
export function packedDenseBytes(inner: u32, units: u32): u32 {
  const columns = (units + 3) & ~3
  return columns * (inner + 1) * (inner <= DOUBLE_INNER ? 8 : 4)
}

/**
 * kernel (inner, units) float32 row-major, bias (units) float32 or address 0 → `packed`, which is
 * 64-byte aligned and does not overlap them.
 */
export function packDense(inner: u32, units: u32, kernel: usize, bias: usize, packed: usize): void {
  const double = inner <= DOUBLE_INNER
  for (let column: u32 = 0; column < units; ) {
    const rest = units - column
    const width: u32 = double || rest <= 4 ? 4 : PANEL
    const filled = min(width, rest)
    const source = kernel + (column << 2)
    if (double) {
      packed = packRow64(bias && bias + (column << 2), filled, packed)
      for (let k: u32 = 0; k < inner; k++) {
        packed = packRow64(source + ((k * units) << 2), filled, packed)
      }
    } else {
      packed = packRow32(bias && bias + (column << 2), filled, width, packed)
      for (let k: u32 = 0; k < inner; k++) {
        packed = packRow32(source + ((k * units) << 2), filled, width, packed)
      }
    }
    column += width
  }
}

/** Writes `width` floats, of which the first `filled` come from `row` (0: none). Returns the next address. */
function packRow32(row: usize, filled: u32, width: u32, packed: usize): usize {
  for (let i: u32 = 0; i < width; i++) {
    store<f32>(packed + (i << 2), row && i < filled ? load<f32>(row + (i << 2)) : 0)
  }
  return packed + (width << 2)
}

/** Writes 4 doubles, of which the first `filled` come from the floats at `row` (0: none). */
function packRow64(row: usize, filled: u32, packed: usize): usize {
  for (let i: u32 = 0; i < 4; i++) {
    store<f64>(packed + (i << 3), row && i < filled ? <f64>load<f32>(row + (i << 2)) : 0)
  }
  return packed + 32
}
