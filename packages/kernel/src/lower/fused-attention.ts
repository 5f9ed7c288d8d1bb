import { attentionScratchBytes, writeAttention, type Band } from '../sequence-records.ts'
import { LowerContext, type Value } from './context.ts'

/**
 * y (batch, targets, heads, value depth) = softmax(q · kᵀ) · v head by head, without the scores of all pairs in memory.
 *
 * @param q (batch, targets, heads, depth), scaled
 * @param k (batch, sources, heads / n, depth): n heads after each other share keys and values
 * @param v (batch, sources, heads / n, value depth)
 * @param band pairs outside it get a score of −1e9
 */
export function attend(context: LowerContext, q: Value, k: Value, v: Value, band: Band): Value {
  const [batch, targets, heads, depth] = q.shape as [number, number, number, number]
  const [, sources, keyHeads] = k.shape as [number, number, number]
  const valueDepth = v.shape[3] as number
  const y = context.value([batch, targets, heads, valueDepth])
  const size = { targets, sources, depth, valueDepth, heads, repeats: heads / keyHeads }
  const scratch = context.value([attentionScratchBytes(size) / 4])
  const whole = ({ buffer }: Value) => ({ buffer, rowBytes: buffer.byteLength })
  const [readQ, readK, readV, write, own] = [whole(q), whole(k), whole(v), whole(y), whole(scratch)]
  const rows = batch * heads
  context.push({
    kind: 'attention',
    rows,
    reads: [readQ, readK, readV],
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
        q: place.address(readQ),
        k: place.address(readK),
        v: place.address(readV),
        y: place.address(write),
        scratch: place.address(own),
      }),
  })
  return y
}
