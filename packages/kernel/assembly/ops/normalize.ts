import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'

/**
 * y[row, i] = (x[row, i] − mean) · scale · gamma[i] + beta[i]. Statistics are summed in float64; the mean is
 * taken off in two float32 parts, so that it costs no accuracy where it is large beside the deviation.
 */
export function normalize(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.NORMALIZE_WIDTH << 2)
  const gamma = load<u32>(record, L.NORMALIZE_GAMMA << 2)
  const beta = load<u32>(record, L.NORMALIZE_BETA << 2)
  const statistics = load<u32>(record, L.NORMALIZE_STATISTICS << 2)
  const epsilon = <f64>load<f32>(record, L.NORMALIZE_EPSILON << 2)
  let x = load<u32>(record, L.NORMALIZE_X << 2) + row * load<u32>(record, L.NORMALIZE_X_ADVANCE << 2)
  let y = load<u32>(record, L.NORMALIZE_Y << 2) + row * load<u32>(record, L.NORMALIZE_Y_ADVANCE << 2)
  for (; rows; rows--) {
    let mean: f64 = 0
    if (statistics == L.STANDARDIZE || statistics == L.DEVIATION_ONLY) mean = sum(width, x) / <f64>width
    const squares = sumOfSquares(width, x, mean)
    const scale =
      statistics == L.UNIT_NORM
        ? min(1 / sqrt(squares), 1 / epsilon)
        : 1 / sqrt(squares / <f64>width + epsilon)
    if (statistics != L.STANDARDIZE) mean = 0
    rescale(width, x, y, mean, <f32>scale, gamma, beta)
    x += width << 2
    y += width << 2
  }
}

/** Two sums of two lanes each; x has `width` floats. */
function sum(width: u32, x: usize): f64 {
  let low = f64x2.splat(0)
  let high = low
  const end = x + ((width & ~3) << 2)
  for (; x < end; x += 16) {
    low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(x)))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)))
  }
  low = f64x2.add(low, high)
  let total = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
  for (let rest = width & 3; rest; rest--) {
    total += <f64>load<f32>(x)
    x += 4
  }
  return total
}

/** Σ (x − mean)². */
function sumOfSquares(width: u32, x: usize, mean: f64): f64 {
  const means = f64x2.splat(mean)
  let low = f64x2.splat(0)
  let high = low
  const end = x + ((width & ~3) << 2)
  for (; x < end; x += 16) {
    const a = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x)), means)
    const b = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x, 8)), means)
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
  }
  low = f64x2.add(low, high)
  let total = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
  for (let rest = width & 3; rest; rest--) {
    const d = <f64>load<f32>(x) - mean
    total += d * d
    x += 4
  }
  return total
}

function rescale(width: u32, x: usize, y: usize, mean: f64, scale: f32, gamma: usize, beta: usize): void {
  const rounded = <f32>mean
  const high = f32x4.splat(rounded)
  const low = f32x4.splat(<f32>(mean - <f64>rounded))
  const scales = f32x4.splat(scale)
  for (let i: u32 = 0; i < width; i += 4) {
    const at = i << 2
    const some = min<usize>(width - i, 4)
    const whole = some == 4
    let v = whole ? v128.load(x + at) : loadSome(x + at, some)
    v = f32x4.mul(f32x4.sub(f32x4.sub(v, high), low), scales)
    if (gamma) v = f32x4.mul(v, whole ? v128.load(gamma + at) : loadSome(gamma + at, some))
    if (beta) v = f32x4.add(v, whole ? v128.load(beta + at) : loadSome(beta + at, some))
    if (whole) v128.store(y + at, v)
    else storeSome(y + at, v, some)
  }
}
