import * as L from '../../src/wasm/layout'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'

/** y[row] = 1 where the row passes the test, else 0. */
export function rowTest(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.ROW_TEST_WIDTH << 2)
  const kind = load<u32>(record, L.ROW_TEST_KIND << 2)
  const value = load<f32>(record, L.ROW_TEST_VALUE << 2)
  let x = load<u32>(record, L.ROW_TEST_X << 2) + row * load<u32>(record, L.ROW_TEST_X_ADVANCE << 2)
  let y = load<u32>(record, L.ROW_TEST_Y << 2) + row * load<u32>(record, L.ROW_TEST_Y_ADVANCE << 2)
  for (; rows; rows--) {
    const end = x + (width << 2)
    let hits: u32 = 0
    for (; x < end; x += 4) {
      hits += <u32>(kind == L.ANY_DIFFERS ? load<f32>(x) != value : load<u32>(x) != 0)
    }
    store<u32>(y, <u32>(kind == L.ALL_SET ? hits == width : hits != 0))
    y += 4
  }
}

/** y[row, i] = x[row, i] where the row's mask is set, else other[row, i] or value. */
export function select(record: usize, row: u32, rows: u32): void {
  const widthBytes = load<u32>(record, L.SELECT_WIDTH << 2) << 2
  const value = load<u32>(record, L.SELECT_VALUE << 2)
  let x = load<u32>(record, L.SELECT_X << 2) + row * load<u32>(record, L.SELECT_X_ADVANCE << 2)
  let y = load<u32>(record, L.SELECT_Y << 2) + row * load<u32>(record, L.SELECT_Y_ADVANCE << 2)
  let mask = load<u32>(record, L.SELECT_MASK << 2) + row * load<u32>(record, L.SELECT_MASK_ADVANCE << 2)
  let other = load<u32>(record, L.SELECT_OTHER << 2)
  if (other) other += row * load<u32>(record, L.SELECT_OTHER_ADVANCE << 2)
  for (; rows; rows--) {
    if (load<u32>(mask)) memory.copy(y, x, widthBytes)
    else if (other) memory.copy(y, other, widthBytes)
    else for (let at = y; at < y + widthBytes; at += 4) store<u32>(at, value)
    x += widthBytes
    y += widthBytes
    mask += 4
    if (other) other += widthBytes
  }
}

/** y[row, i] = mean of x[row, step, i] over the steps whose mask is set, summed in float64. */
export function maskedMean(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.MASKED_MEAN_WIDTH << 2)
  const steps = load<u32>(record, L.MASKED_MEAN_STEPS << 2)
  let x = load<u32>(record, L.MASKED_MEAN_X << 2) + row * load<u32>(record, L.MASKED_MEAN_X_ADVANCE << 2)
  let y = load<u32>(record, L.MASKED_MEAN_Y << 2) + row * load<u32>(record, L.MASKED_MEAN_Y_ADVANCE << 2)
  let mask = load<u32>(record, L.MASKED_MEAN_MASK << 2) + row * load<u32>(record, L.MASKED_MEAN_MASK_ADVANCE << 2)
  for (; rows; rows--) {
    let count: u32 = 0
    for (let step: u32 = 0; step < steps; step++) count += <u32>(load<u32>(mask + (step << 2)) != 0)
    const divisor = f64x2.splat(<f64>count)
    for (let i: u32 = 0; i < width; i += 4) {
      const some = min(width - i, 4)
      let low = f64x2.splat(0)
      let high = low
      for (let step: u32 = 0; step < steps; step++) {
        if (!load<u32>(mask + (step << 2))) continue
        const from = x + ((step * width + i) << 2)
        const v = some == 4 ? v128.load(from) : loadSome(from, some)
        low = f64x2.add(low, f64x2.promote_low_f32x4(v))
        high = f64x2.add(high, promoteHigh(v))
      }
      const mean = demote(f64x2.div(low, divisor), f64x2.div(high, divisor))
      if (some == 4) v128.store(y, mean, 0)
      else storeSome(y, mean, some)
      y += some << 2
    }
    x += (steps * width) << 2
    mask += steps << 2
  }
}
