import type { LayerConfig } from '../keras/layer-config.ts'
import { lookupWeights, readLookup } from './index-lookup.ts'
import type { LayerConverter } from './layer-converter.ts'

const standardizations = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const
const mostNgrams = 100
const splits = ['whitespace', 'character'] as const

/** Its lookup has a mask token "" and one out-of-vocabulary token, "[UNK]". */
export const textVectorization: LayerConverter = {
  classNames: ['TextVectorization'],
  weights: () => lookupWeights(),
  convert(config, weights, scope) {
    const lookup = config.inner('StringLookup', {
      ...lookupArguments(config),
      mask_token: '',
      oov_token: '[UNK]',
      num_oov_indices: 1,
    })
    return {
      kind: 'textVectorization',
      textVectorization: {
        standardize: wordOrNone(config, 'standardize', standardizations),
        split: wordOrNone(config, 'split', splits),
        ngrams: ngramsOf(config),
        outputSequenceLength: config.optionalInteger('output_sequence_length'),
        lookup: readLookup(lookup, weights, scope),
        ragged: config.boolean('ragged', false),
      },
    }
  },
}

const shared = [
  'max_tokens',
  'output_mode',
  'pad_to_max_tokens',
  'sparse',
  'vocabulary',
  'idf_weights',
  'vocabulary_size',
  'encoding',
] as const

function lookupArguments(config: LayerConfig): LayerConfig['values'] {
  config.ignore(...shared)
  return Object.fromEntries(shared.map((key) => [key, config.values[key]]))
}

/** A number n stands for all sizes from 1 to n. */
function ngramsOf(config: LayerConfig): number[] {
  const value = config.value('ngrams')
  if (typeof value !== 'number') return config.integers('ngrams', [])
  const most = config.integer('ngrams')
  if (most >= 1 && most <= mostNgrams) return Array.from({ length: most }, (_, index) => index + 1)
  config.reject('ngrams', `1 to ${mostNgrams}`)
  return []
}

/** Python functions are refused; null is empty. */
function wordOrNone(config: LayerConfig, key: string, allowed: readonly string[]): string {
  const value = config.value(key)
  if (value === null || value === undefined) return ''
  if (typeof value === 'string' && allowed.includes(value)) return value
  config.reject(key, [...allowed, 'null'].join(', '), 'A Python function cannot be converted')
  return ''
}
