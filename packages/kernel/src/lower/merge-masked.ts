import type { Layer } from '@dotplus/core'

import type { BinaryName } from '../records.ts'
import { cast } from './cast.ts'
import type { CallArguments, LowerContext, Value } from './context.ts'
import { checkMask, select } from './masking.ts'
import { binary } from './merge.ts'

/**
 * Multiply, Maximum and Minimum of inputs with masks. A product takes masked steps as 1 and is 0 where all inputs are
 * masked; the others take the operand that is not masked.
 */
export function mergeUnmasked(
  context: LowerContext,
  layer: Layer,
  name: BinaryName,
  tensors: readonly Value[],
  call: CallArguments,
): Value {
  const masks = tensors.map((x, i) => {
    const mask = call.previousMasks[i]
    if (mask) checkMask(layer, mask, x.shape.slice(0, -1))
    return mask && cast(context, mask, 'bool')
  })
  const [first, ...others] = tensors as [Value, ...Value[]]
  if (name !== 'multiply') {
    let output = first
    let seen = masks[0]
    for (const [i, other] of others.entries()) {
      const mask = masks[i + 1]
      const x = mask ? select(context, other, mask, output) : other
      if (seen) output = select(context, output, seen, x)
      output = binary(context, layer, name, output, x)
      seen = seen && mask && binary(context, layer, 'int_maximum', seen, mask)
    }
    return output
  }
  const product = tensors
    .map((x, i) => (masks[i] ? select(context, x, masks[i], 1) : x))
    .reduce((a, b) => binary(context, layer, name, a, b))
  const given = masks.filter((mask) => mask !== undefined)
  if (given.length !== tensors.length) return product
  const seen = given.reduce((a, b) => binary(context, layer, 'int_maximum', a, b))
  return select(context, product, seen, 0)
}
