import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'
import { gated } from '../math/sigmoid'

/** y[row, i] = x[row, i] · sigmoid(x[row, width + i]). */
export function glu(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.GLU_WIDTH << 2)
  let a = load<u32>(record, L.GLU_X << 2) + row * load<u32>(record, L.GLU_X_ADVANCE << 2)
  let y = load<u32>(record, L.GLU_Y << 2) + row * load<u32>(record, L.GLU_Y_ADVANCE << 2)
  const bytes = width << 2
  for (; rows; rows--) {
    for (let i: u32 = 0; i < width; i += 4) {
      const some = min<usize>(width - i, 4)
      const v = a + (i << 2)
      const whole = some == 4
      const gate = whole ? v128.load(v + bytes) : loadSome(v + bytes, some)
      const product = gated(whole ? v128.load(v) : loadSome(v, some), gate)
      if (whole) v128.store(y + (i << 2), product)
      else storeSome(y + (i << 2), product, some)
    }
    a += bytes << 1
    y += bytes
  }
}
