import { ModelError, type Layer } from '@dotplus/core'

import { ngrams, splitCharacters, splitWords } from '../text/split.ts'
import { standardize, type Standardization } from '../text/standardize.ts'
import { onlyTensor, unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import { dynamicSize } from './dynamic-size.ts'
import { hostOp } from './host-op.ts'
import { encodeLookup, indexIn, lookUp, prepareLookup, weigh, type Lookup } from './index-lookup.ts'

interface Prepared {
  readonly standardization: Standardization
  readonly split: ((text: string) => string[]) | undefined
  /** Widths of n-grams. */
  readonly widths: readonly number[]
  readonly length: number | undefined
  readonly lookup: Lookup
}

const standardizations: Readonly<Record<string, Standardization>> = {
  '': { lower: false, stripPunctuation: false },
  lower: { lower: true, stripPunctuation: false },
  strip_punctuation: { lower: false, stripPunctuation: true },
  lower_and_strip_punctuation: { lower: true, stripPunctuation: true },
}

const splits: Readonly<Record<string, (text: string) => string[]>> = {
  whitespace: splitWords,
  character: splitCharacters,
}

function prepared<Choice>(
  layer: Layer,
  what: string,
  choices: Readonly<Record<string, Choice>>,
  name: string,
): Choice {
  const choice = Object.hasOwn(choices, name) ? choices[name] : undefined
  if (choice === undefined) throw unsupported(layer, what, name)
  return choice
}

/** Texts to indices of their tokens, or to encodings of them. */
export const textVectorizationLayer: Lowering<Prepared> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind !== 'textVectorization') throw unsupported(layer, 'layer', layer.className)
    const {
      standardize: how,
      split,
      outputSequenceLength,
      lookup,
      ragged,
    } = layer.textVectorization
    if (ragged) throw unsupported(layer, 'a ragged output', 'ragged: true')
    if (!lookup) throw unsupported(layer, 'a lookup', 'no vocabulary')
    return {
      standardization: prepared(layer, 'standardize', standardizations, how),
      split: split === '' ? undefined : prepared(layer, 'split', splits, split),
      widths: layer.textVectorization.ngrams,
      length: outputSequenceLength,
      lookup: prepareLookup(layer, lookup, weights),
    }
  },
  lower(context, settings, call, layer) {
    const x = onlyTensor(call, layer)
    if (x.dtype !== 'string') throw unsupported(layer, 'an input of dtype', x.dtype)
    return [
      settings.split
        ? vectorizeTexts(context, layer, settings, settings.split, x)
        : vectorizeTokens(context, layer, settings, x),
    ]
  },
}

/** Texts (…) or (…, 1) to indices (…, length), or encodings (batch, depth). */
function vectorizeTexts(
  context: LowerContext,
  layer: Layer,
  { standardization, widths, length, lookup }: Prepared,
  split: (text: string) => string[],
  x: Value,
): Value {
  const { shape } = x
  const rows = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape
  const encodes = lookup.mode !== 'int'
  if ((shape.length > 1 && shape.at(-1) !== 1) || (encodes && rows.length !== 1)) {
    throw new ModelError('shape of texts', {
      layer: layer.name,
      expected: encodes ? '(batch) or (batch, 1)' : '(batch) or 1 as the last dimension',
      got: `(${shape.join(', ')})`,
    })
  }
  const tokensOf = (text: string): string[] => {
    const tokens = split(standardize(text, standardization))
    return widths.length === 0 ? tokens : ngrams(tokens, widths)
  }
  if (encodes) return encodeTexts(context, layer, lookup, tokensOf, context.view(x, rows))
  // Texts are split once a call: where the length is free, when the longest is looked for.
  let measured: readonly (readonly string[])[] | undefined
  const width =
    length ??
    dynamicSize(context, x, (texts) => {
      measured = (texts as string[]).map(tokensOf)
      return measured.reduce((longest, tokens) => Math.max(longest, tokens.length), 0)
    })
  const results = [{ shape: [...rows, width], dtype: 'int64' as const }]
  const [indices = x] = hostOp(context, 'vectorize', [x], results, ([texts], [to]) => {
    const y = to as BigInt64Array
    y.fill(0n)
    for (const [row, tokens] of (measured ?? (texts as string[]).map(tokensOf)).entries()) {
      for (let i = 0; i < tokens.length && i < width; i++)
        y[row * width + i] = indexIn(lookup, layer.name, tokens[i] as string)
    }
    measured = undefined
  })
  return indices
}

/** Encodings (batch, depth) of the tokens of texts (batch). */
function encodeTexts(
  context: LowerContext,
  layer: Layer,
  lookup: Lookup,
  tokensOf: (text: string) => string[],
  x: Value,
): Value {
  const { depth, mode, weights } = lookup
  if (mode === 'one_hot') throw unsupported(layer, 'output_mode of split texts', mode)
  const results = [{ shape: [...x.shape, depth], dtype: 'int64' as const }]
  const [counts = x] = hostOp(context, 'vectorize', [x], results, ([texts], [to]) => {
    const y = to as BigInt64Array
    y.fill(0n)
    for (const [row, text] of (texts as string[]).entries()) {
      for (const token of tokensOf(text)) {
        const index = Number(indexIn(lookup, layer.name, token))
        const at = row * depth + index
        if (index < depth) y[at] = mode === 'multi_hot' ? 1n : (y[at] as bigint) + 1n
      }
    }
  })
  return weights === undefined ? counts : weigh(context, layer, counts, weights)
}

/** Tokens (…, n), made into n-grams along the last axis, to indices (…, length) or encodings. */
function vectorizeTokens(
  context: LowerContext,
  layer: Layer,
  { standardization, widths, length, lookup }: Prepared,
  x: Value,
): Value {
  const given = x.shape.at(-1) ?? 1
  const count =
    widths.length === 0
      ? given
      : widths.reduce((total, width) => total + Math.max(0, given - width + 1), 0)
  const rows = x.shape.slice(0, -1)
  const results = [{ shape: [...rows, count], dtype: 'string' as const }]
  const [tokens = x] = hostOp(context, 'standardize', [x], results, ([texts], [to]) => {
    const y = to as string[]
    const standardized = (texts as string[]).map((text) => standardize(text, standardization))
    for (let row = 0; row * count < y.length; row++) {
      const own = standardized.slice(row * given, (row + 1) * given)
      for (const [i, token] of (widths.length === 0 ? own : ngrams(own, widths)).entries())
        y[row * count + i] = token
    }
  })
  const indices = lookUp(context, layer, lookup, tokens)
  if (lookup.mode !== 'int' || length === undefined || length === count)
    return encodeLookup(context, layer, lookup, indices)
  const cut = [{ shape: [...rows, length], dtype: 'int64' as const }]
  return hostOp(context, 'pad', [indices], cut, ([from], [to]) => {
    const y = to as BigInt64Array
    y.fill(0n)
    for (let row = 0; row * length < y.length; row++)
      for (let i = 0; i < count && i < length; i++)
        y[row * length + i] = from?.[row * count + i] as bigint
  })[0] as Value
}
