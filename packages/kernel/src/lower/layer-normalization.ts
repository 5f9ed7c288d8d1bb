import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { writeNormalize, type Statistics, writeScaleShift } from '../records.ts'
import {
  LowerContext,
  onlyTensor,
  resolveAxis,
  unsupported,
  type Constant,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import { transpose } from './permute.ts'
import { axesLast, inverse, resolveAxes } from './reduce.ts'

/** A weight in the kernel's memory. */
interface Placed {
  readonly address: number
  readonly length: number
}

interface RowNormalization {
  readonly axes: readonly number[]
  readonly statistics: Statistics
  readonly epsilon: number
  /** One element per element of a normalised row, in the order of ascending axes. */
  readonly gamma: Placed | undefined
  readonly beta: Placed | undefined
}

function placed(weights: WeightStore, index: number | undefined): Placed | undefined {
  if (index === undefined) return undefined
  const data = weights.floats(index)
  return { address: weights.place(data), length: data.length }
}

/** Normalises x over axes: y = (x − mean) · scale · gamma + beta, statistics of each call's own input. */
export function normalizeOver(
  context: LowerContext,
  layer: Layer,
  x: Value,
  { axes, statistics, epsilon, gamma, beta }: RowNormalization,
): Value {
  const rank = x.shape.length
  const resolved = resolveAxes(axes, rank, layer)
  const permutation = axesLast(resolved, rank)
  const width = resolved.reduce((product, axis) => product * (x.shape[axis] as number), 1)
  for (const weight of [gamma, beta]) {
    if (weight && weight.length !== width) {
      throw new ModelError(`features of ${layer.className}`, {
        layer: layer.name,
        expected: `${weight.length}`,
        got: `${width} of (${x.shape.join(', ')})`,
      })
    }
  }
  const moved = transpose(context, layer, x, permutation)
  const y = context.rowMap('normalize', moved, width, (program, index, map) =>
    writeNormalize(program, index, {
      ...map,
      statistics,
      epsilon,
      gamma: gamma?.address,
      beta: beta?.address,
    }),
  )
  return transpose(context, layer, y, inverse(permutation))
}

function over(layer: Layer, prepared: RowNormalization): RowNormalization {
  if (prepared.axes.length === 0) throw unsupported(layer, 'normalization', 'over no axis')
  return prepared
}

const lower: Lowering<RowNormalization>['lower'] = (context, prepared, call, layer) => [
  normalizeOver(context, layer, onlyTensor(call, layer), prepared),
]

/** LayerNormalization; with `rmsScaling` x / √(variance + epsilon), as Keras has it. */
export const layerNormalizationLayer: Lowering<RowNormalization> = {
  keepsInputs: true,
  keepsWeights: true,
  prepare(layer, weights) {
    if (layer.kind !== 'layerNormalization') throw unsupported(layer, 'layer', layer.className)
    const { axes, epsilon, gamma, beta, rmsScaling } = layer.layerNormalization
    return over(layer, {
      axes,
      statistics: rmsScaling ? 'deviation_only' : 'standardize',
      epsilon,
      gamma: placed(weights, gamma),
      beta: rmsScaling ? undefined : placed(weights, beta),
    })
  },
  lower,
}

/** RMSNormalization: x / √(mean(x²) + epsilon) · scale. */
export const rmsNormalizationLayer: Lowering<RowNormalization> = {
  prepare(layer, weights) {
    if (layer.kind !== 'rmsNormalization') throw unsupported(layer, 'layer', layer.className)
    const { axes, epsilon, gamma } = layer.rmsNormalization
    return over(layer, {
      axes,
      statistics: 'root_mean_square',
      epsilon,
      gamma: placed(weights, gamma),
      beta: undefined,
    })
  },
  lower,
}

const unitEpsilon = 1e-12

/** UnitNormalization: x · min(1 / √Σx², 1e12) over the axes. */
export const unitNormalizationLayer: Lowering<RowNormalization> = {
  prepare(layer) {
    if (layer.kind !== 'unitNormalization') throw unsupported(layer, 'layer', layer.className)
    return over(layer, unitNormalization(layer.unitNormalization.axes))
  },
  lower,
}

/** L2 normalization over axes, as keras.ops.normalize with epsilon 1e-12. */
export function unitNormalization(axes: readonly number[]): RowNormalization {
  return {
    axes,
    statistics: 'unit_norm',
    epsilon: unitEpsilon,
    gamma: undefined,
    beta: undefined,
  }
}

interface GroupNormalization {
  readonly groups: number
  readonly axis: number
  readonly epsilon: number
  /** One element per channel; undefined with neither gamma nor beta. */
  readonly affine: { scale: ChannelWeights; offset: ChannelWeights; channels: number } | undefined
}

interface ChannelWeights {
  readonly data: Float32Array
  readonly address: number
}

/** Elements of an image up to which gamma and beta are repeated for each of them. */
const repeated = 4096

/** GroupNormalization: statistics over a group of channels and all other axes but the batch. */
export const groupNormalizationLayer: Lowering<GroupNormalization> = {
  keepsInputs: true,
  keepsWeights: true,
  prepare(layer, weights) {
    if (layer.kind !== 'groupNormalization') throw unsupported(layer, 'layer', layer.className)
    const { groups, axis, epsilon, gamma, beta } = layer.groupNormalization
    const scale = gamma === undefined ? undefined : weights.floats(gamma)
    const offset = beta === undefined ? undefined : weights.floats(beta)
    const channels = (scale ?? offset)?.length
    if (scale && offset && scale.length !== offset.length) {
      throw new ModelError('length of beta', {
        layer: layer.name,
        expected: `${scale.length}`,
        got: `${offset.length}`,
      })
    }
    return {
      groups,
      axis,
      epsilon,
      affine:
        channels === undefined
          ? undefined
          : {
              scale: channelWeights(weights, scale ?? new Float32Array(channels).fill(1)),
              offset: channelWeights(weights, offset ?? new Float32Array(channels)),
              channels,
            },
    }
  },
  lower(context, { groups, axis, epsilon, affine }, call, layer) {
    const x = onlyTensor(call, layer)
    const rank = x.shape.length
    const at = resolveAxis(axis, rank, layer)
    const channels = x.shape[at] as number
    const count = groups === -1 ? channels : groups
    if (at === 0 || count < 1 || channels % count !== 0) {
      throw new ModelError('groups of GroupNormalization', {
        layer: layer.name,
        expected: `a divisor of axis ${axis} of (${x.shape.join(', ')})`,
        got: `${groups}`,
      })
    }
    if (affine && affine.channels !== channels) {
      throw new ModelError('channels of GroupNormalization', {
        layer: layer.name,
        expected: `${affine.channels}`,
        got: `${channels}`,
      })
    }
    // (batch, …, groups, channels of a group, …), the groups moved behind the batch.
    const split = [...x.shape.slice(0, at), count, channels / count, ...x.shape.slice(at + 1)]
    const permutation = [0, at, ...[...split.keys()].filter((each) => each !== 0 && each !== at)]
    const moved = transpose(context, layer, context.view(x, split), permutation)
    const width = elementCount(moved.shape.slice(2))
    // For each element where they are few, so that what is normalized is rounded once.
    const inside = elementCount(x.shape.slice(at + 1))
    const own = affine && count * width <= repeated ? affine : undefined
    const spread = ({ data }: ChannelWeights): Constant =>
      context.constant(spreadChannels(data, count, width, inside))
    const [gamma, beta] = own ? [spread(own.scale), spread(own.offset)] : []
    const normal = context.rowMap('normalize', moved, width, (program, index, map, place) =>
      writeNormalize(program, index, {
        ...map,
        statistics: 'standardize',
        epsilon,
        gamma: gamma && place.constant(gamma),
        beta: beta && place.constant(beta),
        period: count,
      }),
    )
    const y = context.view(transpose(context, layer, normal, inverse(permutation)), x.shape)
    if (!affine || own) return [y]
    const last = axesLast([at], rank)
    const scaled = context.rowMap(
      'scale_shift',
      transpose(context, layer, y, last),
      channels,
      (program, index, map) =>
        writeScaleShift(program, index, {
          ...map,
          scale: affine.scale.address,
          offset: affine.offset.address,
        }),
    )
    return [transpose(context, layer, scaled, inverse(last))]
  },
}

function channelWeights(weights: WeightStore, data: Float32Array): ChannelWeights {
  return { data, address: weights.place(data) }
}

/** One element per channel → (groups, width) with rows (…, channels of a group, `inside`). */
function spreadChannels(
  data: Float32Array, // (channels)
  groups: number,
  width: number,
  inside: number,
): Float32Array {
  const own = data.length / groups
  return Float32Array.from({ length: groups * width }, (_, i) => {
    const channel = Math.floor((i % width) / inside) % own
    return data[Math.floor(i / width) * own + channel] as number
  })
}
