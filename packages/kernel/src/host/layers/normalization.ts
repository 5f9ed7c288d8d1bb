import { elementCount, ModelError, type Layer } from '@dotplus/core'

import {
  onlyTensor,
  resolveAxis,
  type LowerContext,
  type Lowering,
  type Value,
} from '../../lower/context.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { transpose } from '../../lower/permute.ts'
import { withRank } from '../../lower/where.ts'
import { linesOf } from '../lines.ts'
import { numericOp } from '../numeric.ts'
import { mapElements } from '../elementwise.ts'
import { arithmetic, pairwise } from '../ops/arithmetic.ts'
import { preciseSum } from '../ops/reduction.ts'
import { doubleValue, placeDoubles, settingsOf, type DoubleWeights } from './weights.ts'

/** Lines of x along axes, centred, divided by their deviation and put back. */
function standardized(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axes: readonly number[],
  centred: boolean,
  sizeOf: (power: number, sum: number) => number,
): Value {
  const { lines, length } = linesOf(context, layer, x, axes)
  const results = [{ shape: lines.shape, dtype: x.dtype }]
  const y = numericOp(context, 'normalize', [lines], results, ([a], [to]) => {
    for (let from = 0; from < a!.length; from += length) {
      const line = a!.subarray(from, from + length)
      const mean = centred ? preciseSum(line) / length : 0
      const sum = preciseSum(Array.from(line, (e) => (e - mean) * (e - mean)))
      const size = sizeOf(sum / length, sum)
      for (let i = 0; i < length; i++) to![from + i] = (line[i]! - mean) / size
    }
  })[0] as Value
  const order = [...[...x.shape.keys()].filter((axis) => !axes.includes(axis)), ...axes]
  const moved = context.view(
    y,
    order.map((axis) => x.shape[axis] as number),
  )
  return transpose(
    context,
    layer,
    moved,
    order.map((_, i) => order.indexOf(i)),
  )
}

/** A weight with its axes where x has `axes`. */
function aligned(context: LowerContext, weight: Value, x: Value, axes: readonly number[]): Value {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1))
  return elementCount(shape) === elementCount(weight.shape)
    ? context.view(weight, shape)
    : withRank(context, weight, x.shape.length)
}

function scaledAndShifted(
  context: LowerContext,
  layer: Layer,
  weights: DoubleWeights,
  y: Value,
  axes: readonly number[],
): Value {
  const gamma = doubleValue(context, weights['gamma'])
  const beta = doubleValue(context, weights['beta'])
  const scaled = gamma
    ? arithmetic(context, layer, 'multiply', y, aligned(context, gamma, y, axes))
    : y
  return beta ? arithmetic(context, layer, 'add', scaled, aligned(context, beta, y, axes)) : scaled
}

const prepareWith =
  (...names: readonly string[]): Lowering<DoubleWeights>['prepare'] =>
  (layer, weights) =>
    placeDoubles(layer, weights, names)

export const batchNormalizationLayer: Lowering<DoubleWeights> = {
  prepare: prepareWith('gamma', 'beta', 'movingMean', 'movingVariance'),
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const { axis, epsilon } = settingsOf(layer) as { axis: number; epsilon: number }
    const at = [resolveAxis(axis, x.shape.length, layer)]
    const mean = doubleValue(context, weights['movingMean'])
    const variance = doubleValue(context, weights['movingVariance'])
    if (!mean || !variance)
      throw new ModelError('the layer has no moving statistics', { layer: layer.name })
    const centred = arithmetic(context, layer, 'subtract', x, aligned(context, mean, x, at))
    const deviation = mapElements(context, 'deviation', variance, 'float64', (e: number) =>
      Math.sqrt(e + epsilon),
    )
    const y = arithmetic(context, layer, 'divide', centred, aligned(context, deviation, x, at))
    return [scaledAndShifted(context, layer, weights, y, at)]
  },
}

/** Layer, RMS and unit normalization: over axes of one example. */
export const axesNormalizationLayer: Lowering<DoubleWeights> = {
  prepare: prepareWith('gamma', 'beta'),
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const {
      axes: own,
      epsilon = 0,
      rmsScaling = false,
    } = settingsOf(layer) as {
      axes: number[]
      epsilon?: number
      rmsScaling?: boolean
    }
    const axes = resolveAxes(own.length ? own : [-1], x.shape.length, layer)
    if (layer.kind === 'unitNormalization')
      return [
        standardized(context, layer, x, axes, false, (_, sum) => Math.sqrt(Math.max(sum, 1e-12))),
      ]
    const centred = layer.kind === 'layerNormalization' && !rmsScaling
    if (layer.kind === 'layerNormalization' && rmsScaling)
      throw new ModelError('rms_scaling in float64', { layer: layer.name, got: 'true' })
    const y = standardized(context, layer, x, axes, centred, (power) => Math.sqrt(power + epsilon))
    return [scaledAndShifted(context, layer, weights, y, axes)]
  },
}

export const groupNormalizationLayer: Lowering<DoubleWeights> = {
  prepare: prepareWith('gamma', 'beta'),
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const { axis, groups, epsilon } = settingsOf(layer) as {
      axis: number
      groups: number
      epsilon: number
    }
    const at = resolveAxis(axis, x.shape.length, layer)
    const channels = x.shape[at] as number
    const count = groups === -1 ? channels : groups
    const split = [...x.shape.slice(0, at), count, channels / count, ...x.shape.slice(at + 1)]
    const axes = [...split.keys()].slice(1).filter((each) => each !== at)
    const y = standardized(context, layer, context.view(x, split), axes, true, (power) =>
      Math.sqrt(power + epsilon),
    )
    return [scaledAndShifted(context, layer, weights, context.view(y, x.shape), [at])]
  },
}

export const normalizationLayer: Lowering<DoubleWeights> = {
  prepare: prepareWith('mean', 'variance'),
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const { invert } = settingsOf(layer) as { invert: boolean }
    const mean = doubleValue(context, weights['mean'])
    const variance = doubleValue(context, weights['variance'])
    if (!mean || !variance)
      throw new ModelError('the layer was never adapted', { layer: layer.name })
    const deviation = mapElements(context, 'deviation', variance, 'float64', (e: number) =>
      Math.max(Math.sqrt(e), 1e-7),
    )
    if (invert)
      return [
        arithmetic(
          context,
          layer,
          'add',
          arithmetic(context, layer, 'multiply', x, deviation),
          mean,
        ),
      ]
    return [
      arithmetic(
        context,
        layer,
        'divide',
        arithmetic(context, layer, 'subtract', x, mean),
        deviation,
      ),
    ]
  },
}

export const rescalingLayer: Lowering<undefined> = {
  prepare: () => undefined,
  lower(context, _prepared, call, layer) {
    const x = onlyTensor(call, layer)
    const { scale, offset } = settingsOf(layer) as { scale: number[]; offset: number[] }
    const width = x.shape.at(-1) ?? 1
    return numericOp(context, 'rescale', [x], [{ shape: x.shape, dtype: x.dtype }], ([a], [y]) => {
      for (let i = 0; i < a!.length; i++) {
        const [s, o] = [scale, offset].map(
          (list) => list[list.length === 1 ? 0 : i % width] as number,
        ) as [number, number]
        y![i] = a![i]! * s + o
      }
    })
  },
}

export const preluLayer: Lowering<DoubleWeights> = {
  prepare: prepareWith('alpha'),
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const alpha = doubleValue(context, weights['alpha'])
    if (!alpha) throw new ModelError('the layer has no alpha', { layer: layer.name })
    return [
      pairwise(context, layer, 'prelu', [x, alpha], 'float64', (e, slope) =>
        e > 0 ? e : slope * e,
      ),
    ]
  },
}
