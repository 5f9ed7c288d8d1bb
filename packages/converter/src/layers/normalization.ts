import { elementCount, type TensorIndex } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import type { Json } from '../keras/python-json.ts'
import { optional, ownWeights, statistic } from '../weights/weight-tree.ts'
import type { ConvertScope, LayerConverter, LayerScope, LayerWeights } from './layer-converter.ts'

/**
 * Statistics adapted to data are variables; given ones are in the config and nothing is stored. Both are written so
 * that they broadcast to x: kept axes in their places, 1 on all others.
 */
export const normalization: LayerConverter = {
  classNames: ['Normalization'],
  weights(config) {
    if (isGiven(config)) return ownWeights()
    return ownWeights(statistic('mean'), statistic('variance'), optional(statistic('count', [])))
  },
  convert(config, weights, scope) {
    const axes = config.integers('axis', [])
    const read = isGiven(config) ? givenStatistic : storedStatistic
    return {
      kind: 'normalization',
      normalization: {
        axes,
        mean: read('mean', axes, config, weights, scope),
        variance: read('variance', axes, config, weights, scope),
        invert: config.boolean('invert', false),
      },
    }
  },
}

/** More axes than any tensor has. */
const mostRank = 64

type Statistic = 'mean' | 'variance'

function isGiven(config: LayerConfig): boolean {
  return [config.value('mean'), config.value('variance')].every(
    (value) => value !== undefined && value !== null,
  )
}

function storedStatistic(
  name: Statistic,
  axes: readonly number[],
  _config: LayerConfig,
  weights: LayerWeights,
  scope: LayerScope,
): TensorIndex | undefined {
  const shape = weights.shape(name)
  return shape && weights.reshaped(name, spread(shape, axes, scope))
}

function givenStatistic(
  name: Statistic,
  axes: readonly number[],
  config: LayerConfig,
  _weights: LayerWeights,
  scope: ConvertScope,
): TensorIndex {
  const values = config.numbers(name)
  const shape: number[] = []
  for (let level: Json | undefined = config.values[name]; Array.isArray(level); level = level[0])
    shape.push(level.length)
  const where = { layer: scope.path, place: name }
  const array = arrayOfNumbers(
    'float32',
    elementCount(shape) === values.length ? shape : [values.length],
    values,
    where,
  )
  return scope.addTensor(name, { ...array, shape: spread(array.shape, axes, scope) })
}

/**
 * Places the sizes of the kept axes, aligned from the right, in a shape of x's rank.
 */
function spread(
  shape: readonly number[],
  axes: readonly number[],
  { inputShape }: LayerScope,
): readonly number[] {
  if (shape.length === 0) return shape
  // Without x's rank only axes counted from the end have a known place.
  const rank =
    inputShape?.length ??
    (axes.every((axis) => axis < 0) ? Math.max(...axes.map((axis) => -axis)) : undefined)
  if (rank === undefined || rank > mostRank) return shape
  const kept = axes.map((axis) => (axis < 0 ? axis + rank : axis)).toSorted((a, b) => a - b)
  const placed = Array.from({ length: rank }, () => 1)
  for (let i = 1; i <= shape.length; i++) {
    const axis = kept.at(-i)
    if (axis === undefined || axis >= rank || axis < 0) return shape
    placed[axis] = shape.at(-i) as number
  }
  return placed
}
