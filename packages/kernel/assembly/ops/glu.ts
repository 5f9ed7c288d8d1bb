import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'
import { sigmoid } from '../math/sigmoid'

/** y[row, i] = x[row, i] · sigmoid(x[row, width + i]). */
export function glu(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.GLU_WIDTH << 2)
  let a = load<u32>(record, L.GLU_X << 2) + row * load<u32>(record, L.GLU_X_ADVANCE << 2)
  let y = load<u32>(record, L.GLU_Y << 2) + row * load<u32>(record, L.GLU_Y_ADVANCE << 2)
  const bytes = width << 2
  const whole = (width & ~3) << 2
  const rest = width & 3
  for (; rows; rows--) {
    const b = a + bytes
    for (let i: u32 = 0; i < whole; i += 16) {
      v128.store(y + i, f32x4.mul(v128.load(a + i), sigmoid(v128.load(b + i))))
    }
    if (rest) {
      const gate = sigmoid(loadSome(b + whole, rest))
      storeSome(y + whole, f32x4.mul(loadSome(a + whole, rest), gate), rest)
    }
    a = b + bytes
    y += bytes
  }
}
