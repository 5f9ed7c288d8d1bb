import type { Layer } from '@dotplus/core'
import { alongLastAxis, applyAxiswise } from './activation.ts'
import { cast } from './cast.ts'
import { onlyTensor, resolveAxis, type LowerContext, type Lowering, type Value } from './context.ts'
import { elementMask, select } from './masking.ts'
import { binaryConstant } from './merge.ts'
import { transpose } from './permute.ts'

/** Softmax over one axis, or over several together. */
export const softmaxLayer: Lowering<readonly number[]> = {
  prepare(layer) {
    const axes = layer.kind === 'softmax' ? layer.softmax.axes : []
    return axes.length === 0 ? [-1] : axes
  },
  lower(context, axes, call, layer) {
    const x = onlyTensor(call, layer)
    const [mask] = call.masks
    if (!mask) return [softmaxOver(context, layer, axes, x)]
    // Masked elements are taken for a large negative number before and for 0 after.
    const bits = elementMask(context, layer, truth(context, mask), x.shape)
    const filledIn = select(context, x, bits, masked)
    return [select(context, softmaxOver(context, layer, axes, filledIn), bits, 0)]
  },
}

const masked = -1e9

/** Keras counts a mask of numbers above a half as true. */
function truth(context: LowerContext, mask: Value): Value {
  if (mask.dtype === 'bool') return mask
  const floats = cast(context, mask, 'float32')
  return binaryConstant(context, 'less', floats, Float32Array.of(0.5), true)
}

function softmaxOver(
  context: LowerContext,
  layer: Layer,
  axes: readonly number[],
  x: Value,
): Value {
  if (axes.length === 1) return applyAxiswise(context, layer, 'softmax', axes[0] as number, x)
  const rank = x.shape.length
  const joined = axes.map((axis) => resolveAxis(axis, rank, layer)).toSorted((a, b) => a - b)
  const rest = [...Array(rank).keys()].filter((axis) => !joined.includes(axis))
  const permutation = [...rest, ...joined]
  const moved = transpose(context, layer, x, permutation)
  const width = joined.reduce((product, axis) => product * (x.shape[axis] as number), 1)
  const flat = context.view(moved, [...rest.map((axis) => x.shape[axis] as number), width])
  const y = context.view(alongLastAxis(context, 'softmax', flat), moved.shape)
  return transpose(
    context,
    layer,
    y,
    permutation.map((_, i) => permutation.indexOf(i)),
  )
}
