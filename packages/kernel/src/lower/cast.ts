import * as L from '../wasm/layout.ts'
import { writeActivation } from '../program.ts'
import type { CallArguments, ElementType, LowerContext, Value } from './context.ts'

/** Codes by what is converted to what; a bool is an int32 already. */
const conversions: Readonly<Record<ElementType, Readonly<Partial<Record<ElementType, number>>>>> = {
  float32: { int32: L.FLOAT_TO_INT, bool: L.FLOAT_TO_BOOL },
  int32: { float32: L.INT_TO_FLOAT, bool: L.INT_TO_BOOL },
  bool: { float32: L.INT_TO_FLOAT },
}

/** x in another dtype, as keras.ops.cast converts it. */
export function cast(context: LowerContext, x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x
  const code = conversions[x.dtype][dtype]
  if (code === undefined) return { ...x, dtype }
  return convert(context, 'cast', x, code, dtype)
}

/** 1 where x is 0, else 0. */
export function logicalNot(context: LowerContext, x: Value): Value {
  return convert(context, 'logical_not', cast(context, x, 'bool'), L.LOGICAL_NOT, 'bool')
}

function convert(
  context: LowerContext,
  kind: string,
  x: Value,
  code: number,
  dtype: ElementType,
): Value {
  return {
    ...context.rowMap(
      kind,
      x,
      x.shape.at(-1) ?? 1,
      (program, index, map) =>
        writeActivation(program, index, { ...map, activation: { code, parameters: [] } }),
      dtype,
    ),
    mask: x.mask,
  }
}

/** Keras casts what is not floating point where it meets weights. */
export function inFloat(context: LowerContext, call: CallArguments): CallArguments {
  if (call.tensors.every(({ dtype }) => dtype === 'float32')) return call
  const toFloat = (value: Value): Value => cast(context, value, 'float32')
  const operands = call.operands.map((operand) => ({
    ...operand,
    tensors: operand.tensors.map(toFloat),
  }))
  return { ...call, operands, tensors: operands.flatMap(({ tensors }) => tensors) }
}
