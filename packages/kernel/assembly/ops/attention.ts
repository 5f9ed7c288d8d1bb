import * as L from '../../src/wasm/layout'
import { packedDenseBytes } from '../dense/packing'
import { boundsOf, product } from './dense'
import { packStrided } from './matmul'
import { loadSome, storeSome } from '../lanes'
import { expNegative } from '../math/exp'
import { maximum } from './softmax'

/**
 * y = softmax(q · kᵀ, outside the band −1e9) · v for each row, a head of a batch element. The scores of
 * L.ATTENTION_TILE queries exist at a time. What softmax divides by is divided by after the product with
 * v; the products' sums are those of MATMUL.
 *
 * A target of causal attention has the bits that it has in any longer sequence and in any part of one: sums go over a
 * multiple of eight sources, of which those behind the target add zeros.
 */
export function attention(record: usize, row: u32, rows: u32): void {
  const targets = load<u32>(record, L.ATTENTION_TARGETS << 2)
  const sources = load<u32>(record, L.ATTENTION_SOURCES << 2)
  const depth = load<u32>(record, L.ATTENTION_DEPTH << 2)
  const valueDepth = load<u32>(record, L.ATTENTION_VALUE_DEPTH << 2)
  const heads = load<u32>(record, L.ATTENTION_HEADS << 2)
  const repeats = load<u32>(record, L.ATTENTION_REPEATS << 2)
  const causal = load<u32>(record, L.ATTENTION_ABOVE << 2) == 0
  const counted: usize = load<u32>(record, L.ATTENTION_BEFORE << 2)
  const before: u32 = counted ? <u32>load<f32>(counted) : 0
  // Sources that are there, and that sums go over.
  const held = counted ? min(before + targets, sources) : sources
  const summed = causal ? paddedSources(held) : held
  const keys: usize = load<u32>(record, L.ATTENTION_SCRATCH << 2)
  const values = keys + ((packedDenseBytes(depth, held) + 63) & ~63)
  const tile = values + ((packedDenseBytes(summed, valueDepth) + 63) & ~63)
  const width = summed << 2
  const sums = tile + L.ATTENTION_TILE * width
  const bounds = boundsOf(L.LINEAR)

  // Bytes between positions.
  const qStride = (heads * depth) << 2
  const kStride = ((heads / repeats) * depth) << 2
  const vStride = ((heads / repeats) * valueDepth) << 2
  const yStride = (heads * valueDepth) << 2

  let packed: usize = 0
  for (const end = row + rows; row < end; row++) {
    const batch = row / heads
    const head = row % heads
    const k: usize = load<u32>(record, L.ATTENTION_K << 2) + batch * sources * kStride + ((head / repeats) * depth << 2)
    const v: usize = load<u32>(record, L.ATTENTION_V << 2) + batch * sources * vStride + ((head / repeats) * valueDepth << 2)
    // Neighbouring heads may share keys and values.
    if (k != packed) {
      packStrided(depth, held, k, 4, kStride, keys)
      packStrided(summed, valueDepth, v, vStride, 4, values, held)
    }
    packed = k
    let q: usize = load<u32>(record, L.ATTENTION_Q << 2) + batch * targets * qStride + (head * depth << 2)
    let y: usize = load<u32>(record, L.ATTENTION_Y << 2) + batch * targets * yStride + (head * valueDepth << 2)
    for (let target: u32 = 0; target < targets; target += L.ATTENTION_TILE) {
      const some = min<u32>(targets - target, L.ATTENTION_TILE)
      // Sources that any of these targets sees; whole panels of keys.
      const seen = causal ? min((before + target + some + 7) & ~7, held) : held
      const scored = causal ? (seen + 7) & ~7 : seen
      // Bare: the panels' bias is zeros. The kernels of a single row add it all the same.
      const bare = some > 1
      product(some, depth, seen, q, qStride, keys, tile, width, 0, bounds, bare, L.LINEAR)
      for (let i: u32 = 0; i < some; i++) {
        const scores = tile + i * width
        keepBand(record, before + target + i, seen, scores)
        for (let j = seen; j < scored; j++) store<f32>(scores + (j << 2), -Infinity)
        store<f32>(sums + (i << 2), exponentials(scored, scores))
        memory.fill(scores + (scored << 2), 0, (summed - scored) << 2)
      }
      product(some, summed, valueDepth, tile, width, values, y, yStride, 0, bounds, bare, L.LINEAR)
      for (let i: u32 = 0; i < some; i++) divide(valueDepth, y + i * yStride, load<f32>(sums + (i << 2)))
      q += some * qStride
      y += some * yStride
    }
  }
}

/** Sources that sums of causal attention go over. */
function paddedSources(sources: u32): u32 {
  return max<u32>((sources + 7) & ~7, L.ATTENTION_LEAST)
}

/** Sets the scores of one query outside target − below … target + above to −1e9. */
function keepBand(record: usize, target: u32, sources: u32, scores: usize): void {
  const first = max<i32>(target - load<i32>(record, L.ATTENTION_BELOW << 2), 0)
  const last = <i64>target + load<i32>(record, L.ATTENTION_ABOVE << 2)
  for (let i: i32 = 0; i < min<i32>(first, sources); i++) store<f32>(scores + (<usize>i << 2), -1e9)
  for (let i: i64 = max<i64>(last + 1, 0); i < <i64>sources; i++) store<f32>(scores + (<usize>i << 2), -1e9)
}

/** Floats whose exponentials are added up in float32, by lanes of eight, before they go to the sum in float64. */
const SUMMED: usize = 256

/**
 * x = exp(x − max) for `width` floats; returns their sum. The difference is rounded: the scores come from sums whose
 * rounding is no smaller.
 */
function exponentials(width: usize, x: usize): f32 {
  const max = f32x4.splat(maximum(<u32>width, x))
  let sum: f64 = 0
  while (width >= 8) {
    const some = min(width, SUMMED) & ~7
    let first = f32x4.splat(0)
    let second = first
    for (const end = x + (some << 2); x < end; x += 32) {
      const a = expNegative(f32x4.sub(v128.load(x), max))
      const b = expNegative(f32x4.sub(v128.load(x, 16), max))
      v128.store(x, a)
      v128.store(x, b, 16)
      first = f32x4.add(first, a)
      second = f32x4.add(second, b)
    }
    first = f32x4.add(first, second)
    sum += <f64>(f32x4.extract_lane(first, 0) + f32x4.extract_lane(first, 1)) +
      <f64>(f32x4.extract_lane(first, 2) + f32x4.extract_lane(first, 3))
    width -= some
  }
  for (; width; width--) {
    const e = f32x4.extract_lane(expNegative(f32x4.sub(v128.load32_splat(x), max)), 0)
    store<f32>(x, e)
    sum += <f64>e
    x += 4
  }
  return <f32>sum
}

/** y = y / divisor for `count` floats. */
function divide(count: u32, y: usize, divisor: f32): void {
  const all = f32x4.splat(divisor)
  for (const end = y + ((count & ~3) << 2); y < end; y += 16) v128.store(y, f32x4.div(v128.load(y), all))
  const rest = count & 3
  if (rest) storeSome(y, f32x4.div(loadSome(y, rest), all), rest)
}
