import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'

/** relu(x) − alpha · relu(−x), as keras.layers.PReLU computes it. */
// @ts-ignore: decorator
@inline
function apply(x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0)
  const below = f32x4.mul(f32x4.neg(alpha), f32x4.pmax(f32x4.neg(x), zero))
  return f32x4.add(f32x4.pmax(x, zero), below)
}

/** y[row, i] = prelu(x[row, i], alpha[i mod period]). */
export function prelu(record: usize, row: u32, rows: u32): void {
  const period = load<u32>(record, L.PRELU_PERIOD << 2)
  const alpha = load<u32>(record, L.PRELU_ALPHA << 2)
  let x = load<u32>(record, L.PRELU_X << 2) + row * load<u32>(record, L.PRELU_X_ADVANCE << 2)
  let y = load<u32>(record, L.PRELU_Y << 2) + row * load<u32>(record, L.PRELU_Y_ADVANCE << 2)
  let periods = (rows * load<u32>(record, L.PRELU_WIDTH << 2)) / period
  const bytes = period << 2
  const whole = (period & ~3) << 2
  const rest = period & 3
  for (; periods; periods--) {
    for (let i: u32 = 0; i < whole; i += 16) {
      v128.store(y + i, apply(v128.load(x + i), v128.load(alpha + i)))
    }
    if (rest) {
      const v = apply(loadSome(x + whole, rest), loadSome(alpha + whole, rest))
      storeSome(y + whole, v, rest)
    }
    x += bytes
    y += bytes
  }
}
