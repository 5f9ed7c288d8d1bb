import * as L from '../../src/wasm/layout'
import { float64 } from '../math/float64'

/** y[row, i] = f(x[row, i]) in float64, rounded once. */
export function float64Map(record: usize, row: u32, rows: u32): void {
  const count = rows * load<u32>(record, L.ACTIVATION_WIDTH << 2)
  const x = load<u32>(record, L.ACTIVATION_X << 2) + row * load<u32>(record, L.ACTIVATION_X_ADVANCE << 2)
  const y = load<u32>(record, L.ACTIVATION_Y << 2) + row * load<u32>(record, L.ACTIVATION_Y_ADVANCE << 2)
  float64Pairs(load<u32>(record, L.ACTIVATION_CODE << 2), count, x, 4, x, 4, y)
}

/** y[i] = f(a[i], b[i]) for `count` floats; steps are bytes, 0 where one float serves all i. */
export function float64Pairs(code: u32, count: u32, a: usize, aStep: u32, b: usize, bStep: u32, y: usize): void {
  // A single operand is read before anything is written, so y may take its place.
  let u = <f64>load<f32>(a)
  let v = <f64>load<f32>(b)
  for (; count; count--) {
    if (aStep) u = <f64>load<f32>(a)
    if (bStep) v = <f64>load<f32>(b)
    store<f32>(y, <f32>float64(code, u, v))
    a += aStep
    b += bStep
    y += 4
  }
}
