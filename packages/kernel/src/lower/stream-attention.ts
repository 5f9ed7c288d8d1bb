import type { Layer } from '@dotplus/core'
import { NamedArguments } from './arguments.ts'
import { attentionParameters } from './attention.ts'
import type { CallArguments, Value } from './context.ts'
import { axesOf, headParameters } from './multi-head-attention.ts'
import type { Passage, Stream } from './stream.ts'

/** Refuses a layer. */
export type Refuse = (expected: string, got: string) => never

/**
 * What attention makes of a sequence. Causal self-attention keeps what it has seen; attention to what is no sequence, or
 * along other axes than time, takes each step by itself.
 */
export function attentionPassage(
  stream: Stream,
  layer: Layer,
  call: CallArguments,
  refuse: Refuse,
): Passage {
  const grouped = layer.kind === 'multiHeadAttention'
  const given = new NamedArguments(call, grouped ? headParameters : attentionParameters, layer)
  const inputs = grouped
    ? ['query', 'value', 'key'].map((name) => given.tensor(name))
    : [...(given.get('inputs')?.tensors ?? [])]
  const [query, ...attended] = inputs
  const causal = given.flag('use_causal_mask')
  if (given.flag('return_attention_scores')) refuse('outputs of one step each', 'attention scores')
  if (!query || !stream.hasSteps(query)) return refuse('a query of these steps', 'another tensor')
  const others = attended.filter((value): value is Value => value !== undefined)
  const seen = others.filter((value) => stream.hasSteps(value))
  const window = grouped ? layer.multiHeadAttention.slidingWindow : undefined
  if (
    grouped &&
    !axesOf(layer.multiHeadAttention.attentionAxes, query.shape.length, layer).includes(1)
  ) {
    if (seen.length < others.length || causal || window !== undefined)
      refuse('query, value and key of these steps', 'another tensor')
    return 'steps'
  }
  const masks = ['mask', 'attention_mask', 'query_mask', 'value_mask', 'key_mask']
  const masked = masks.find((name) => (given.get(name)?.tensors.length ?? 0) > 0)
  if (query.mask || masked) refuse('no mask', masked ?? 'the mask of its query')
  if (seen.length === 0 && !causal && window === undefined) return 'steps'
  if (seen.length < others.length) refuse('query, value and key of these steps', 'another tensor')
  if (!causal) refuse('use_causal_mask', 'attention to later steps')
  if (query.shape.length !== 3)
    refuse('tensors (batch, steps, features)', `rank ${query.shape.length}`)
  if (layer.computeDtype === 'float64') refuse('float32', 'float64')
  if (layer.kind === 'attention' && layer.attention.scoreMode !== 'dot')
    refuse('score_mode dot', layer.attention.scoreMode)
  return 'steps'
}
