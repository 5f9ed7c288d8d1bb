import * as L from '../../src/wasm/layout'
import { packedDenseBytes } from '../dense/packing'
import { boundsOf, product } from './dense'
import { packStrided } from './matmul'
import { softmaxRow } from './softmax'

/**
 * y = softmax(q · kᵀ, outside the band −1e9) · v for each row, a head of a batch element. The scores of
 * L.ATTENTION_TILE queries exist at a time; all sums are those of MATMUL and SOFTMAX.
 */
export function attention(record: usize, row: u32, rows: u32): void {
  const targets = load<u32>(record, L.ATTENTION_TARGETS << 2)
  const sources = load<u32>(record, L.ATTENTION_SOURCES << 2)
  const depth = load<u32>(record, L.ATTENTION_DEPTH << 2)
  const valueDepth = load<u32>(record, L.ATTENTION_VALUE_DEPTH << 2)
  const heads = load<u32>(record, L.ATTENTION_HEADS << 2)
  const repeats = load<u32>(record, L.ATTENTION_REPEATS << 2)
  const keys: usize = load<u32>(record, L.ATTENTION_SCRATCH << 2)
  const values = keys + ((packedDenseBytes(depth, sources) + 63) & ~63)
  const tile = values + ((packedDenseBytes(sources, valueDepth) + 63) & ~63)
  const bounds = boundsOf(L.LINEAR)

  // Bytes between positions.
  const qStride = (heads * depth) << 2
  const kStride = ((heads / repeats) * depth) << 2
  const vStride = ((heads / repeats) * valueDepth) << 2
  const yStride = (heads * valueDepth) << 2
  const width = sources << 2

  let packed: usize = 0
  for (const end = row + rows; row < end; row++) {
    const batch = row / heads
    const head = row % heads
    const k: usize = load<u32>(record, L.ATTENTION_K << 2) + batch * sources * kStride + ((head / repeats) * depth << 2)
    const v: usize = load<u32>(record, L.ATTENTION_V << 2) + batch * sources * vStride + ((head / repeats) * valueDepth << 2)
    // Neighbouring heads may share keys and values.
    if (k != packed) {
      packStrided(depth, sources, k, 4, kStride, keys)
      packStrided(sources, valueDepth, v, vStride, 4, values)
    }
    packed = k
    let q: usize = load<u32>(record, L.ATTENTION_Q << 2) + batch * targets * qStride + (head * depth << 2)
    let y: usize = load<u32>(record, L.ATTENTION_Y << 2) + batch * targets * yStride + (head * valueDepth << 2)
    for (let target: u32 = 0; target < targets; target += L.ATTENTION_TILE) {
      const some = min<u32>(targets - target, L.ATTENTION_TILE)
      product(some, depth, sources, q, qStride, keys, tile, width, 0, bounds, false)
      for (let i: u32 = 0; i < some; i++) {
        const scores = tile + i * width
        keepBand(record, target + i, sources, scores)
        softmaxRow(sources, scores, scores)
      }
      product(some, sources, valueDepth, tile, width, values, y, yStride, 0, bounds, false)
      q += some * qStride
      y += some * yStride
    }
  }
}

/** Sets the scores of one query outside target − below … target + above to −1e9. */
function keepBand(record: usize, target: u32, sources: u32, scores: usize): void {
  const first = max<i32>(target - load<i32>(record, L.ATTENTION_BELOW << 2), 0)
  const last = <i64>target + load<i32>(record, L.ATTENTION_ABOVE << 2)
  for (let i: i32 = 0; i < min<i32>(first, sources); i++) store<f32>(scores + (<usize>i << 2), -1e9)
  for (let i: i64 = max<i64>(last + 1, 0); i < <i64>sources; i++) store<f32>(scores + (<usize>i << 2), -1e9)
}
