import { attentionScratchBytes, writeAttention, type Band } from '../sequence-records.ts'
import type { Layer } from '@dotplus/core'
import { LowerContext, type Value } from './context.ts'

/**
 * y (batch, targets, heads, value depth) = softmax(q · kᵀ) · v head by head, without the scores of all pairs in memory.
 *
 * @param q (batch, targets, heads, depth), scaled
 * @param k (batch, sources, heads / n, depth): n heads after each other share keys and values
 * @param v (batch, sources, heads / n, value depth)
 * @param band pairs outside it get a score of −1e9
 * @param before (1) the number of sources before the first target, where those after the last are none yet
 */
export function attend(
  context: LowerContext,
  q: Value,
  k: Value,
  v: Value,
  band: Band,
  before?: Value,
): Value {
  const [batch, targets, heads, depth] = q.shape as [number, number, number, number]
  const [, sources, keyHeads] = k.shape as [number, number, number]
  const valueDepth = v.shape[3] as number
  const y = context.value([batch, targets, heads, valueDepth])
  const size = { targets, sources, depth, valueDepth, heads, repeats: heads / keyHeads }
  const scratch = context.value([attentionScratchBytes(size) / 4])
  const whole = ({ buffer }: Value) => ({ buffer, rowBytes: buffer.byteLength })
  const [readQ, readK, readV, write, own] = [whole(q), whole(k), whole(v), whole(y), whole(scratch)]
  const readBefore = before && whole(before)
  const rows = batch * heads
  context.push({
    kind: 'attention',
    rows,
    reads: readBefore ? [readQ, readK, readV, readBefore] : [readQ, readK, readV],
    writes: [write, own],
    inPlace: false,
    tileable: false,
    splittable: true,
    flops: 2 * rows * targets * sources * (depth + valueDepth),
    emit: (program, index, place) =>
      writeAttention(program, index, {
        ...size,
        rows,
        band,
        before: readBefore && place.address(readBefore),
        q: place.address(readQ),
        k: place.address(readK),
        v: place.address(readV),
        y: place.address(write),
        scratch: place.address(own),
      }),
  })
  return y
}

/** `attend` of each step to the steps up to it, those of the stream before among them. */
export function attendSoFar(
  context: LowerContext,
  layer: Layer,
  q: Value,
  k: Value,
  v: Value,
  band: Band,
): Value {
  const { stream } = context
  if (stream?.key === undefined) return attend(context, q, k, v, band)
  const { values, before } = stream.withCache(context, layer, { keys: k, values: v })
  const [keys, all] = values as [Value, Value]
  return attend(context, q, keys, all, band, before)
}
