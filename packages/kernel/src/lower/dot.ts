import { ModelError } from '@dotplus/core'
import { resolveAxis, unsupported, type Lowering, type Value } from './context.ts'
import { contract } from './contraction.ts'
import { normalizeOver, unitNormalization } from './layer-normalization.ts'

interface PreparedDot {
  readonly axes: readonly number[]
  readonly normalize: boolean
}

/** keras.ops.normalize's default epsilon. */
const epsilon = 1e-7

/** Dot: products summed over one axis of each input, batch by batch; (batch, 1) when nothing else is left. */
export const dotLayer: Lowering<PreparedDot> = {
  prepare(layer) {
    if (layer.kind !== 'dot') throw unsupported(layer, 'layer', layer.className)
    return layer.dot
  },
  lower(context, { axes, normalize }, call, layer) {
    const inputs = call.tensors
    if (inputs.length !== 2 || axes.length !== 2) {
      throw new ModelError('inputs and axes of Dot', {
        layer: layer.name,
        expected: '2 and 2',
        got: `${inputs.length} and ${axes.length}`,
      })
    }
    const [x, y] = inputs.map((input, i) => {
      const axis = resolveAxis(axes[i] as number, input.shape.length, layer)
      if (axis === 0)
        throw unsupported(layer, 'a dot product over the batch', `axes ${axes.join(', ')}`)
      const value = normalize
        ? normalizeOver(context, layer, input, { ...unitNormalization([axis]), epsilon })
        : input
      const labels = input.shape.map((_, at) =>
        at === 0 ? 'batch' : at === axis ? 'sum' : `${i}.${at}`,
      )
      return { value, labels }
    }) as [{ value: Value; labels: string[] }, { value: Value; labels: string[] }]
    const rest = [...x.labels, ...y.labels].filter((label) => label.includes('.'))
    const dot = contract(context, layer, x, y, ['batch', ...rest])
    return [rest.length === 0 ? context.view(dot, [...dot.shape, 1]) : dot]
  },
}
