import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { writeAffine, writePrelu, writeScaleShift, type BinaryName } from '../records.ts'
import {
  LowerContext,
  onlyTensor,
  resolveAxis,
  unsupported,
  type Lowering,
  type Value,
} from './context.ts'
import { batchNormMap } from '../fold/batch-norm.ts'
import { binaryConstant } from './merge.ts'
import { transpose } from './permute.ts'
import { isSmall } from './small.ts'

interface Rescale {
  readonly scale: Float32Array
  readonly offset: Float32Array
}

/** Rescaling: y = x · scale + offset, one number each or one per channel of the last axis. */
export const rescalingLayer: Lowering<Rescale> = {
  prepare(layer) {
    if (layer.kind !== 'rescaling') throw unsupported(layer, 'layer', layer.className)
    return {
      scale: Float32Array.from(layer.rescaling.scale),
      offset: Float32Array.from(layer.rescaling.offset),
    }
  },
  lower(context, { scale, offset }, call, layer) {
    const x = onlyTensor(call, layer)
    const width = x.shape.at(-1) ?? 1
    for (const { length } of [scale, offset]) {
      if (length !== 1 && length !== width) {
        throw new ModelError('channels of Rescaling', {
          layer: layer.name,
          expected: `1 or ${width}`,
          got: `${length}`,
        })
      }
    }
    if (scale.length > 1 || offset.length > 1) {
      return [binaryConstant(context, 'add', binaryConstant(context, 'multiply', x, scale), offset)]
    }
    const [factor = 1, shift = 0] = [scale[0], offset[0]]
    return [
      context.rowMap('affine', x, width, (program, index, map) =>
        writeAffine(program, index, { ...map, scale: factor, offset: shift }),
      ),
    ]
  },
}

interface Statistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
  /** Both are broadcastable to x, aligned at the last axis. */
  readonly shape: readonly number[]
  readonly invert: boolean
}

const normalizationEpsilon = 1e-7

/** Elements up to which what varies is repeated to make rows longer. */
const longRow = 1024

/** Normalization: y = (x - mean) / max(sqrt(variance), 1e-7), statistics apart on some axes and shared on the others. */
export const normalizationLayer: Lowering<Statistics> = {
  prepare(layer, weights) {
    if (layer.kind !== 'normalization') throw unsupported(layer, 'layer', layer.className)
    const { mean, variance, invert } = layer.normalization
    if (mean === undefined || variance === undefined)
      throw new ModelError('the layer was never adapted', { layer: layer.name })
    const shape = weights.shape(mean)
    if (weights.shape(variance).join() !== shape.join()) {
      throw new ModelError('shape of the variance', {
        layer: layer.name,
        expected: `(${shape.join(', ')})`,
        got: `(${weights.shape(variance).join(', ')})`,
      })
    }
    const deviation = weights
      .floats(variance)
      .map((value) => Math.max(Math.sqrt(value), Math.fround(normalizationEpsilon)))
    return { mean: weights.floats(mean), deviation, shape, invert }
  },
  lower(context, { mean, deviation, shape, invert }, call, layer) {
    const x = onlyTensor(call, layer)
    const rank = x.shape.length
    const aligned = [...Array<number>(Math.max(rank - shape.length, 0)).fill(1), ...shape]
    if (
      aligned.length !== rank ||
      aligned.some((size, axis) => size !== 1 && size !== x.shape[axis])
    ) {
      throw new ModelError('features of Normalization', {
        layer: layer.name,
        expected: `broadcastable to (${x.shape.join(', ')})`,
        got: `(${shape.join(', ')})`,
      })
    }
    // What varies is repeated from its first axis on; before that rows are alike.
    let first = aligned.findIndex((size) => size !== 1)
    // Rows of few elements would each be begun anew.
    while (first > 1 && elementCount(x.shape.slice(first - 1)) <= longRow) first--
    const own = first < 0 ? [1] : aligned.slice(first)
    const target = first < 0 ? [1] : x.shape.slice(first)
    const width = elementCount(target)
    const [means, deviations] = [mean, deviation].map((values) => spread(values, own, target)) as [
      Float32Array,
      Float32Array,
    ]
    const apply = (operation: BinaryName, value: Value, table: Float32Array): Value =>
      binaryConstant(context, operation, value, table, false, first < 0 ? undefined : width)
    if (invert) return [apply('add', apply('multiply', x, deviations), means)]
    return [apply('divide', apply('subtract', x, means), deviations)]
  },
}

interface ScaleShift {
  readonly axis: number
  readonly channels: number
  /** Addresses of floats, and of doubles. */
  readonly narrow: { readonly scale: number; readonly offset: number }
  readonly wide: { readonly scale: number; readonly offset: number }
}

/** BatchNormalization at inference; undefined where the weights of the layer before hold it. */
export const batchNormalizationLayer: Lowering<ScaleShift | undefined> = {
  keepsWeights: true,
  prepare(layer, weights) {
    if (layer.kind !== 'batchNormalization') throw unsupported(layer, 'layer', layer.className)
    if (weights.folder?.isAbsorbed(layer)) return undefined
    const { scale, shift } = batchNormMap(layer, weights)
    return {
      axis: layer.batchNormalization.axis,
      channels: scale.length,
      narrow: {
        scale: weights.place(Float32Array.from(scale)),
        offset: weights.place(Float32Array.from(shift)),
      },
      wide: {
        scale: weights.place(new Uint8Array(scale.buffer)),
        offset: weights.place(new Uint8Array(shift.buffer)),
      },
    }
  },
  lower(context, prepared, call, layer) {
    const x = onlyTensor(call, layer)
    if (!prepared) return [x.folded as Value]
    const { axis, channels, narrow, wide } = prepared
    const rank = x.shape.length
    const at = resolveAxis(axis, rank, layer)
    if (x.shape[at] !== channels) {
      throw new ModelError('channels of BatchNormalization', {
        layer: layer.name,
        expected: `${channels}`,
        got: `${x.shape[at]}`,
      })
    }
    const small = isSmall(x.shape)
    const { scale, offset } = small ? wide : narrow
    const y = overLastAxis(context, layer, x, at, (last) =>
      scaleShift(context, last, scale, offset, small),
    )
    return [{ ...y, unscaled: x }]
  },
}

/** y = x · scale + offset over the last axis; both are addresses of as many floats, or doubles where `wide`. */
export function scaleShift(
  context: LowerContext,
  x: Value,
  scale: number,
  offset: number,
  wide = false,
): Value {
  return context.rowMap('scale_shift', x, x.shape.at(-1) ?? 1, (program, index, map) =>
    writeScaleShift(program, index, { ...map, scale, offset, wide }),
  )
}

/** Runs `apply` on x with `axis` moved last, and moves it back. */
function overLastAxis(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axis: number,
  apply: (x: Value) => Value,
): Value {
  const rank = x.shape.length
  if (axis === rank - 1) return apply(x)
  const permutation = [...Array(rank).keys()].filter((each) => each !== axis).concat(axis)
  const y = apply(transpose(context, layer, x, permutation))
  return transpose(
    context,
    layer,
    y,
    permutation.map((_, i) => permutation.indexOf(i)),
  )
}

interface Slopes {
  readonly alpha: Float32Array
  readonly shape: readonly number[]
}

/** PReLU: alpha has x's shape without the batch, with 1 on shared axes. */
export const preluLayer: Lowering<Slopes> = {
  prepare(layer, weights) {
    if (layer.kind !== 'prelu' || layer.prelu.alpha === undefined) {
      throw new ModelError('the layer has no alpha', { layer: layer.name })
    }
    return { alpha: weights.floats(layer.prelu.alpha), shape: weights.shape(layer.prelu.alpha) }
  },
  lower(context, { alpha, shape }, call, layer) {
    const x = onlyTensor(call, layer)
    const [, ...rest] = x.shape
    if (shape.length !== rest.length || shape.some((size, i) => size !== 1 && size !== rest[i])) {
      throw new ModelError('alpha of PReLU', {
        layer: layer.name,
        expected: `broadcastable to (${rest.join(', ')})`,
        got: `(${shape.join(', ')})`,
      })
    }
    const table = context.constant(spread(alpha, shape, rest))
    const period = elementCount(rest)
    return [
      context.rowMap('prelu', x, period, (program, index, map, place) =>
        writePrelu(program, index, { ...map, alpha: place.constant(table), period }),
      ),
    ]
  },
}

/** Repeats `values` of `shape` along its axes of length 1 until it has the shape `target`. */
function spread(
  values: Float32Array,
  shape: readonly number[],
  target: readonly number[],
): Float32Array {
  const result = new Float32Array(elementCount(target))
  for (let i = 0; i < result.length; i++) {
    let rest = i
    let from = 0
    let stride = 1
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const size = target[axis] as number
      const own = shape[axis] as number
      if (own !== 1) from += (rest % size) * stride
      rest = Math.floor(rest / size)
      stride *= own
    }
    result[i] = values[from] as number
  }
  return result
}
