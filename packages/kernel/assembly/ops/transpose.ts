import * as L from '../../src/wasm/layout'

/**
 * Permutes the axes of every row. The table holds the lengths of y's axes and x's byte stride along
 * each of them, so y is written in order and x is gathered.
 */
export function transpose(record: usize, row: u32, rows: u32): void {
  const rank = load<u32>(record, L.TRANSPOSE_RANK << 2)
  const axes = load<u32>(record, L.TRANSPOSE_AXES << 2)
  const xStride = load<u32>(record, L.TRANSPOSE_X_STRIDE << 2)
  const yStride = load<u32>(record, L.TRANSPOSE_Y_STRIDE << 2)
  let x = load<u32>(record, L.TRANSPOSE_X << 2) + row * load<u32>(record, L.TRANSPOSE_X_ADVANCE << 2)
  let y = load<u32>(record, L.TRANSPOSE_Y << 2) + row * load<u32>(record, L.TRANSPOSE_Y_ADVANCE << 2)
  for (; rows; rows--) {
    gather(axes, axes + (rank << 2), rank, x, y)
    x += xStride
    y += yStride
  }
}

/** Writes the axes at `lengths` and below; returns the next address of y. */
function gather(lengths: usize, strides: usize, rank: u32, x: usize, y: usize): usize {
  const length = load<u32>(lengths)
  const stride = load<u32>(strides)
  if (rank == 1) {
    if (stride == 4) {
      memory.copy(y, x, length << 2)
      return y + (length << 2)
    }
    const end = y + (length << 2)
    for (; y < end; y += 4) {
      store<u32>(y, load<u32>(x))
      x += stride
    }
    return y
  }
  for (let i: u32 = 0; i < length; i++) {
    y = gather(lengths + 4, strides + 4, rank - 1, x, y)
    x += stride
  }
  return y
}
