import { elementCount, ModelError, type Layer, type Projection } from '@dotplus/core'

import { asRow, attentionParameters, masksOf } from '../../lower/attention.ts'
import { NamedArguments } from '../../lower/arguments.ts'
import { cast } from '../../lower/cast.ts'
import { unsupported, type LowerContext, type Lowering, type Value } from '../../lower/context.ts'
import { contract } from '../../lower/contraction.ts'
import {
  axesOf,
  headParameters,
  headsOf,
  labelsOf,
  maskedScore,
  maskScores,
  mayMaskRows,
  type MaskOf,
} from '../../lower/multi-head-attention.ts'
import { where } from '../../lower/where.ts'
import { mapElements } from '../elementwise.ts'
import { numericOp } from '../numeric.ts'
import { arithmetic } from '../ops/arithmetic.ts'
import { mapDouble } from '../ops/elementwise.ts'
import { alongAxis } from './activation.ts'
import { einsum, withBias } from './dense.ts'
import {
  doubleValue,
  placeDouble,
  placeDoubles,
  type DoubleWeight,
  type DoubleWeights,
} from './weights.ts'

const names = ['query', 'key', 'value', 'output'] as const

interface DoubleProjection {
  readonly kernel: DoubleWeight
  readonly bias: DoubleWeight | undefined
  readonly equation: string
}

type Projections = Readonly<Record<(typeof names)[number], DoubleProjection>> & {
  readonly gate?: DoubleProjection
}

/** MultiHeadAttention and GroupedQueryAttention in float64. */
export const multiHeadAttentionLayer: Lowering<Projections> = {
  prepare(layer, weights) {
    if (layer.kind !== 'multiHeadAttention') throw unsupported(layer, 'layer', layer.className)
    const heads = layer.multiHeadAttention
    const projection = (settings: Projection | undefined, name: string) => {
      const kernel = placeDouble(weights, settings?.kernel)
      if (!settings || !kernel || settings.quantization)
        throw new ModelError(`the layer has no ${name} projection`, { layer: layer.name })
      return { kernel, bias: placeDouble(weights, settings.bias), equation: settings.equation }
    }
    const wanted = heads.gate ? ([...names, 'gate'] as const) : names
    return Object.fromEntries(
      wanted.map((name) => [name, projection(heads[name], name)]),
    ) as unknown as Projections
  },
  lower(context, projections, call, layer) {
    if (layer.kind !== 'multiHeadAttention') throw unsupported(layer, 'layer', layer.className)
    const { numHeads, numKeyValueHeads, keyDim, attentionAxes, slidingWindow, grouped, dropout } =
      layer.multiHeadAttention
    const given = new NamedArguments(call, headParameters, layer)
    const [query, value] = [given.required('query'), given.required('value')]
    const key = given.tensor('key') ?? value
    const axes = axesOf(attentionAxes, query.shape.length, layer)
    const project = ({ kernel, bias, equation }: DoubleProjection, x: Value): Value => {
      const y = einsum(context, layer, equation, x, doubleValue(context, kernel) as Value)
      return withBias(context, layer, y, doubleValue(context, bias))
    }
    const projected = project(projections.query, query)
    const scale = 1 / Math.sqrt(keyDim)
    const scaled = mapElements(context, 'scale', projected, 'float64', (e: number) => e * scale)
    const labels = labelsOf(projected.shape.length, axes)
    const heads = headsOf(context, scaled, numHeads / numKeyValueHeads)
    const [keys, values] = [project(projections.key, key), project(projections.value, value)]
    const scores = contract(
      context,
      layer,
      { value: heads, labels: labels.query },
      { value: keys, labels: labels.key },
      labels.scores,
    )
    const maskOf: MaskOf = (name) =>
      name === 'query_mask' && !grouped ? query.mask : given.tensor(name)
    const wantsScores = given.flag('return_attention_scores')
    const limits = { maskOf, causal: given.flag('use_causal_mask') }
    const mask = (x: Value, masked: number): Value =>
      maskScores(context, layer, x, masked, limits, { slidingWindow }, axes, [query, value])
    // A row without any unmasked score is uniform on Keras's fused path and 0 on the plain one.
    const plain = (dropout ?? 0) > 0 || wantsScores || query.shape.length !== 3
    const open = mask(scores, maskedScore)
    const count = axes.reduce((size, axis) => size * (keys.shape[axis] as number), 1)
    const flat = context.view(open, [elementCount(open.shape) / count, count])
    const softmax = context.view(alongAxis(context, layer, 'softmax', flat, -1), open.shape)
    const weights = plain && mayMaskRows(maskOf, { slidingWindow }) ? mask(softmax, 0) : softmax
    const mixed = contract(
      context,
      layer,
      { value: weights, labels: labels.scores },
      { value: values, labels: labels.key },
      labels.query,
    )
    const attended = context.view(mixed, [
      ...projected.shape.slice(0, -1),
      values.shape.at(-1) as number,
    ])
    const gated = projections.gate
      ? arithmetic(
          context,
          layer,
          'multiply',
          attended,
          mapDouble(context, 'sigmoid', project(projections.gate, query)),
        )
      : attended
    const y = project(projections.output, gated)
    if (!wantsScores) return [y]
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

/** Bools (target, source), set where the source is not behind the target. */
function causalBits(context: LowerContext, shape: readonly [number, number]): Value {
  const [, sources] = shape
  return numericOp(context, 'causal', [], [{ shape: [1, ...shape], dtype: 'bool' }], (_, [y]) => {
    for (let i = 0; i < y!.length; i++) y![i] = Number(i % sources <= Math.floor(i / sources))
  })[0] as Value
}

/** Attention and AdditiveAttention in float64. */
export const attentionLayer: Lowering<DoubleWeights> = {
  prepare: (layer, weights) => placeDoubles(layer, weights, ['scale', 'concatScoreWeight']),
  lower(context, weights, call, layer) {
    if (layer.kind !== 'attention') throw unsupported(layer, 'layer', layer.className)
    const given = new NamedArguments(call, attentionParameters, layer)
    const [query, value, key = value] = given.get('inputs')?.tensors ?? []
    if (!query || !value || !key || query.shape.length !== 3)
      throw unsupported(
        layer,
        'float64 for inputs',
        call.tensors.map(({ shape }) => `(${shape.join(', ')})`).join(', '),
      )
    const scores = scoresOf(context, layer, layer.attention.scoreMode, weights, query, key)
    // Keras takes a large number from scores that are masked; where all are, their differences stay.
    const less = mapElements(context, 'mask', scores, 'float64', (e: number) => e + maskedScore)
    const [queryMask, valueMask] = masksOf(given, layer)
    let bits = given.flag('use_causal_mask')
      ? causalBits(context, scores.shape.slice(-2) as [number, number])
      : undefined
    if (valueMask) {
      const row = cast(context, asRow(context, valueMask, 3), 'bool')
      bits = bits ? arithmetic(context, layer, 'minimum', row, bits) : row
    }
    const open = bits ? where(context, layer, bits, scores, less) : scores
    const softmax = alongAxis(context, layer, 'softmax', open, -1)
    const mixed = contract(
      context,
      layer,
      { value: softmax, labels: ['b', 't', 's'] },
      { value, labels: ['b', 's', 'd'] },
      ['b', 't', 'd'],
    )
    const y = queryMask
      ? where(context, layer, context.view(queryMask, [...queryMask.shape, 1]), mixed, 0)
      : mixed
    return given.flag('return_attention_scores') ? [y, softmax] : [y]
  },
}

function scoresOf(
  context: LowerContext,
  layer: Layer,
  mode: string,
  weights: DoubleWeights,
  query: Value,
  key: Value,
): Value {
  const [scale, outer] = ['scale', 'concatScoreWeight'].map((name) =>
    doubleValue(context, weights[name]),
  )
  const times = (x: Value, factor: Value | undefined): Value =>
    factor ? arithmetic(context, layer, 'multiply', x, factor) : x
  if (mode === 'dot') {
    const dot = contract(
      context,
      layer,
      { value: query, labels: ['b', 't', 'd'] },
      { value: key, labels: ['b', 's', 'd'] },
      ['b', 't', 's'],
    )
    return times(dot, scale)
  }
  const [batch = 1, targets = 1, features = 1] = query.shape
  const wide = context.view(query, [batch, targets, 1, features])
  const long = context.view(key, [batch, 1, key.shape[1] as number, features])
  const sum = arithmetic(context, layer, 'add', wide, long)
  // AdditiveAttention weighs features after the tanh, Attention scales all of them before.
  const additive = mode === 'additive'
  const bent = mapDouble(context, 'tanh', additive ? sum : times(sum, scale))
  const weighted = additive ? times(bent, scale) : bent
  const ones = numericOp(
    context,
    'ones',
    [],
    [{ shape: [features], dtype: 'float64' }],
    (_, [y]) => {
      for (let i = 0; i < features; i++) y![i] = 1
    },
  )[0] as Value
  const scores = einsum(context, layer, 'btsd,d->bts', weighted, ones)
  return times(scores, outer)
}
