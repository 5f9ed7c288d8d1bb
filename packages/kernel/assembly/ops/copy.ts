import * as L from '../../src/wasm/layout'

/** Copies `width` bytes of every row. */
export function copy(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.COPY_WIDTH << 2)
  const xStride = load<u32>(record, L.COPY_X_STRIDE << 2)
  const yStride = load<u32>(record, L.COPY_Y_STRIDE << 2)
  let x = load<u32>(record, L.COPY_X << 2) + row * load<u32>(record, L.COPY_X_ADVANCE << 2)
  let y = load<u32>(record, L.COPY_Y << 2) + row * load<u32>(record, L.COPY_Y_ADVANCE << 2)
  if (xStride == width && yStride == width) {
    memory.copy(y, x, rows * width)
    return
  }
  for (; rows; rows--) {
    memory.copy(y, x, width)
    x += xStride
    y += yStride
  }
}

/** Copies `width` bytes of every row, from x and to y as many shifts further on as the count says. */
export function shiftedCopy(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SHIFTED_WIDTH << 2)
  const xStride = load<u32>(record, L.SHIFTED_X_STRIDE << 2)
  const yStride = load<u32>(record, L.SHIFTED_Y_STRIDE << 2)
  const count = <u32>load<f32>(load<u32>(record, L.SHIFTED_COUNT << 2))
  let x = load<u32>(record, L.SHIFTED_X << 2) + count * load<u32>(record, L.SHIFTED_X_SHIFT << 2) + row * xStride
  let y = load<u32>(record, L.SHIFTED_Y << 2) + count * load<u32>(record, L.SHIFTED_Y_SHIFT << 2) + row * yStride
  for (; rows; rows--) {
    memory.copy(y, x, width)
    x += xStride
    y += yStride
  }
}

/** y[row, i] = value. */
export function fill(record: usize, row: u32, rows: u32): void {
  const count = rows * load<u32>(record, L.FILL_WIDTH << 2)
  const value = load<u32>(record, L.FILL_VALUE << 2)
  let y = load<u32>(record, L.FILL_Y << 2) + row * load<u32>(record, L.FILL_Y_ADVANCE << 2)
  const values = i32x4.splat(value)
  const end = y + (count << 2)
  for (; y + 16 <= end; y += 16) v128.store(y, values)
  for (; y < end; y += 4) store<u32>(y, value)
}
