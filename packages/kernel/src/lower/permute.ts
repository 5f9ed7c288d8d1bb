import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { maxTransposeRank, writeTranspose, writeTransposeAxes } from '../program.ts'
import { LowerContext, onlyTensor, unsupported, type Lowering, type Value } from './context.ts'
import { asWords, fromWords } from './words.ts'

/** numpy.transpose: axis i of the result is axis `permutation[i]` of x. */
export function transpose(
  context: LowerContext,
  layer: Layer,
  x: Value,
  permutation: readonly number[],
): Value {
  const shape = permutation.map((axis) => x.shape[axis] as number)
  // Axes of length 1 may move freely: if the others keep their order the bytes do not change.
  const moving = permutation.filter((axis) => x.shape[axis] !== 1)
  if (moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number)))
    return context.view(x, shape)
  if (bytesOf(x.dtype) === 8) {
    const words = transpose(context, layer, asWords(x), [...permutation, permutation.length])
    return fromWords(words, x.dtype)
  }
  const y = context.value(shape, x.dtype)
  const count = elementCount(shape)
  if (count === 0) return y
  // Leading axes that stay in place are rows, so the op can be part of a tiled chain.
  let leading = 0
  while (permutation[leading] === leading) leading += 1
  const rank = permutation.length - leading
  if (rank > maxTransposeRank)
    throw unsupported(layer, `a permutation of more than ${maxTransposeRank} axes`, `${rank}`)
  const rows = elementCount(x.shape.slice(0, leading))
  const width = count / rows
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  const axes = new Uint32Array(2 * rank)
  writeTransposeAxes(
    axes,
    x.shape.slice(leading),
    permutation.slice(leading).map((axis) => axis - leading),
  )
  const table = context.constant(axes)
  context.push({
    kind: 'transpose',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeTranspose(program, index, {
        rows,
        rank,
        axes: place.constant(table),
        x: place.address(read),
        xStride: width * 4,
        xAdvance: place.advance(read),
        y: place.address(write),
        yStride: width * 4,
        yAdvance: place.advance(write),
      }),
  })
  return y
}

/** Permute: dims are 1-based and leave the batch alone. */
export const permuteLayer: Lowering<readonly number[]> = {
  anyDtype: true,
  prepare: (layer) => (layer.kind === 'permute' ? layer.permute.dims : []),
  lower(context, dims, call, layer) {
    const x = onlyTensor(call, layer)
    const sorted = dims.toSorted((a, b) => a - b)
    if (dims.length !== x.shape.length - 1 || sorted.some((axis, i) => axis !== i + 1)) {
      throw new ModelError('dims of Permute', {
        layer: layer.name,
        expected: `a permutation of 1…${x.shape.length - 1}`,
        got: `(${dims.join(', ')})`,
      })
    }
    return [transpose(context, layer, x, [0, ...dims])]
  },
}
