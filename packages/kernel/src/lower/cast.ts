import * as L from '../wasm/layout.ts'
import { writeActivation } from '../program.ts'
import { storageOf } from '../dtype/element-type.ts'
import type { ElementType, LowerContext, Value } from './context.ts'

/** Codes of what WebAssembly converts, by what is converted to what. */
function conversion(x: ElementType, dtype: ElementType): number | undefined {
  const from = storageOf(x)
  if (from === 'f32') {
    if (dtype === 'int32') return L.FLOAT_TO_INT
    if (dtype === 'bool') return L.FLOAT_TO_BOOL
    if (dtype === 'float32') return L.LINEAR
    if (dtype === 'float16') return L.ROUND_FLOAT16
    if (dtype === 'bfloat16') return L.ROUND_BFLOAT16
  }
  if (from === 'i32') {
    if (dtype === 'float32') return L.INT_TO_FLOAT
    if (dtype === 'int32') return L.LINEAR
    if (dtype === 'bool') return L.INT_TO_BOOL
  }
  return undefined
}

/** x in another dtype, as keras.ops.cast converts it. */
export function cast(context: LowerContext, x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x
  const code = conversion(x.dtype, dtype)
  if (code === L.LINEAR) return { ...x, dtype }
  if (code !== undefined) return convert(context, 'cast', x, code, dtype)
  const half = dtype === 'float16' || dtype === 'bfloat16'
  if (half && storageOf(x.dtype) === 'i32') return cast(context, cast(context, x, 'float32'), dtype)
  return { ...context.host.cast(context, x, dtype), mask: x.mask }
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
  parameters: readonly number[] = [],
): Value {
  return {
    ...context.rowMap(
      kind,
      x,
      x.shape.at(-1) ?? 1,
      (program, index, map) =>
        writeActivation(program, index, { ...map, activation: { code, parameters } }),
      dtype,
    ),
    mask: x.mask,
  }
}

/** x to the nearest float8 e4m3 in steps of this size; what is beyond its range becomes its largest number. */
export function roundFloat8(context: LowerContext, x: Value, step: number): Value {
  return convert(context, 'round_float8', x, L.ROUND_FLOAT8, 'float32', [step])
}
