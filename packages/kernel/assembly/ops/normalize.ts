import * as L from '../../src/wasm/layout'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'

/**
 * y[row, i] = (x[row, i] − mean) · scale · gamma[row mod period, i] + beta[row mod period, i], all in float64 and rounded
 * once.
 */
export function normalize(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.NORMALIZE_WIDTH << 2)
  const gamma = load<u32>(record, L.NORMALIZE_GAMMA << 2)
  const beta = load<u32>(record, L.NORMALIZE_BETA << 2)
  const period = max<u32>(load<u32>(record, L.NORMALIZE_PERIOD << 2), 1)
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
    const own = (row++ % period) * (width << 2)
    rescale(width, x, y, mean, scale, gamma && gamma + own, beta && beta + own)
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

/** In float64 too, rounded once: a float32 mean or scale would show in the last bits. */
function rescale(width: u32, x: usize, y: usize, mean: f64, scale: f64, gamma: usize, beta: usize): void {
  const means = f64x2.splat(mean)
  const scales = f64x2.splat(scale)
  for (let i: u32 = 0; i < width; i += 4) {
    const at = i << 2
    const some = min<usize>(width - i, 4)
    const v = four(x + at, some)
    let low = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(v), means), scales)
    let high = f64x2.mul(f64x2.sub(promoteHigh(v), means), scales)
    if (gamma) {
      const g = four(gamma + at, some)
      low = f64x2.mul(low, f64x2.promote_low_f32x4(g))
      high = f64x2.mul(high, promoteHigh(g))
    }
    if (beta) {
      const b = four(beta + at, some)
      low = f64x2.add(low, f64x2.promote_low_f32x4(b))
      high = f64x2.add(high, promoteHigh(b))
    }
    const w = demote(low, high)
    if (some == 4) v128.store(y + at, w)
    else storeSome(y + at, w, some)
  }
}

// @ts-ignore: decorator
@inline
function four(address: usize, some: usize): v128 {
  return some == 4 ? v128.load(address) : loadSome(address, some)
}
