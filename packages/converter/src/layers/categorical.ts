import type { TensorIndex } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import { hashKey } from './hash-key.ts'
import { boundariesOf } from '../weights/quantile-summary.ts'
import { optional, ownWeights, statistic } from '../weights/weight-tree.ts'
import type { ConvertScope, LayerConverter, LayerWeights } from './layer-converter.ts'

const outputModes = ['int', 'one_hot', 'multi_hot', 'count'] as const

/** Sparse outputs have no dense form to compare with; Keras on other backends than TensorFlow has none either. */
function notSparse(config: LayerConfig): boolean {
  const sparse = config.boolean('sparse', false)
  if (sparse) config.reject('sparse', 'false')
  return sparse
}

/** Adapted boundaries are in the config; Keras 2 stores a summary of the data instead, from which it finds them. */
export const discretization: LayerConverter = {
  classNames: ['Discretization'],
  weights(config) {
    const bins = config.optionalInteger('num_bins') ?? 0
    if (config.place.kerasMajor >= 3 || Array.isArray(config.value('bin_boundaries')) || bins < 1)
      return ownWeights()
    return {
      ...ownWeights(optional(statistic('bin_boundaries'))),
      stored: {
        everywhere: true,
        slots: [optional(statistic('summary'))],
        assemble(found) {
          const summary = found.get('summary')
          return new Map(summary ? [['bin_boundaries', boundariesOf(summary, bins)]] : [])
        },
      },
    }
  },
  convert(config, weights, scope) {
    config.ignore('num_bins', 'epsilon')
    return {
      kind: 'discretization',
      discretization: {
        binBoundaries: givenBoundaries(config, scope) ?? storedBoundaries(config, weights),
        outputMode: config.word('output_mode', outputModes, 'int'),
        sparse: notSparse(config),
        wide: config.place.kerasMajor < 3,
      },
    }
  },
}

function givenBoundaries(config: LayerConfig, scope: ConvertScope): TensorIndex | undefined {
  const given = config.value('bin_boundaries')
  if (!Array.isArray(given)) return undefined
  const place = { layer: scope.path, place: 'bin_boundaries' }
  const array = arrayOfNumbers('float32', [given.length], given, place)
  return scope.addTensor('bin_boundaries', array)
}

function storedBoundaries(config: LayerConfig, weights: LayerWeights): TensorIndex | undefined {
  const stored = weights.index('bin_boundaries')
  if (stored === undefined)
    config.reject('bin_boundaries', 'a list of numbers', 'Call adapt() before saving the model')
  return stored
}

export const categoryEncoding: LayerConverter = {
  classNames: ['CategoryEncoding'],
  convert: (config) => ({
    kind: 'categoryEncoding',
    categoryEncoding: {
      numTokens: config.size('num_tokens'),
      outputMode: config.word('output_mode', ['one_hot', 'multi_hot', 'count'], 'multi_hot'),
      sparse: notSparse(config),
    },
  }),
}

export const hashing: LayerConverter = {
  classNames: ['Hashing'],
  convert(config) {
    const mask = config.value('mask_value')
    return {
      kind: 'hashing',
      hashing: {
        numBins: config.size('num_bins'),
        maskValue: mask === null || mask === undefined ? undefined : String(mask),
        outputMode: config.word('output_mode', outputModes, 'int'),
        sparse: notSparse(config),
        key: hashKey(config),
      },
    }
  },
}

export const hashedCrossing: LayerConverter = {
  classNames: ['HashedCrossing'],
  convert: (config) => ({
    kind: 'hashedCrossing',
    hashedCrossing: {
      numBins: config.size('num_bins'),
      outputMode: config.word('output_mode', ['int', 'one_hot'], 'int'),
      sparse: notSparse(config),
    },
  }),
}
