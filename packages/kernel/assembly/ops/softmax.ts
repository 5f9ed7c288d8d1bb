import * as L from '../../src/wasm/layout'
import { demote, loadSome, promoteHigh, promoteLow, storeSome } from '../lanes'
import { FAST } from '../madd'
import { expOfDifference } from '../math/exp'
import { stretched } from '../math/expm1'
import { log1p } from '../math/log'
import { expPair } from '../math/pairs'

/** Below this distance from the maximum a term is 0. */
const NEGLIGIBLE: f32 = -104

/** y = exp(x − max) / Σ exp(x − max), row by row. */
export function softmax(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SOFTMAX_WIDTH << 2)
  let x = load<u32>(record, L.SOFTMAX_X << 2) + row * load<u32>(record, L.SOFTMAX_X_ADVANCE << 2)
  let y = load<u32>(record, L.SOFTMAX_Y << 2) + row * load<u32>(record, L.SOFTMAX_Y_ADVANCE << 2)
  // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
  if (!DENSE_ONLY) {
    if (!FAST && load<u32>(record, L.SOFTMAX_WIDE << 2)) return wideSoftmax(rows, width, x, y)
  }
  for (; rows; rows--) {
    softmaxRow(width, x, y)
    x += width << 2
    y += width << 2
  }
}

/** Softmax of `width` ≥ 1 floats; x may be y. */
export function softmaxRow(width: u32, x: usize, y: usize): void {
  const inverse = f64x2.splat(1 / exponentials(width, x, f32x4.splat(maximum(width, x)), y))
  const end = y + ((width & ~3) << 2)
  for (; y < end; y += 16) v128.store(y, scaled(v128.load(y), inverse))
  const rest = width & 3
  if (rest) storeSome(y, scaled(loadSome(y, rest), inverse), rest)
}

/** v · factor, rounded once. */
// @ts-ignore: decorator
@inline
function scaled(v: v128, factor: v128): v128 {
  return demote(f64x2.mul(promoteLow(v), factor), f64x2.mul(promoteHigh(v), factor))
}

/** The same in float64, rounded once. */
function wideSoftmax(rows: u32, width: u32, x: usize, y: usize): void {
  for (; rows; rows--) {
    wideRow(width, x, y)
    x += width << 2
    y += width << 2
  }
}

function wideRow(width: u32, x: usize, y: usize): void {
  const max = f64x2.splat(<f64>maximum(width, x))
  let sums = f64x2.splat(0)
  let i: u32 = 0
  for (; i + 2 <= width; i += 2) sums = f64x2.add(sums, expPair(f64x2.sub(double(x + (i << 2)), max)))
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  if (i < width) sum += f64x2.extract_lane(expPair(f64x2.sub(f64x2.splat(<f64>load<f32>(x + (i << 2))), max)), 0)
  const divisor = f64x2.splat(sum)
  for (i = 0; i + 2 <= width; i += 2) {
    const quotient = f64x2.div(expPair(f64x2.sub(double(x + (i << 2)), max)), divisor)
    v128.store64_lane(y + (i << 2), f32x4.demote_f64x2_zero(quotient), 0)
  }
  if (i < width) {
    const e = expPair(f64x2.sub(f64x2.splat(<f64>load<f32>(x + (i << 2))), max))
    store<f32>(y + (i << 2), <f32>f64x2.extract_lane(f64x2.div(e, divisor), 0))
  }
}

/** Two floats as doubles. */
// @ts-ignore: decorator
@inline
function double(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** y = (x − max) − log Σ exp(x − max), row by row. */
export function logSoftmax(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SOFTMAX_WIDTH << 2)
  let x = load<u32>(record, L.SOFTMAX_X << 2) + row * load<u32>(record, L.SOFTMAX_X_ADVANCE << 2)
  let y = load<u32>(record, L.SOFTMAX_Y << 2) + row * load<u32>(record, L.SOFTMAX_Y_ADVANCE << 2)
  for (; rows; rows--) {
    const max = f32x4.splat(maximum(width, x))
    const logarithm = log1pExact(others(width, x, max))
    const subtrahend = promoteLow(max)
    const end = x + ((width & ~3) << 2)
    for (; x < end; x += 16) {
      v128.store(y, logarithmic(v128.load(x), subtrahend, logarithm))
      y += 16
    }
    const rest = width & 3
    if (rest) storeSome(y, logarithmic(loadSome(x, rest), subtrahend, logarithm), rest)
    x += rest << 2
    y += rest << 2
  }
}

/** Largest of `width` ≥ 1 floats; with a NaN among them any of them, for then the sum is NaN. */
export function maximum(width: u32, x: usize): f32 {
  let m = load<f32>(x)
  const end = x + (width << 2)
  if (width >= 4) {
    // Four at a time: one maximum after the other would wait for the one before.
    let v0 = v128.load(x)
    let v1 = v0
    let v2 = v0
    let v3 = v0
    for (; x + 64 <= end; x += 64) {
      v0 = f32x4.pmax(v0, v128.load(x))
      v1 = f32x4.pmax(v1, v128.load(x, 16))
      v2 = f32x4.pmax(v2, v128.load(x, 32))
      v3 = f32x4.pmax(v3, v128.load(x, 48))
    }
    v0 = f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3))
    for (; x + 16 <= end; x += 16) v0 = f32x4.pmax(v0, v128.load(x))
    m = max(
      max(f32x4.extract_lane(v0, 0), f32x4.extract_lane(v0, 1)),
      max(f32x4.extract_lane(v0, 2), f32x4.extract_lane(v0, 3)),
    )
  }
  for (; x < end; x += 4) m = max(m, load<f32>(x))
  return m
}

/** y = exp(x − max); returns the sum, added up in float64 by lanes of eight. */
function exponentials(width: u32, x: usize, max: v128, y: usize): f64 {
  let low = f64x2.splat(0)
  let high = low
  const end = x + ((width & ~7) << 2)
  for (; x < end; x += 32) {
    const a = shiftedExp(v128.load(x), max)
    const b = shiftedExp(v128.load(x, 16), max)
    low = f64x2.add(low, f64x2.add(promoteLow(a), promoteHigh(a)))
    high = f64x2.add(high, f64x2.add(promoteLow(b), promoteHigh(b)))
    v128.store(y, a)
    v128.store(y, b, 16)
    y += 32
  }
  for (let rest: usize = width & 7; rest; ) {
    const some = min<usize>(rest, 4)
    const e = v128.and(shiftedExp(read(x, some), max), firstLanes(<u32>some))
    low = f64x2.add(low, f64x2.add(promoteLow(e), promoteHigh(e)))
    if (some == 4) v128.store(y, e)
    else storeSome(y, e, some)
    x += 16
    y += 16
    rest -= some
  }
  low = f64x2.add(low, high)
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)
}

// @ts-ignore: decorator
@inline
function read(address: usize, some: usize): v128 {
  return some == 4 ? v128.load(address) : loadSome(address, some)
}

/** All bits of the first `some` lanes. */
// @ts-ignore: decorator
@inline
function firstLanes(some: u32): v128 {
  return i32x4.lt_u(i32x4(0, 1, 2, 3), i32x4.splat(some))
}

/** Σ exp(x − max) without one maximum: beside its 1 small terms would be lost. */
function others(width: u32, x: usize, max: v128): f64 {
  let sum = f64x2.splat(0)
  let maxima = i32x4.splat(0)
  while (width) {
    const some = min<u32>(width, 4)
    const given = firstLanes(some)
    const v = read(x, some)
    const most = v128.and(f32x4.eq(f32x4.sub(v, max), f32x4.splat(0)), given)
    const e = v128.andnot(v128.and(shiftedExp(v, max), given), most)
    sum = f64x2.add(sum, f64x2.add(promoteLow(e), promoteHigh(e)))
    maxima = i32x4.sub(maxima, most)
    x += 16
    width -= some
  }
  maxima = i32x4.add(maxima, v128.shuffle<i64>(maxima, maxima, 1, 1))
  const count = i32x4.extract_lane(maxima, 0) + i32x4.extract_lane(maxima, 1)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + <f64>(count - 1)
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
  return expOfDifference(f32x4.pmax(difference, f32x4.splat(NEGLIGIBLE)), lost)
}

/** log(1 + rest) in float64: Newton's step from that of float32. */
function log1pExact(rest: f64): v128 {
  const sum = f64x2.splat(rest)
  const near = promoteLow(log1p(f32x4.demote_f64x2_zero(sum)))
  const one = f64x2.splat(1)
  const growth = stretched(near, one)
  return f64x2.add(near, f64x2.div(f64x2.sub(sum, growth), f64x2.add(growth, one)))
}

/** (x − max) − logarithm, rounded once. */
// @ts-ignore: decorator
@inline
function logarithmic(x: v128, max: v128, logarithm: v128): v128 {
  return demote(
    f64x2.sub(f64x2.sub(promoteLow(x), max), logarithm),
    f64x2.sub(f64x2.sub(promoteHigh(x), max), logarithm),
  )
}
