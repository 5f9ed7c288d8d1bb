import { elementCount, type Layer } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { maxTransposeRank, writeTranspose } from '../program.ts'
import { unsupported, type LowerContext, type Value } from './context.ts'
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
  const y = context.value(shape, x.dtype)
  const count = elementCount(shape)
  if (count === 0) return y
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
  const table = context.constant(axes)
  const [read, write] = [context.operand(x, elementCount(x.shape)), context.operand(y, count)]
  context.push({
    kind: 'broadcast',
    rows: 1,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeTranspose(program, index, {
        rows: 1,
        rank,
        axes: place.constant(table),
        x: place.address(read),
        xStride: 0,
        y: place.address(write),
        yStride: count * 4,
      }),
  })
  return y
}
