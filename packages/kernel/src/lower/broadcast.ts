import { elementCount, type Layer } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { maxTransposeRank } from '../program.ts'
import { unsupported, type LowerContext, type Value } from './context.ts'
import { walkedAlong } from './strided.ts'
import { asWords, fromWords } from './words.ts'

/** numpy.broadcast_to for shapes of equal rank: axes of length 1 are repeated. */
export function broadcastTo(
  context: LowerContext,
  layer: Layer,
  x: Value,
  shape: readonly number[],
): Value {
  if (bytesOf(x.dtype) === 8)
    return fromWords(broadcastTo(context, layer, asWords(x), [...shape, 2]), x.dtype)
  if (elementCount(shape) === 0) return context.value(shape, x.dtype)
  const rank = shape.length
  if (rank > maxTransposeRank)
    throw unsupported(layer, `broadcasting more than ${maxTransposeRank} axes`, `${rank}`)
  // A repeated axis is one that the source walks along with stride 0.
  const axes = new Uint32Array(2 * rank)
  for (let axis = 0; axis < rank; axis++) {
    const repeated = x.shape[axis] === 1 && shape[axis] !== 1
    axes[axis] = shape[axis] as number
    axes[rank + axis] = repeated ? 0 : 4 * elementCount(x.shape.slice(axis + 1))
  }
  return walkedAlong(context, 'broadcast', x, shape, axes)
}
