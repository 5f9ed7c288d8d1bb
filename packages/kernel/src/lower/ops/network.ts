import type { Layer } from '@dotplus/core'
import { writeSoftmax } from '../../program.ts'
import type { Statistics } from '../../records.ts'
import { unsupported, type LowerContext, type Value } from '../context.ts'
import { contract } from '../contraction.ts'
import { normalizeOver } from '../layer-normalization.ts'
import { maskedScore } from '../multi-head-attention.ts'
import { band, where, withRank } from '../where.ts'
import type { OpArguments, OpDefinition } from './arguments.ts'
import { combine } from './elementwise.ts'

const epsilon = 1e-7

/** Normalization over axes with weights that are tensors of the graph. */
function normalization(statistics: Statistics, weights: readonly string[]): OpDefinition {
  return {
    parameters: ['x', ...weights],
    settings: ['axis', 'epsilon', 'rms_scaling'],
    lower(context, layer, given) {
      const x = given.tensor('x')
      const axes = given.integers('axis') ?? [-1]
      const prepared = {
        axes,
        statistics: given.flag('rms_scaling') ? ('deviation_only' as const) : statistics,
        epsilon: given.number('epsilon', epsilon),
        gamma: undefined,
        beta: undefined,
      }
      let y = normalizeOver(context, layer, x, prepared)
      for (const [i, name] of weights.entries()) {
        const weight = given.optionalTensor(name)
        if (!weight) continue
        const last = axes.length === 1 && (axes[0] === -1 || axes[0] === x.shape.length - 1)
        if (!last) throw unsupported(layer, `argument ${name}`, `with axes ${axes.join(', ')}`)
        y = combine(context, layer, i === 0 ? 'multiply' : 'add', y, weight)
      }
      return [y]
    },
  }
}

/** softmax(scale · query · keyᵀ + bias) · value; query (batch, Tq, heads, d), key and value (batch, Tv, heads or fewer, d). */
function dotProductAttention(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const [query, key, value] = ['query', 'key', 'value'].map((name) => given.tensor(name)) as [
    Value,
    Value,
    Value,
  ]
  if ([query, key, value].some(({ shape }) => shape.length !== 4))
    throw unsupported(layer, 'attention over tensors', 'that are not of rank 4')
  const [batch = 1, targets = 1, heads = 1, features = 1] = query.shape
  const shared = key.shape[2] as number
  if (heads % shared !== 0) throw unsupported(layer, 'heads', `${heads} for ${shared} of the key`)
  const grouped = context.view(query, [batch, targets, shared, heads / shared, features])
  const scores = contract(
    context,
    layer,
    { value: grouped, labels: [...'btngh'] },
    { value: key, labels: [...'bsnh'] },
    [...'bngts'],
  )
  const sources = key.shape[1] as number
  const full = context.view(scores, [batch, heads, targets, sources])
  let logits = combine(
    context,
    layer,
    'multiply',
    full,
    given.number('scale', 1 / Math.sqrt(features)),
  )
  const bias = given.optionalTensor('bias')
  if (bias) logits = combine(context, layer, 'add', logits, bias)
  const mask = given.optionalTensor('mask')
  if (mask) logits = where(context, layer, withRank(context, mask, 4), logits, maskedScore)
  if (given.flag('is_causal'))
    logits = band(context, logits, { below: Infinity, above: 0 }, maskedScore)
  const weights = context.rowMap('softmax', logits, sources, writeSoftmax)
  const mixed = contract(
    context,
    layer,
    { value: context.view(weights, scores.shape), labels: [...'bngts'] },
    { value, labels: [...'bsnh'] },
    [...'btngh'],
  )
  return [context.view(mixed, [batch, targets, heads, value.shape[3] as number])]
}

export const networkOps: Readonly<Record<string, OpDefinition>> = {
  'nn.layer_normalization': normalization('standardize', ['gamma', 'beta']),
  'nn.rms_normalization': normalization('root_mean_square', ['scale']),
  'nn.dot_product_attention': {
    parameters: ['query', 'key', 'value', 'bias', 'mask'],
    settings: ['scale', 'is_causal', 'flash_attention', 'attn_logits_soft_cap'],
    lower(context, layer, given) {
      if (given.value('attn_logits_soft_cap'))
        throw unsupported(layer, 'setting', 'attn_logits_soft_cap')
      return dotProductAttention(context, layer, given)
    },
  },
}
