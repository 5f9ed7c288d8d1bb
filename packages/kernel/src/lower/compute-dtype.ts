import type { Layer } from '@dotplus/core'

import { bytesOf, isElementType, isFloating, isInteger, storageOf } from '../dtype/element-type.ts'
import { activation, writeActivation } from '../program.ts'
import { cast } from './cast.ts'
import type { CallArguments, ElementType, LowerContext, Lowering, Value } from './context.ts'
import { binaryConstant } from './merge.ts'
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
  const first = call.tensors[0]?.dtype ?? 'float32'
  const integral = lowering.keepsIntegers && isInteger(first) ? first : undefined
  return lower(floats).map((value) =>
    integral ? nearestInteger(context, value, integral) : settled(value),
  )
}

/** Ranges of the integers that are narrower than their storage. */
const ranges: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
}

/** Float32 x as the nearest integers of a dtype, halves to even; what lies outside its range becomes its end. */
function nearestInteger(context: LowerContext, x: Value, dtype: ElementType): Value {
  const width = x.shape.at(-1) ?? 1
  const rounded = context.rowMap('round', x, width, (program, index, map) =>
    writeActivation(program, index, { ...map, activation: activation('round') }),
  )
  const range = ranges[dtype]
  const [low, high] = range ?? []
  const raised =
    low === undefined ? rounded : binaryConstant(context, 'maximum', rounded, Float32Array.of(low))
  const kept =
    high === undefined ? raised : binaryConstant(context, 'minimum', raised, Float32Array.of(high))
  // Narrow integers lie in memory as 32 bits.
  return storageOf(dtype) === 'i32'
    ? { ...cast(context, kept, 'int32'), dtype }
    : cast(context, kept, dtype)
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
