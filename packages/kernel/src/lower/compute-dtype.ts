import type { Layer } from '@dotplus/core'

import { bytesOf, isFloating, isElementType } from '../dtype/element-type.ts'
import { cast } from './cast.ts'
import type { CallArguments, ElementType, LowerContext, Lowering, Value } from './context.ts'
import { withTensors } from './call.ts'
import { joinWords, splitWords } from './word-pairs.ts'

/** The dtype in which a layer computes: that of its policy; without one, that of the first floating input. */
export function computeDtypeOf(layer: Layer, call?: CallArguments): ElementType {
  if (isElementType(layer.computeDtype)) return layer.computeDtype
  return call?.tensors.find(({ dtype }) => isFloating(dtype))?.dtype ?? 'float32'
}

/**
 * Lowers a layer in the dtype of its policy: floating inputs are cast to it. A layer that meets weights gets everything
 * as float32 and, where it computes in half precision, has its results rounded; one for any dtype gets integers as they
 * are; one that only moves elements gives what it takes.
 */
export function lowerInDtype(
  context: LowerContext,
  lowering: Lowering<unknown>,
  layer: Layer,
  call: CallArguments,
  lower: (call: CallArguments) => Value[],
): Value[] {
  const dtype = computeDtypeOf(layer, call)
  const isPlain = call.tensors.every((value) => value.dtype === 'float32')
  if (dtype === 'float32' && isPlain) return lower(call)
  const casts = isFloating(dtype) && !lowering.keepsInputs
  const own = casts
    ? withTensors(call, (value) => (isFloating(value.dtype) ? cast(context, value, dtype) : value))
    : call
  if (lowering.moves) return lowerMoving(context, own, lower)
  const computed = isFloating(dtype) ? dtype : 'float32'
  const settled = (value: Value): Value =>
    value.dtype === 'float32' ? cast(context, value, computed) : value
  if (lowering.setsDtype) return lower(own)
  if (lowering.anyDtype) return lower(own).map(settled)
  const floats = withTensors(own, (value) => {
    const isKept = value.dtype === 'string' || (lowering.keepsInputs && isFloating(value.dtype))
    const given = isKept ? value : cast(context, value, computed)
    return computed === 'float64' ? given : cast(context, given, 'float32')
  })
  return lower(floats).map(settled)
}

/** Moves elements as 32-bit words: those of 8 bytes half by half. */
function lowerMoving(
  context: LowerContext,
  call: CallArguments,
  lower: (call: CallArguments) => Value[],
): Value[] {
  const dtype = call.tensors[0]?.dtype ?? 'float32'
  if (bytesOf(dtype) === 4) {
    return lower(withTensors(call, (value) => ({ ...value, dtype: 'float32' }))).map((value) =>
      value.dtype === 'float32' ? { ...value, dtype } : value,
    )
  }
  const [low, high] = ([0, 1] as const).map((half) =>
    lower(withTensors(call, (value) => splitWords(context, value)[half])),
  ) as [Value[], Value[]]
  return low.map((value, i) => joinWords(context, value, high[i] as Value, dtype))
}
