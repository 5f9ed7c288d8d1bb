import type { Layer, Value as GraphValue } from '@dotplus/core'

import { cast } from './cast.ts'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Operands,
  type Value,
} from './context.ts'
import { filled, rowTest } from './masking.ts'
import { binary, concatenate } from './merge.ts'

/** Layers with `supports_masking` and no `compute_mask`: the first tensor's mask goes on. */
const passing: ReadonlySet<string> = new Set([
  'dense',
  'softmax',
  'prelu',
  'batchNormalization',
  'layerNormalization',
  'groupNormalization',
  'unitNormalization',
  'normalization',
  'rescaling',
  'attention',
  'multiHeadAttention',
  'timeDistributed',
])

/** Layers whose lowering sets its outputs' masks itself. */
const own: ReadonlySet<string> = new Set(['embedding', 'masking', 'bidirectional'])

/** A layer's outputs with the masks that Keras gives them; a mask that a lowering has set stays. */
export function withMasks(
  context: LowerContext,
  layer: Layer,
  call: CallArguments,
  outputs: readonly Value[],
): Value[] {
  const { kind } = layer
  if (kind !== undefined && own.has(kind)) return [...outputs]
  const mask = maskOf(context, layer, call)
  return outputs.map((value, i) => ({
    ...value,
    mask: i < maskedOutputs(layer) ? mask : undefined,
  }))
}

/** Parameters of MultiHeadAttention that take tensors with masks of their own. */
const attended = ['query', 'value', 'key'] as const

/**
 * Mask arguments that Keras fills in for an attention layer: each tensor's own mask under its name, or a list of them
 * beside a list of tensors.
 */
export function impliedMasks(layer: Layer, operands: readonly Operands[]): Operands[] {
  const given = new Set(operands.map(({ name }) => name))
  if (layer.kind === 'multiHeadAttention') {
    return attended.flatMap((name, i) => {
      const own = operands.find((operand) => operand.name === name)
      const positional = operands[i]?.name === '' ? operands[i] : undefined
      const mask = (own ?? positional)?.tensors[0]?.mask
      if (!mask || given.has(`${name}_mask`)) return []
      return [{ name: `${name}_mask`, tensors: [mask], number: undefined }]
    })
  }
  if (layer.kind !== 'attention' || given.has('mask')) return []
  const masks = operands[0]?.tensors.map(({ mask }) => mask) ?? []
  const tensors = masks.filter((mask) => mask !== undefined)
  if (tensors.length === 0) return []
  const items = masks.map((mask): GraphValue =>
    mask ? { kind: 'ref', ref: { call: 0, output: 0 } } : { kind: 'none', none: true },
  )
  return [{ name: 'mask', tensors, number: undefined, value: { kind: 'list', list: { items } } }]
}

/** States have no mask. */
function maskedOutputs(layer: Layer): number {
  if (
    layer.kind === 'recurrent' ||
    layer.kind === 'convRecurrent' ||
    layer.kind === 'multiHeadAttention'
  )
    return 1
  return Infinity
}

function maskOf(context: LowerContext, layer: Layer, call: CallArguments): Value | undefined {
  const [first] = call.previousMasks
  switch (layer.kind) {
    case 'identity':
      return layer.identity.supportsMasking ? first : undefined
    case 'merge':
      return eitherMask(context, layer, call)
    case 'concatenate':
      return concatenatedMask(context, layer, call, layer.concatenate.axis)
    case 'recurrent':
      return layer.recurrent.scan?.returnSequences ? first : undefined
    case 'convRecurrent':
      return layer.convRecurrent.scan?.returnSequences ? first : undefined
    case 'activation':
      // Without a policy it is a function node, which passes no mask on.
      return layer.computeDtype === undefined ? undefined : first
    default:
      return layer.kind !== undefined && passing.has(layer.kind) ? first : undefined
  }
}

/** Merge layers: a step counts when it does in any input; without a mask on each there is none. */
function eitherMask(
  context: LowerContext,
  layer: Layer,
  { tensors, previousMasks: masks }: CallArguments,
) {
  const given = masks.filter((mask) => mask !== undefined)
  if (given.length === 0 || given.length !== tensors.length) return undefined
  return given
    .map((mask) => cast(context, mask, 'bool'))
    .reduce((a, b) => binary(context, layer, 'int_maximum', a, b))
}

/** Concatenate: masks are joined like the inputs, with an input that has none counting in full. */
function concatenatedMask(
  context: LowerContext,
  layer: Layer,
  { tensors, previousMasks: masks }: CallArguments,
  axis: number,
): Value | undefined {
  if (masks.every((mask) => mask === undefined)) return undefined
  const rank = tensors[0]?.shape.length ?? 0
  const at = axis < 0 ? axis + rank : axis
  const parts = tensors.map(({ shape }, i) => {
    const mask = masks[i]
    if (!mask) return filled(context, shape.slice(0, -1), 'bool', 1)
    const bool = cast(context, mask, 'bool')
    if (mask.shape.length === rank) return rowTest(context, bool, 'any_set')
    if (mask.shape.join() !== shape.slice(0, -1).join())
      throw unsupported(layer, 'a mask of this shape', `(${mask.shape.join(', ')})`)
    return bool
  })
  if (at !== rank - 1) return concatenate(context, layer, parts, at)
  return parts.reduce((a, b) => binary(context, layer, 'int_maximum', a, b))
}
