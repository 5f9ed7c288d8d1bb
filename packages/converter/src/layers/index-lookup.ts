import type { IndexLookup } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import type { Json } from '../keras/python-json.ts'
import { optional, ownWeights, statistic, type WeightNode } from '../weights/weight-tree.ts'
import type { ConvertScope, LayerConverter, LayerWeights } from './layer-converter.ts'

const outputModes = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] as const

/** Keras users have one, or a few. */
const mostOovIndices = 100_000

/** Document frequencies are the only thing that lookups store as numbers, under a name instead of a number. */
export function lookupWeights(): WeightNode {
  return ownWeights({ ...optional(statistic('idf_weights')), key: 'idf_weights' })
}

/** StringLookup and IntegerLookup. */
export const indexLookup: LayerConverter = {
  classNames: ['StringLookup', 'IntegerLookup'],
  weights: () => lookupWeights(),
  convert: (config, weights, scope) => ({
    kind: 'indexLookup',
    indexLookup: readLookup(config, weights, scope),
  }),
}

/** The arguments that StringLookup, IntegerLookup and the lookup within TextVectorization have. */
export function readLookup(
  config: LayerConfig,
  weights: LayerWeights,
  scope: ConvertScope,
): IndexLookup {
  config.ignore('vocabulary_size', 'encoding', 'oov_method', 'has_input_vocabulary')
  if (config.value('salt')) config.reject('salt', 'null')
  const integers = config.place.className === 'IntegerLookup'
  config.word('vocabulary_dtype', ['string', 'int64', 'int32'], integers ? 'int64' : 'string')
  const maskToken = tokenOf(config.value('mask_token'))
  const oovToken = tokenOf(config.value('oov_token')) ?? (integers ? '-1' : '[UNK]')
  const outputMode = config.word('output_mode', outputModes, 'int')
  const numOovIndices = config.integer('num_oov_indices', 1)
  if (numOovIndices < 0 || numOovIndices > mostOovIndices) {
    config.reject('num_oov_indices', `0 to ${mostOovIndices}`)
  }
  const sparse = config.boolean('sparse', false)
  if (sparse) config.reject('sparse', 'false')
  const special = [
    ...(maskToken !== undefined && outputMode === 'int' ? [maskToken] : []),
    ...Array.from({ length: Math.min(numOovIndices, mostOovIndices) }, () => oovToken),
  ]
  const terms = withoutSpecial(vocabularyOf(config, scope), special)
  if (!terms) {
    config.reject(
      'vocabulary',
      'a list of terms',
      'A .h5 does not hold adapted vocabularies; save the model as .keras',
    )
  }
  return {
    vocabularyDtype: integers ? 'int64' : 'string',
    vocabulary:
      terms && scope.addTensor('vocabulary', vocabularyArray(terms, integers, scope.path)),
    numOovIndices,
    maskToken,
    oovToken,
    invert: config.boolean('invert', false),
    outputMode,
    maxTokens: config.optionalInteger('max_tokens'),
    padToMaxTokens: config.boolean('pad_to_max_tokens', false),
    sparse,
    idfWeights: idfWeights(config, weights, scope, numOovIndices),
  }
}

function tokenOf(value: Json | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

/** Terms given by hand are in the config, adapted ones in a file beside the weights. */
function vocabularyOf(config: LayerConfig, scope: ConvertScope): string[] | undefined {
  const given = config.value('vocabulary')
  if (Array.isArray(given)) return given.map((term) => String(term))
  const file = scope.asset('vocabulary.txt')
  if (file !== undefined) {
    // Python's splitlines: the last line may be without an end; empty lines at the end are none.
    const lines = file.split(/\r\n|\r|\n/)
    while (lines.at(-1) === '') lines.pop()
    return lines
  }
  return undefined
}

/** A stored vocabulary begins with the mask and out-of-vocabulary tokens; one given by hand may. */
function withoutSpecial(
  terms: string[] | undefined,
  special: readonly string[],
): string[] | undefined {
  if (!terms) return undefined
  const has = special.length > 0 && special.every((token, index) => terms[index] === token)
  return has ? terms.slice(special.length) : terms
}

function vocabularyArray(terms: readonly string[], integers: boolean, layer: string): NdArray {
  if (!integers)
    return { dtype: 'string', shape: [terms.length], data: new Uint8Array(0), strings: terms }
  const values = terms.map((term) => Number(term))
  return arrayOfNumbers('int64', [terms.length], values, { layer, place: 'vocabulary' })
}

function idfWeights(
  config: LayerConfig,
  weights: LayerWeights,
  scope: ConvertScope,
  numOovIndices: number,
): number | undefined {
  const given = config.value('idf_weights')
  // Stored ones begin with the mean, once for each out-of-vocabulary index.
  if (!Array.isArray(given)) return weights.withoutFirst('idf_weights', numOovIndices)
  const array = arrayOfNumbers('float32', [given.length], given, {
    layer: scope.path,
    place: 'idf_weights',
  })
  return scope.addTensor('idf_weights', array)
}
