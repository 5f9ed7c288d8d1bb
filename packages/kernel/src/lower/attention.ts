import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { activation, writeActivation, writeDense, writeSoftmax } from '../program.ts'
import { writeAffine } from '../records.ts'
import { NamedArguments } from './arguments.ts'
import { cast } from './cast.ts'
import { computeDtypeOf } from './compute-dtype.ts'
import { LowerContext, unsupported, type Lowering, type Value } from './context.ts'
import { contract } from './contraction.ts'
import { attendSoFar } from './fused-attention.ts'
import { filled } from './masking.ts'
import { binary } from './merge.ts'
import { maskedScore } from './multi-head-attention.ts'
import { reduce } from './reduce.ts'
import { band, where } from './where.ts'

interface PreparedAttention {
  readonly scoreMode: string
  /** Factor of the scores (dot), or of what goes into tanh (concat). */
  readonly scale: number | undefined
  readonly concatWeight: number | undefined
  /** AdditiveAttention: weights of the features, packed as (features, 1). */
  readonly featureWeights: { panels: number; length: number } | undefined
}

export const attentionParameters: readonly string[] = [
  'inputs',
  'mask',
  'training',
  'return_attention_scores',
  'use_causal_mask',
]

/** Attention and AdditiveAttention: inputs [query, value] or [query, value, key]. */
export const attentionLayer: Lowering<PreparedAttention> = {
  prepare(layer, weights) {
    if (layer.kind !== 'attention') throw unsupported(layer, 'layer', layer.className)
    const { scoreMode, scale, concatScoreWeight } = layer.attention
    if (scoreMode !== 'dot' && scoreMode !== 'concat' && scoreMode !== 'additive')
      throw unsupported(layer, 'score_mode', scoreMode)
    const scales = scale === undefined ? undefined : weights.floats(scale)
    const additive = scoreMode === 'additive'
    return {
      scoreMode,
      scale: additive ? undefined : scales?.[0],
      concatWeight:
        concatScoreWeight === undefined ? undefined : weights.floats(concatScoreWeight)[0],
      featureWeights:
        additive && scales
          ? {
              panels: weights.packDense(scales, undefined, scales.length, 1),
              length: scales.length,
            }
          : undefined,
    }
  },
  lower(context, prepared, call, layer) {
    const given = new NamedArguments(call, attentionParameters, layer)
    const [query, value, key = value] = given.get('inputs')?.tensors ?? []
    const rank = query?.shape.length ?? 0
    if (
      !query ||
      !value ||
      !key ||
      rank < 3 ||
      value.shape.length !== rank ||
      key.shape.length !== rank
    ) {
      throw new ModelError('inputs', {
        layer: layer.name,
        expected: '[query, value] or [query, value, key], of rank 3 or more',
        got: call.tensors.map(({ shape }) => `(${shape.join(', ')})`).join(', '),
      })
    }
    const [queryMask, valueMask] = masksOf(given, layer)
    const causal = given.flag('use_causal_mask')
    const wantsScores = given.flag('return_attention_scores')
    const unmasked = causal && !queryMask && !valueMask && !wantsScores
    const hasElements = [query, key, value].every(({ shape }) => elementCount(shape) > 0)
    if (unmasked && rank === 3 && prepared.scoreMode === 'dot' && hasElements) {
      const alone = (x: Value): Value => context.view(x, [...x.shape.slice(0, 2), 1, x.shape[2]!])
      const scaledQuery = alone(scaled(context, query, prepared.scale))
      const y = attendSoFar(context, layer, scaledQuery, alone(key), alone(value), backwards)
      return [context.view(y, [...query.shape.slice(0, 2), value.shape[2] as number])]
    }
    let scores =
      prepared.scoreMode === 'dot'
        ? dotScores(context, layer, prepared, query, key)
        : tanhScores(context, layer, prepared, query, key)
    if (valueMask) {
      const less = lessened(context, layer, scores)
      if (causal) scores = where(context, layer, causalBits(context, scores), scores, less)
      scores = where(context, layer, asRow(context, valueMask, rank), scores, less)
    } else if (causal) scores = band(context, scores, backwards, maskedScore)
    const weights = context.rowMap('softmax', scores, scores.shape.at(-1) as number, writeSoftmax)
    const batch = query.shape.slice(0, -2).map((_, axis) => `b${axis}`)
    let y = contract(
      context,
      layer,
      { value: weights, labels: [...batch, 't', 's'] },
      { value, labels: [...batch, 's', 'd'] },
      [...batch, 't', 'd'],
    )
    if (queryMask) y = where(context, layer, context.view(queryMask, [...queryMask.shape, 1]), y, 0)
    return wantsScores ? [y, weights] : [y]
  },
}

/** Masks of query and value, where the call has a list of them. */
export function masksOf(
  given: NamedArguments,
  layer: Layer,
): [Value | undefined, Value | undefined] {
  const mask = given.get('mask')
  if (mask?.value === undefined || mask.value.kind === 'none') return [undefined, undefined]
  if (mask.value.kind !== 'list') throw unsupported(layer, 'argument mask', mask.value.kind)
  const tensors = [...mask.tensors]
  const [query, value] = mask.value.list.items.map((item) =>
    item.kind === 'none' ? undefined : tensors.shift(),
  )
  return [query, value]
}

/** A mask (batch, Tv) as one over (batch, 1, Tv). */
export function asRow(context: LowerContext, mask: Value, rank: number): Value {
  const { shape } = mask
  if (shape.length === rank) return mask
  return context.view(mask, [...shape.slice(0, -1), 1, ...shape.slice(-1)])
}

function scaled(context: LowerContext, x: Value, scale: number | undefined): Value {
  return scale === undefined ? x : affine(context, x, scale, 0)
}

/** Sources up to the target itself. */
const backwards = { below: Infinity, above: 0 }

/** 1 where the source (last axis) is not behind the target, else 0. */
function causalBits(context: LowerContext, { shape }: Value): Value {
  const ones = filled(
    context,
    [...shape.slice(0, -2).map(() => 1), ...shape.slice(-2)],
    'float32',
    1,
  )
  return band(context, ones, backwards, 0)
}

/**
 * Scores less a large number, which is what Keras makes of masked ones: where all of a row are masked, what large scores
 * differ by is left, as far as the dtype of the layer holds it.
 */
function lessened(context: LowerContext, layer: Layer, scores: Value): Value {
  const dtype = computeDtypeOf(layer)
  const less = affine(context, scores, 1, dtype === 'float16' ? -65504 : maskedScore)
  return cast(context, cast(context, less, dtype), 'float32')
}

function affine(context: LowerContext, x: Value, scale: number, offset: number): Value {
  return context.rowMap('affine', x, x.shape.at(-1) ?? 1, (program, index, map) =>
    writeAffine(program, index, { ...map, scale, offset }),
  )
}

function dotScores(
  context: LowerContext,
  layer: Layer,
  { scale }: PreparedAttention,
  query: Value,
  key: Value,
): Value {
  const batch = query.shape.slice(0, -2).map((_, axis) => `b${axis}`)
  const scores = contract(
    context,
    layer,
    { value: query, labels: [...batch, 't', 'd'] },
    { value: key, labels: [...batch, 's', 'd'] },
    [...batch, 't', 's'],
  )
  return scaled(context, scores, scale)
}

/** Σ over features of weight · tanh(scale · (query + key)), for every pair (Tq, Tv). */
function tanhScores(
  context: LowerContext,
  layer: Layer,
  { scale, concatWeight, featureWeights }: PreparedAttention,
  query: Value,
  key: Value,
): Value {
  const expand = ({ shape }: Value, at: number): number[] => [
    ...shape.slice(0, at),
    1,
    ...shape.slice(at),
  ]
  const rank = query.shape.length
  const sum = binary(
    context,
    layer,
    'add',
    context.view(query, expand(query, rank - 1)),
    context.view(key, expand(key, rank - 2)),
  )
  const features = sum.shape.at(-1) as number
  const tanh = activation('tanh')
  const bent = context.rowMap(
    'activation',
    scaled(context, sum, scale),
    features,
    (program, index, map) => writeActivation(program, index, { ...map, activation: tanh }),
  )
  const scores = featureWeights
    ? weighted(context, layer, bent, featureWeights)
    : reduce(context, layer, 'sum', bent, [rank], false)
  return scaled(context, scores, concatWeight)
}

function weighted(
  context: LowerContext,
  layer: Layer,
  x: Value,
  { panels, length }: { panels: number; length: number },
): Value {
  if (x.shape.at(-1) !== length) {
    throw new ModelError('features of AdditiveAttention', {
      layer: layer.name,
      expected: `${length}`,
      got: `${x.shape.at(-1)}`,
    })
  }
  const y = context.value(x.shape.slice(0, -1))
  const rows = elementCount(y.shape)
  if (rows === 0) return y
  const [read, write] = [context.operand(x, length), context.operand(y, 1)]
  context.push({
    kind: 'dense',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeDense(program, index, {
        rows,
        inner: length,
        units: 1,
        x: place.address(read),
        xAdvance: place.advance(read),
        weights: panels,
        y: place.address(write),
        yAdvance: place.advance(write),
      }),
  })
  return y
}
