import { elementCount, ModelError } from '@dotplus/core'
import { onlyTensor, type Lowering } from './context.ts'
import { transpose } from './permute.ts'

/** Dropout and other layers that only act in training: a view of the input. */
export const identityLayer: Lowering<undefined> = {
  anyDtype: true,
  prepare: () => undefined,
  lower: (_context, _prepared, call, layer) => [onlyTensor(call, layer)],
}

/** Flatten: (batch, …) → (batch, product); channels first puts the channels last before. */
export const flattenLayer: Lowering<boolean> = {
  anyDtype: true,
  prepare: (layer) => layer.kind === 'flatten' && layer.flatten.dataFormat === 'channels_first',
  lower(context, channelsFirst, call, layer) {
    const x = onlyTensor(call, layer)
    const [batch = 1, ...rest] = x.shape
    const rank = x.shape.length
    const axes = [...Array(rank).keys()]
    const ordered =
      channelsFirst && rank > 2 ? transpose(context, layer, x, [0, ...axes.slice(2), 1]) : x
    return [context.view(ordered, [batch, elementCount(rest)])]
  },
}

/** Reshape: the batch dimension stays, at most one -1 takes what is left. */
export const reshapeLayer: Lowering<readonly number[]> = {
  anyDtype: true,
  prepare: (layer) => (layer.kind === 'reshape' ? layer.reshape.targetShape : []),
  lower(context, target, call, layer) {
    const x = onlyTensor(call, layer)
    const [batch = 1, ...rest] = x.shape
    const count = elementCount(rest)
    const known = elementCount(target.filter((size) => size !== -1))
    const shape = target.map((size) => (size === -1 ? (known === 0 ? 0 : count / known) : size))
    if (elementCount(shape) !== count || shape.some((size) => !Number.isInteger(size))) {
      throw new ModelError('Reshape', {
        layer: layer.name,
        expected: `${count} elements a row, as in (${rest.join(', ')})`,
        got: `(${target.join(', ')})`,
      })
    }
    return [context.view(x, [batch, ...shape])]
  },
}
