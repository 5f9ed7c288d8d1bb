import * as L from '../../src/wasm/layout'
import { DOUBLE_INNER, PANEL } from '../dense/packing'
import { boundsOf, product } from './dense'

/** y[row] = a[row] · b[row]: b is packed into panels, then the products are DENSE's. */
export function matmul(record: usize, row: u32, rows: u32): void {
  const m = load<u32>(record, L.MATMUL_M << 2)
  const k = load<u32>(record, L.MATMUL_K << 2)
  const n = load<u32>(record, L.MATMUL_N << 2)
  const aStride = load<u32>(record, L.MATMUL_A_STRIDE << 2)
  const alongK = load<u32>(record, L.MATMUL_B_K << 2)
  const alongN = load<u32>(record, L.MATMUL_B_N << 2)
  const yStride = load<u32>(record, L.MATMUL_Y_STRIDE << 2)
  const scratch = load<u32>(record, L.MATMUL_SCRATCH << 2)
  const rank = load<u32>(record, L.MATMUL_RANK << 2)
  const lengths: usize = load<u32>(record, L.MATMUL_AXES << 2)
  const strides = lengths + (rank << 2)
  const bounds = boundsOf(L.LINEAR)
  let packed: usize = 0
  for (const end = row + rows; row < end; row++) {
    let a: usize = load<u32>(record, L.MATMUL_A << 2)
    let b: usize = load<u32>(record, L.MATMUL_B << 2)
    let y: usize = load<u32>(record, L.MATMUL_Y << 2)
    let rest = row
    for (let axis = rank; axis-- > 0; ) {
      const length = load<u32>(lengths + (axis << 2))
      const at = rest % length
      rest /= length
      a += at * load<u32>(strides + (axis << 2))
      b += at * load<u32>(strides + ((axis + rank) << 2))
      y += at * load<u32>(strides + ((axis + 2 * rank) << 2))
    }
    // Neighbouring products often share b.
    if (b != packed) packStrided(k, n, b, alongK, alongN, scratch)
    packed = b
    product(m, k, n, a, aStride, scratch, y, yStride, 0, bounds, false, L.LINEAR)
  }
}

/**
 * b (inner, units) with any strides → the panels of `packDense` without a bias.
 *
 * @param given rows of b that are there; the others are zeros
 */
export function packStrided(
  inner: u32, units: u32, b: usize, alongK: u32, alongN: u32, packed: usize, given: u32 = inner,
): void {
  const double = inner <= DOUBLE_INNER
  const zeros = inner - given
  inner = given
  for (let column: u32 = 0; column < units; ) {
    const rest = units - column
    const width: u32 = double || rest <= 4 ? 4 : PANEL
    const filled = min(width, rest)
    const rowBytes = double ? 32 : width << 2
    memory.fill(packed, 0, filled < width ? (inner + 1) * rowBytes : rowBytes)
    packed += rowBytes
    if (double) {
      for (let i: u32 = 0; i < filled; i++) {
        let from = b + i * alongN
        let to = packed + (i << 3)
        for (let k: u32 = 0; k < inner; k++) {
          store<f64>(to, <f64>load<f32>(from))
          from += alongK
          to += 32
        }
      }
    } else if (alongN == 4 && filled == width) {
      packRows(inner, width, b, alongK, packed)
    } else {
      let i: u32 = 0
      if (alongK == 4) {
        for (; i + 4 <= filled; i += 4) packFour(inner, b + i * alongN, alongN, packed + (i << 2), rowBytes)
      }
      for (; i < filled; i++) packColumn(inner, b + i * alongN, alongK, packed + (i << 2), rowBytes)
    }
    packed += inner * rowBytes
    if (zeros) {
      memory.fill(packed, 0, zeros * rowBytes)
      packed += zeros * rowBytes
    }
    b += width * alongN
    column += width
  }
}

/** `inner` rows of 4 or 8 contiguous floats. */
function packRows(inner: u32, width: u32, b: usize, alongK: u32, packed: usize): void {
  for (; inner; inner--) {
    v128.store(packed, v128.load(b))
    if (width == 8) v128.store(packed, v128.load(b, 16), 16)
    packed += width << 2
    b += alongK
  }
}

/** Four columns, each contiguous in b, by transposing 4 × 4 floats at a time. */
function packFour(inner: u32, b: usize, alongN: u32, packed: usize, rowBytes: u32): void {
  const b1 = b + alongN
  const b2 = b1 + alongN
  const b3 = b2 + alongN
  const whole = (inner & ~3) << 2
  for (let at: u32 = 0; at < whole; at += 16) {
    const r0 = v128.load(b + at)
    const r1 = v128.load(b1 + at)
    const r2 = v128.load(b2 + at)
    const r3 = v128.load(b3 + at)
    const low0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const low1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const high0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const high1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(packed, v128.shuffle<f64>(low0, low1, 0, 2))
    packed += rowBytes
    v128.store(packed, v128.shuffle<f64>(low0, low1, 1, 3))
    packed += rowBytes
    v128.store(packed, v128.shuffle<f64>(high0, high1, 0, 2))
    packed += rowBytes
    v128.store(packed, v128.shuffle<f64>(high0, high1, 1, 3))
    packed += rowBytes
  }
  for (let i: u32 = 0; i < 4; i++) packColumn(inner & 3, b + i * alongN + whole, 4, packed + (i << 2), rowBytes)
}

function packColumn(inner: u32, b: usize, alongK: u32, packed: usize, rowBytes: u32): void {
  for (; inner; inner--) {
    store<u32>(packed, load<u32>(b))
    packed += rowBytes
    b += alongK
  }
}
