import * as L from '../../src/wasm/layout'
import { loadSome, storeSome } from '../lanes'
import { expExponent, expPolynomial, expReduced, scale } from '../math/exp'
import { log1p } from '../math/log'

/** Below this distance from the maximum a term is 0. */
const NEGLIGIBLE: f32 = -104

/** y = exp(x − max) / Σ exp(x − max), row by row. */
export function softmax(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SOFTMAX_WIDTH << 2)
  let x = load<u32>(record, L.SOFTMAX_X << 2) + row * load<u32>(record, L.SOFTMAX_X_ADVANCE << 2)
  let y = load<u32>(record, L.SOFTMAX_Y << 2) + row * load<u32>(record, L.SOFTMAX_Y_ADVANCE << 2)
  for (; rows; rows--) {
    softmaxRow(width, x, y)
    x += width << 2
    y += width << 2
  }
}

/** Softmax of `width` ≥ 1 floats; x may be y. */
export function softmaxRow(width: u32, x: usize, y: usize): void {
  const sum = f32x4.splat(<f32>exponentials(width, x, f32x4.splat(maximum(width, x)), y))
  const end = y + ((width & ~3) << 2)
  for (; y < end; y += 16) v128.store(y, f32x4.div(v128.load(y), sum))
  const rest = width & 3
  if (rest) storeSome(y, f32x4.div(loadSome(y, rest), sum), rest)
}

/** y = (x − max) − log Σ exp(x − max), row by row. */
export function logSoftmax(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SOFTMAX_WIDTH << 2)
  let x = load<u32>(record, L.SOFTMAX_X << 2) + row * load<u32>(record, L.SOFTMAX_X_ADVANCE << 2)
  let y = load<u32>(record, L.SOFTMAX_Y << 2) + row * load<u32>(record, L.SOFTMAX_Y_ADVANCE << 2)
  for (; rows; rows--) {
    const max = f32x4.splat(maximum(width, x))
    // The sum holds exp(0) = 1 for the maximum, so what log1p takes is not negative.
    const logarithm = log1p(f32x4.splat(<f32>(exponentials(width, x, max, 0) - 1)))
    const end = x + ((width & ~3) << 2)
    for (; x < end; x += 16) {
      v128.store(y, logarithmic(v128.load(x), max, logarithm))
      y += 16
    }
    const rest = width & 3
    if (rest) storeSome(y, logarithmic(loadSome(x, rest), max, logarithm), rest)
    x += rest << 2
    y += rest << 2
  }
}

/** Largest of `width` ≥ 1 floats; NaN if there is one. */
function maximum(width: u32, x: usize): f32 {
  let m = load<f32>(x)
  let i: u32 = 0
  if (width >= 4) {
    let v = v128.load(x)
    for (i = 4; i + 4 <= width; i += 4) v = f32x4.max(v, v128.load(x + (i << 2)))
    m = max(
      max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
      max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
    )
  }
  for (; i < width; i++) m = max(m, load<f32>(x + (i << 2)))
  return m
}

/** y = exp(x − max), unless y is 0; returns the sum, added up in float64 by lanes of four. */
function exponentials(width: u32, x: usize, max: v128, y: usize): f64 {
  let low = f64x2.splat(0)
  let high = low
  const end = x + ((width & ~3) << 2)
  for (; x < end; x += 16) {
    const e = shiftedExp(v128.load(x), max)
    low = f64x2.add(low, f64x2.promote_low_f32x4(e))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(e, e, 1, 1)))
    if (y) {
      v128.store(y, e)
      y += 16
    }
  }
  low = f64x2.add(low, high)
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
  const rest = width & 3
  if (rest) {
    const e = shiftedExp(loadSome(x, rest), max)
    sum += <f64>f32x4.extract_lane(e, 0)
    if (rest > 1) sum += <f64>f32x4.extract_lane(e, 1)
    if (rest > 2) sum += <f64>f32x4.extract_lane(e, 2)
    if (y) storeSome(y, e, rest)
  }
  return sum
}

/** What rounding takes from x − max (Knuth's two-sum); 0 where the difference is negligible or NaN. */
// @ts-ignore: decorator
@inline
function lostBits(x: v128, max: v128, difference: v128): v128 {
  const back = f32x4.sub(difference, x)
  const lost = f32x4.sub(f32x4.sub(x, f32x4.sub(difference, back)), f32x4.add(max, back))
  return v128.and(lost, f32x4.gt(difference, f32x4.splat(NEGLIGIBLE)))
}

/** exp(x − max) with the difference to more than float32 precision. */
// @ts-ignore: decorator
@inline
function shiftedExp(x: v128, max: v128): v128 {
  const difference = f32x4.sub(x, max)
  const lost = lostBits(x, max, difference)
  const d = f32x4.pmax(difference, f32x4.splat(NEGLIGIBLE))
  const exponent = expExponent(d)
  return scale(expPolynomial(f32x4.add(expReduced(d, exponent), lost)), exponent)
}

// @ts-ignore: decorator
@inline
function logarithmic(x: v128, max: v128, logarithm: v128): v128 {
  const difference = f32x4.sub(x, max)
  return f32x4.add(difference, f32x4.sub(lostBits(x, max, difference), logarithm))
}
