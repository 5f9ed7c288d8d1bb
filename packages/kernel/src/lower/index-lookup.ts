import { InputError, type IndexLookup, type Layer } from '@dotplus/core'

import { hashKeyOf } from '../text/hash-bucket.ts'
import { IndexTable, type Term } from '../text/index-table.ts'
import { cast } from './cast.ts'
import {
  onlyTensor,
  unsupported,
  type LowerContext,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import { encode } from './encoding.ts'
import { hostOp } from './host-op.ts'
import { binary } from './merge.ts'

/** A lookup with its vocabulary. */
export interface Lookup {
  readonly integers: boolean
  readonly mode: string
  /** Length of an encoding. */
  readonly depth: number
  readonly table: IndexTable
  /** Address of the factors of tf_idf, one for each index. */
  readonly weights: number | undefined
  /** Terms by index, where indices are looked up. */
  readonly inverse: Inverse | undefined
}

interface Inverse {
  readonly terms: readonly Term[]
  /** Index of the first term. */
  readonly first: number
  readonly mask: Term | undefined
  readonly unknown: Term
}

/** Indices with this value are in no encoding. */
const beyondAll = 2n ** 63n - 1n

/** Reads vocabulary and settings. */
export function prepareLookup(layer: Layer, lookup: IndexLookup, weights: WeightStore): Lookup {
  const { outputMode: mode, numOovIndices, maskToken, oovToken } = lookup
  if (lookup.sparse) throw unsupported(layer, 'a sparse output', 'sparse: true')
  if (lookup.vocabulary === undefined) throw unsupported(layer, 'a lookup', 'no vocabulary')
  const integers = lookup.vocabularyDtype === 'int64'
  const termOf = (token: string): Term => (integers ? BigInt(token) : token)
  const terms = integers ? integersOf(weights, lookup.vocabulary) : weights.texts(lookup.vocabulary)
  const mask = maskToken === undefined ? undefined : termOf(maskToken)
  const oovStart = mask !== undefined && mode === 'int' ? 1 : 0
  const first = oovStart + numOovIndices
  const padded = lookup.padToMaxTokens ? lookup.maxTokens : undefined
  const depth = padded ?? first + terms.length
  const { idfWeights } = lookup
  return {
    integers,
    mode,
    depth,
    table: new IndexTable(lookup.invert ? [] : terms, {
      oovStart,
      oovIndices: numOovIndices,
      mask,
      maskIndex: mode === 'int' ? 0n : beyondAll,
      modulo: lookup.oovMethod !== 'farmhash',
      key: hashKeyOf(lookup.key),
    }),
    weights:
      mode === 'tf_idf' ? weights.place(factors(layer, weights, idfWeights, depth)) : undefined,
    inverse: lookup.invert ? { terms, first, mask, unknown: termOf(oovToken) } : undefined,
  }
}

function integersOf(weights: WeightStore, index: number): bigint[] {
  const { buffer, byteOffset, byteLength } = weights.stored(index)
  return Array.from(new BigInt64Array(buffer.slice(byteOffset, byteOffset + byteLength)))
}

function factors(
  layer: Layer,
  weights: WeightStore,
  index: number | undefined,
  depth: number,
): Float32Array {
  const given = index === undefined ? new Float32Array(0) : weights.floats(index)
  if (given.length === depth) return given
  throw unsupported(layer, `tf_idf with ${given.length} weights`, `${depth} indices`)
}

/** The index of one term. */
export function indexIn({ table }: Lookup, layer: string, term: Term): bigint {
  const index = table.indexOf(term)
  if (index !== undefined) return index
  throw new InputError('not in the vocabulary, and num_oov_indices is 0', {
    layer,
    got: typeof term === 'string' ? JSON.stringify(term) : `${term}`,
  })
}

/** Indices of terms, int64, of the terms' shape. */
export function lookUp(context: LowerContext, layer: Layer, lookup: Lookup, x: Value): Value {
  const terms = lookup.integers ? cast(context, x, 'int64') : x
  const results = [{ shape: x.shape, dtype: 'int64' as const }]
  return hostOp(context, 'lookup', [terms], results, ([from], [to]) => {
    const y = to as BigInt64Array
    for (let i = 0; i < y.length; i++) y[i] = indexIn(lookup, layer.name, from?.[i] as Term)
  })[0] as Value
}

/** Indices as they are or encoded, by the lookup's output mode. */
export function encodeLookup(
  context: LowerContext,
  layer: Layer,
  { mode, depth, weights }: Lookup,
  indices: Value,
): Value {
  if (mode === 'int') return indices
  const counts = encode(context, layer, indices, {
    mode: mode === 'tf_idf' ? 'count' : mode,
    depth,
    dtype: 'int64',
  })
  return weights === undefined ? counts : weigh(context, layer, counts, weights)
}

/** tf_idf of counts (…, depth): each index's count times its factor. */
export function weigh(context: LowerContext, layer: Layer, counts: Value, weights: number): Value {
  const spread = counts.shape.map((size, axis) => (axis === counts.shape.length - 1 ? size : 1))
  const factor = context.fixed(weights, spread)
  return binary(context, layer, 'multiply', cast(context, counts, 'float32'), factor)
}

function invert(context: LowerContext, { integers }: Lookup, inverse: Inverse, x: Value): Value {
  const { terms, first, mask, unknown } = inverse
  const results = [{ shape: x.shape, dtype: integers ? ('int64' as const) : ('string' as const) }]
  const indices = cast(context, x, 'int64')
  return hostOp(context, 'lookup', [indices], results, ([from], [to]) => {
    const y = to as Term[]
    for (let i = 0; i < y.length; i++) {
      const index = Number(from?.[i])
      y[i] = index === 0 && mask !== undefined ? mask : (terms[index - first] ?? unknown)
    }
  })[0] as Value
}

/** StringLookup and IntegerLookup. */
export const indexLookupLayer: Lowering<Lookup> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind !== 'indexLookup') throw unsupported(layer, 'layer', layer.className)
    return prepareLookup(layer, layer.indexLookup, weights)
  },
  lower(context, lookup, call, layer) {
    const x = onlyTensor(call, layer)
    if (lookup.inverse) return [invert(context, lookup, lookup.inverse, x)]
    if (!lookup.integers && x.dtype !== 'string') throw unsupported(layer, 'terms', x.dtype)
    const indices = lookUp(context, layer, lookup, x)
    return [encodeLookup(context, layer, lookup, indices)]
  },
}
