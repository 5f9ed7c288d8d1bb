import { elementCount, ModelError, type Layer, type Projection } from '@dotplus/core'
import { writeSoftmax } from '../program.ts'
import { writeAffine } from '../records.ts'
import type { Band } from '../sequence-records.ts'
import { NamedArguments } from './arguments.ts'
import { LowerContext, resolveAxis, unsupported, type Lowering, type Value } from './context.ts'
import { contract } from './contraction.ts'
import { lowerEinsum, prepareEinsum, type PreparedEinsum } from './einsum-dense.ts'
import { binary } from './merge.ts'
import { attend, attendSoFar } from './fused-attention.ts'
import { band, where } from './where.ts'

interface PreparedHeads {
  readonly query: PreparedEinsum
  readonly key: PreparedEinsum
  readonly value: PreparedEinsum
  readonly output: PreparedEinsum
  /** Sigmoid gate on the heads, projected from the query. */
  readonly gate: PreparedEinsum | undefined
  /** Query heads per key and value head. */
  readonly repeats: number
  readonly scale: number
  readonly attentionAxes: readonly number[]
  readonly slidingWindow: number | undefined
  /** GroupedQueryAttention takes the argument `query_mask`; MultiHeadAttention the query's own mask, whatever is given. */
  readonly grouped: boolean
  /** Dropout on the scores has Keras take its plain path. */
  readonly dropout: boolean
}

export const headParameters: readonly string[] = [
  'query',
  'value',
  'key',
  'query_mask',
  'value_mask',
  'key_mask',
  'attention_mask',
  'return_attention_scores',
  'training',
  'use_causal_mask',
]

const maskNames = ['attention_mask', 'query_mask', 'value_mask', 'key_mask'] as const
type MaskName = (typeof maskNames)[number]
export type MaskOf = (name: MaskName) => Value | undefined

/** What Keras puts where a mask is false, so that a row without any true element is uniform. */
export const maskedScore = -1e9

/** MultiHeadAttention over any axes, and GroupedQueryAttention. Outputs: y, and the scores when they are asked for. */
export const multiHeadAttentionLayer: Lowering<PreparedHeads> = {
  prepare(layer, weights) {
    if (layer.kind !== 'multiHeadAttention') throw unsupported(layer, 'layer', layer.className)
    const heads = layer.multiHeadAttention
    const { numHeads, numKeyValueHeads, keyDim, slidingWindow, attentionAxes } = heads
    const projection = (
      settings: Projection | undefined,
      name: string,
      gated = false,
    ): PreparedEinsum => {
      if (!settings)
        throw new ModelError(`the layer has no ${name} projection`, { layer: layer.name })
      const activation = gated ? { function: 'sigmoid', settings: [] } : undefined
      return prepareEinsum(layer, weights, { ...settings, activation })
    }
    if (numKeyValueHeads < 1 || numHeads % numKeyValueHeads !== 0) {
      throw new ModelError('heads', {
        layer: layer.name,
        expected: `a multiple of ${numKeyValueHeads}`,
        got: `${numHeads}`,
      })
    }
    return {
      query: projection(heads.query, 'query'),
      key: projection(heads.key, 'key'),
      value: projection(heads.value, 'value'),
      output: projection(heads.output, 'output'),
      gate: heads.gate && projection(heads.gate, 'gate', true),
      repeats: numHeads / numKeyValueHeads,
      scale: 1 / Math.sqrt(keyDim),
      attentionAxes,
      slidingWindow,
      grouped: heads.grouped,
      dropout: (heads.dropout ?? 0) > 0,
    }
  },
  lower(context, prepared, call, layer) {
    const given = new NamedArguments(call, headParameters, layer)
    const query = given.required('query')
    const value = given.required('value')
    const key = given.tensor('key') ?? value
    const axes = axesOf(prepared.attentionAxes, query.shape.length, layer)
    const scale = Math.fround(prepared.scale)
    const projected = lowerEinsum(context, layer, prepared.query, query)
    const scaled = context.rowMap(
      'affine',
      projected,
      projected.shape.at(-1) ?? 1,
      (program, index, map) => writeAffine(program, index, { ...map, scale, offset: 0 }),
    )
    const keys = lowerEinsum(context, layer, prepared.key, key)
    const values = lowerEinsum(context, layer, prepared.value, value)
    const maskOf: MaskOf = (name) =>
      name === 'query_mask' && !prepared.grouped ? query.mask : given.tensor(name)
    const causal = given.flag('use_causal_mask')
    const wantsScores = given.flag('return_attention_scores')
    // A row without any unmasked score is uniform on Keras's fused path and 0 on the plain one.
    const plain = prepared.dropout || wantsScores || query.shape.length !== 3
    const emptied = plain && mayMaskRows(maskOf, prepared)
    const isSimple = axes.join() === '1' && query.shape.length === 3 && !isMasked(maskOf)
    const hasElements = [scaled, keys, values].every(({ shape }) => elementCount(shape) > 0)
    if (isSimple && hasElements && !emptied && !wantsScores) {
      const bounds = bandOf(causal, prepared)
      const mixed = causal
        ? attendSoFar(context, layer, scaled, keys, values, bounds)
        : attend(context, scaled, keys, values, bounds)
      return [projectOutput(context, prepared, mixed, query, layer)]
    }
    const labels = labelsOf(scaled.shape.length, axes)
    const heads = headsOf(context, scaled, prepared.repeats)
    const scores = contract(
      context,
      layer,
      { value: heads, labels: labels.query },
      { value: keys, labels: labels.key },
      labels.scores,
    )
    const mask = (x: Value, masked: number): Value =>
      maskScores(context, layer, x, masked, { maskOf, causal }, prepared, axes, [query, value])
    const sourceSize = axes.reduce((size, axis) => size * (keys.shape[axis] as number), 1)
    const softmax = context.rowMap('softmax', mask(scores, maskedScore), sourceSize, writeSoftmax)
    const weights = emptied ? mask(softmax, 0) : softmax
    const mixed = contract(
      context,
      layer,
      { value: weights, labels: labels.scores },
      { value: values, labels: labels.key },
      labels.query,
    )
    const y = projectOutput(
      context,
      prepared,
      context.view(mixed, [...projected.shape.slice(0, -1), values.shape.at(-1) as number]),
      query,
      layer,
    )
    if (!wantsScores) return [y]
    // The groups of query heads become plain heads again: (batch…, heads, target…, source…).
    const at = projected.shape.length - 2 - axes.length
    const [kv = 1, group = 1] = weights.shape.slice(at)
    return [
      y,
      context.view(weights, [
        ...weights.shape.slice(0, at),
        kv * group,
        ...weights.shape.slice(at + 2),
      ]),
    ]
  },
}

/** What the heads see, gated and projected to the layer's output. */
function projectOutput(
  context: LowerContext,
  { gate, output }: PreparedHeads,
  mixed: Value,
  query: Value,
  layer: Layer,
): Value {
  const attended = gate
    ? binary(context, layer, 'multiply', mixed, lowerEinsum(context, layer, gate, query))
    : mixed
  return lowerEinsum(context, layer, output, attended)
}

export function axesOf(axes: readonly number[], rank: number, layer: Layer): number[] {
  // Keras's default: all between the batch and the features.
  const all = Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => i + 1)
  const resolved = axes.length === 0 ? all : axes.map((axis) => resolveAxis(axis, rank, layer))
  if (resolved.length === 0 || resolved.some((axis) => axis === rank - 1))
    throw unsupported(layer, 'attention axes', `(${axes.join(', ')}) of rank ${rank}`)
  return resolved
}

interface AttentionLabels {
  readonly query: readonly string[]
  readonly key: readonly string[]
  readonly scores: readonly string[]
}

/**
 * Labels of projected tensors (batch, …, heads, features) of this rank. Query heads are (heads, group) for the keys'
 * and values' heads; scores are (batch…, heads, group, target…, source…).
 */
export function labelsOf(rank: number, axes: readonly number[]): AttentionLabels {
  const leading = [...Array(rank - 2).keys()]
  const kept = leading.filter((axis) => !axes.includes(axis)).map((axis) => `b${axis}`)
  const side = (name: string): string[] =>
    leading.map((axis) => (axes.includes(axis) ? `${name}${axis}` : `b${axis}`))
  const along = (name: string): string[] => axes.map((axis) => `${name}${axis}`)
  return {
    query: [...side('t'), 'head', 'group', 'feature'],
    key: [...side('s'), 'head', 'feature'],
    scores: [...kept, 'head', 'group', ...along('t'), ...along('s')],
  }
}

export function headsOf(context: LowerContext, x: Value, repeats: number): Value {
  const [heads = 1, features = 1] = x.shape.slice(-2)
  return context.view(x, [...x.shape.slice(0, -2), heads / repeats, repeats, features])
}

function isMasked(maskOf: MaskOf): boolean {
  return maskNames.some((name) => maskOf(name) !== undefined)
}

/** What limits the sources of a target by its place. */
interface Windowed {
  readonly slidingWindow?: number | undefined
}

/** Sources that a target may see by its place alone. */
function bandOf(causal: boolean, { slidingWindow }: Windowed): Band {
  const reach = slidingWindow === undefined ? Infinity : slidingWindow - 1
  return { below: reach, above: causal ? Math.min(0, reach) : reach }
}

/** True when some target may be left without any source. */
export function mayMaskRows(maskOf: MaskOf, { slidingWindow }: Windowed): boolean {
  return slidingWindow !== undefined || isMasked(maskOf)
}

/** Scores (batch…, heads, group, target…, source…) with `masked` where any mask forbids the pair. */
export function maskScores(
  context: LowerContext,
  layer: Layer,
  scores: Value,
  masked: number,
  { maskOf, causal }: { readonly maskOf: MaskOf; readonly causal: boolean },
  windowed: Windowed,
  axes: readonly number[],
  [query, value]: readonly [Value, Value],
): Value {
  const targetAndSource = 2 * axes.length
  let result = scores
  if (causal || windowed.slidingWindow !== undefined) {
    const [target, source] = scores.shape.slice(-2)
    // Keras makes these masks from the second axis.
    if (axes.length !== 1 || query.shape[1] !== target || value.shape[1] !== source)
      throw unsupported(
        layer,
        causal ? 'use_causal_mask' : 'sliding_window',
        `attention axes ${axes.join(', ')}`,
      )
    result = band(context, result, bandOf(causal, windowed), masked)
  }
  // Axes that a mask lacks stand before those of targets and sources.
  const apply = (mask: Value, own: readonly number[]): void => {
    const missing = scores.shape.length - own.length
    const at = own.length - targetAndSource
    if (at < 0) throw unsupported(layer, 'a mask of this rank', `(${mask.shape.join(', ')})`)
    const shape = [...own.slice(0, at), ...Array<number>(missing).fill(1), ...own.slice(at)]
    result = where(context, layer, context.view(mask, shape), result, masked)
  }
  const attention = maskOf('attention_mask')
  if (attention) {
    const own = attention.shape
    // A mask with a heads axis counts all query heads.
    const [heads = 1, group = 1] = scores.shape.slice(-targetAndSource - 2)
    const full = own.length === scores.shape.length - 1
    const at = own.length - targetAndSource - 1
    const each = own[at] === 1 ? [1, 1] : [heads, group]
    apply(attention, full ? [...own.slice(0, at), ...each, ...own.slice(at + 1)] : own)
  }
  for (const name of ['query_mask', 'value_mask', 'key_mask'] as const) {
    const mask = maskOf(name)
    if (!mask) continue
    if (axes.length !== 1) throw unsupported(layer, name, `attention axes ${axes.join(', ')}`)
    const { shape } = mask
    apply(
      mask,
      name === 'query_mask' ? [...shape, 1] : [...shape.slice(0, -1), 1, ...shape.slice(-1)],
    )
  }
  return result
}
