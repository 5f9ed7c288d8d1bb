import { elementCount, ModelError, type Layer, type Projection } from '@dotplus/core'

import { NamedArguments } from '../../lower/arguments.ts'
import { unsupported, type LowerContext, type Lowering, type Value } from '../../lower/context.ts'
import { contract } from '../../lower/contraction.ts'
import { axesOf, headsOf, labelsOf, maskedScore } from '../../lower/multi-head-attention.ts'
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

type Projections = Readonly<
  Record<
    (typeof names)[number],
    { kernel: DoubleWeight; bias: DoubleWeight | undefined; equation: string }
  >
>

const parameters =
  'query value key query_mask value_mask key_mask attention_mask return_attention_scores training use_causal_mask'.split(
    ' ',
  )

const masks = ['query_mask', 'value_mask', 'key_mask', 'attention_mask']

/** Scores (…, target, source) of sources behind the target set to what Keras takes for none. */
function causal(context: LowerContext, scores: Value): Value {
  const [targets = 1, sources = 1] = scores.shape.slice(-2)
  const results = [{ shape: scores.shape, dtype: scores.dtype }]
  return numericOp(context, 'causal', [scores], results, ([a], [y]) => {
    for (let i = 0; i < a!.length; i++)
      y![i] = i % sources > Math.floor(i / sources) % targets ? maskedScore : a![i]!
  })[0] as Value
}

/** MultiHeadAttention and GroupedQueryAttention without masks, in float64. */
export const multiHeadAttentionLayer: Lowering<Projections> = {
  prepare(layer, weights) {
    if (layer.kind !== 'multiHeadAttention') throw unsupported(layer, 'layer', layer.className)
    const { gate, slidingWindow } = layer.multiHeadAttention
    if (gate || slidingWindow !== undefined)
      throw unsupported(layer, 'float64 with', gate ? 'a gate' : 'a sliding window')
    const projection = (settings: Projection | undefined, name: string) => {
      const kernel = placeDouble(weights, settings?.kernel)
      if (!settings || !kernel || settings.quantization)
        throw new ModelError(`the layer has no ${name} projection`, { layer: layer.name })
      return { kernel, bias: placeDouble(weights, settings.bias), equation: settings.equation }
    }
    return Object.fromEntries(
      names.map((name) => [name, projection(layer.multiHeadAttention[name], name)]),
    ) as Projections
  },
  lower(context, projections, call, layer) {
    if (layer.kind !== 'multiHeadAttention') throw unsupported(layer, 'layer', layer.className)
    const { numHeads, numKeyValueHeads, keyDim, attentionAxes } = layer.multiHeadAttention
    const given = new NamedArguments(call, parameters, layer)
    if (masks.some((name) => given.tensor(name))) throw unsupported(layer, 'a mask in', 'float64')
    const [query, value] = [given.required('query'), given.required('value')]
    const key = given.tensor('key') ?? value
    const axes = axesOf(attentionAxes, query.shape.length, layer)
    const project = (name: (typeof names)[number], x: Value): Value => {
      const { kernel, bias, equation } = projections[name]
      const y = einsum(context, layer, equation, x, doubleValue(context, kernel) as Value)
      return withBias(context, layer, y, doubleValue(context, bias))
    }
    const projected = project('query', query)
    const scale = 1 / Math.sqrt(keyDim)
    const scaled = mapElements(context, 'scale', projected, 'float64', (e: number) => e * scale)
    const labels = labelsOf(projected.shape.length, axes)
    const heads = headsOf(context, scaled, numHeads / numKeyValueHeads)
    const [keys, values] = [project('key', key), project('value', value)]
    const scores = contract(
      context,
      layer,
      { value: heads, labels: labels.query },
      { value: keys, labels: labels.key },
      labels.scores,
    )
    const open = given.flag('use_causal_mask') ? causal(context, scores) : scores
    const count = axes.reduce((size, axis) => size * (keys.shape[axis] as number), 1)
    const flat = context.view(open, [elementCount(open.shape) / count, count])
    const weights = context.view(alongAxis(context, layer, 'softmax', flat, -1), open.shape)
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
    const y = project('output', attended)
    if (!given.flag('return_attention_scores')) return [y]
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

/** Attention and AdditiveAttention without masks, in float64. */
export const attentionLayer: Lowering<DoubleWeights> = {
  prepare: (layer, weights) => placeDoubles(layer, weights, ['scale', 'concatScoreWeight']),
  lower(context, weights, call, layer) {
    if (layer.kind !== 'attention') throw unsupported(layer, 'layer', layer.className)
    const own = ['inputs', 'mask', 'training', 'return_attention_scores', 'use_causal_mask']
    const given = new NamedArguments(call, own, layer)
    if (given.get('mask')?.tensors.length) throw unsupported(layer, 'a mask in', 'float64')
    const [query, value, key = value] = given.get('inputs')?.tensors ?? []
    if (!query || !value || !key || query.shape.length !== 3)
      throw unsupported(
        layer,
        'float64 for inputs',
        call.tensors.map(({ shape }) => `(${shape.join(', ')})`).join(', '),
      )
    const scores = scoresOf(context, layer, layer.attention.scoreMode, weights, query, key)
    const open = given.flag('use_causal_mask') ? causal(context, scores) : scores
    const softmax = alongAxis(context, layer, 'softmax', open, -1)
    const y = contract(
      context,
      layer,
      { value: softmax, labels: ['b', 't', 's'] },
      { value, labels: ['b', 's', 'd'] },
      ['b', 't', 'd'],
    )
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
