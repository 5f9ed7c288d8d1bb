import type { LayerConfig } from '../keras/layer-config.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import { hashKey } from './hash-key.ts'
import type { LayerConverter } from './layer-converter.ts'

const outputModes = ['int', 'one_hot', 'multi_hot', 'count'] as const

/** Sparse outputs have no dense form to compare with; Keras on other backends than TensorFlow has none either. */
function notSparse(config: LayerConfig): boolean {
  const sparse = config.boolean('sparse', false)
  if (sparse) config.reject('sparse', 'false')
  return sparse
}

/** Adapted boundaries are written to the config as well. */
export const discretization: LayerConverter = {
  classNames: ['Discretization'],
  convert(config, _weights, scope) {
    config.ignore('num_bins', 'epsilon')
    const given = config.value('bin_boundaries')
    const values = Array.isArray(given) ? given : []
    if (!Array.isArray(given))
      config.reject('bin_boundaries', 'a list of numbers', 'Call adapt() before saving the model')
    const array = arrayOfNumbers('float32', [values.length], values, {
      layer: scope.path,
      place: 'bin_boundaries',
    })
    return {
      kind: 'discretization',
      discretization: {
        binBoundaries: scope.addTensor('bin_boundaries', array),
        outputMode: config.word('output_mode', outputModes, 'int'),
        sparse: notSparse(config),
      },
    }
  },
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
