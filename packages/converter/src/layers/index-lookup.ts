import type { IndexLookup } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import type { Json } from '../keras/python-json.ts'
import { optional, ownWeights, statistic, type WeightNode } from '../weights/weight-tree.ts'
import { hashKey } from './hash-key.ts'
import type { ConvertScope, LayerConverter, LayerWeights } from './layer-converter.ts'

const outputModes = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] as const

/** Keras users have one, or a few. */
const mostOovIndices = 100_000

/** No vocabulary is as long. */
const mostTokens = 10_000_000

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
  config.ignore('vocabulary_size', 'encoding', 'has_input_vocabulary')
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
  const given = vocabularyOf(config, scope)
  const terms = withoutSpecial(given, special)
  if (!terms) {
    config.reject(
      'vocabulary',
      'a list of terms',
      'A .h5 does not hold adapted vocabularies; save the model as .keras',
    )
  }
  const maxTokens = config.optionalInteger('max_tokens')
  const padToMaxTokens = config.boolean('pad_to_max_tokens', false)
  return {
    vocabularyDtype: integers ? 'int64' : 'string',
    vocabulary:
      terms && scope.addTensor('vocabulary', vocabularyArray(terms, integers, scope.path)),
    numOovIndices,
    maskToken,
    oovToken,
    invert: config.boolean('invert', false),
    outputMode,
    maxTokens,
    padToMaxTokens,
    sparse,
    idfWeights: idfWeights(config, weights, scope, {
      front: (given?.length ?? 0) > (terms?.length ?? 0) ? 0 : special.length,
      length: padToMaxTokens ? maxTokens : undefined,
    }),
    oovMethod: config.word('oov_method', ['floormod', 'farmhash'], 'floormod'),
    key: hashKey(config),
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
  if (file === undefined) return undefined
  // Keras writes one term a line, and reads them with Python's splitlines, which takes more characters for the end of a
  // line and drops empty terms at the end. Where the config knows their number, they are taken as they were written.
  const written = file.split('\n')
  if (written.length === config.values.vocabulary_size) return written
  const lines = file.split(pythonLineEnd)
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** Where Python's str.splitlines ends a line: its rarer ends are three separators of ASCII and three of Unicode. */
const rareLineEnds = String.fromCharCode(0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029)
const pythonLineEnd = new RegExp(`\\r\\n|[\\n\\v\\f\\r${rareLineEnds}]`)

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
  const values = terms.map((term) => {
    const value = /^\s*[+-]?\d+\s*$/.test(term) ? BigInt(term.trim().replace('+', '')) : NaN
    return typeof value === 'bigint' && value === BigInt.asIntN(64, value) ? value : NaN
  })
  return arrayOfNumbers('int64', [terms.length], values, { layer, place: 'vocabulary' })
}

/** The file holds a weight for each index; the config as many as were given, which may leave out special tokens. */
function idfWeights(
  config: LayerConfig,
  weights: LayerWeights,
  scope: ConvertScope,
  padding: { readonly front: number; readonly length: number | undefined },
): number | undefined {
  const given = config.value('idf_weights')
  const stored = weights.index('idf_weights')
  if (stored !== undefined || !Array.isArray(given)) return stored
  const numbers = given.map((value) => (typeof value === 'number' ? value : NaN))
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const padded = [...Array.from({ length: padding.front }, () => mean), ...numbers]
  const most = Math.min(padding.length ?? 0, mostTokens)
  while (padded.length < most) padded.push(0)
  const where = { layer: scope.path, place: 'idf_weights' }
  return scope.addTensor('idf_weights', arrayOfNumbers('float32', [padded.length], padded, where))
}
