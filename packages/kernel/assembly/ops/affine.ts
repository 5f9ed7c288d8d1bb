import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'

/** y[row, i] = x[row, i] · scale + offset; always rounded twice, as Keras does. */
export function affine(record: usize, row: u32, rows: u32): void {
  const count = rows * load<u32>(record, L.AFFINE_WIDTH << 2)
  let x = load<u32>(record, L.AFFINE_X << 2) + row * load<u32>(record, L.AFFINE_X_ADVANCE << 2)
  let y = load<u32>(record, L.AFFINE_Y << 2) + row * load<u32>(record, L.AFFINE_Y_ADVANCE << 2)
  const scale = v128.load32_splat(record, L.AFFINE_SCALE << 2)
  const offset = v128.load32_splat(record, L.AFFINE_OFFSET << 2)
  const end = x + ((count & ~3) << 2)
  for (; x < end; x += 16) {
    v128.store(y, f32x4.add(f32x4.mul(v128.load(x), scale), offset))
    y += 16
  }
  const rest = count & 3
  if (rest) storeSome(y, f32x4.add(f32x4.mul(loadSome(x, rest), scale), offset), rest)
}

/** y[row, i] = x[row, i] · scale[i] + offset[i]. */
export function scaleShift(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SCALE_SHIFT_WIDTH << 2)
  let x = load<u32>(record, L.SCALE_SHIFT_X << 2) + row * load<u32>(record, L.SCALE_SHIFT_X_ADVANCE << 2)
  let y = load<u32>(record, L.SCALE_SHIFT_Y << 2) + row * load<u32>(record, L.SCALE_SHIFT_Y_ADVANCE << 2)
  const scale = load<u32>(record, L.SCALE_SHIFT_SCALE << 2)
  const offset = load<u32>(record, L.SCALE_SHIFT_OFFSET << 2)
  if (load<u32>(record, L.SCALE_SHIFT_WIDE << 2)) return wideScaleShift(rows, width, x, y, scale, offset)
  const whole = (width & ~3) << 2
  const bytes = width << 2
  for (; rows; rows--) {
    let i: u32 = 0
    for (; i < whole; i += 16) {
      const product = f32x4.mul(v128.load(x + i), v128.load(scale + i))
      v128.store(y + i, f32x4.add(product, v128.load(offset + i)))
    }
    for (; i < bytes; i += 4) {
      store<f32>(y + i, load<f32>(x + i) * load<f32>(scale + i) + load<f32>(offset + i))
    }
    x += bytes
    y += bytes
  }
}

/** The same with doubles for scale and offset, rounded once. */
function wideScaleShift(rows: u32, width: u32, x: usize, y: usize, scale: usize, offset: usize): void {
  for (; rows; rows--) {
    for (let i: u32 = 0; i < width; i++) {
      const at = i << 3
      store<f32>(y, <f32>(<f64>load<f32>(x) * load<f64>(scale + at) + load<f64>(offset + at)))
      x += 4
      y += 4
    }
  }
}
