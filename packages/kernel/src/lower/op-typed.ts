import { ModelError, type Layer, type Value as GraphValue } from '@dotplus/core'

import type { ActivationName, BinaryName } from '../program.ts'
import { cast } from './cast.ts'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Lowering,
  type Operands,
  type Value,
} from './context.ts'
import { binary, binaryConstant } from './merge.ts'
import { structuralOps } from './op-structure.ts'
import { map, unaryNames } from './ops/elementwise.ts'

/** keras.ops of two operands; `swapped` ones take them in reverse. */
const binaryOps: Readonly<Record<string, { name: BinaryName; swapped?: boolean }>> = {
  add: { name: 'add' },
  subtract: { name: 'subtract' },
  multiply: { name: 'multiply' },
  divide: { name: 'divide' },
  true_divide: { name: 'divide' },
  maximum: { name: 'maximum' },
  minimum: { name: 'minimum' },
  equal: { name: 'equal' },
  not_equal: { name: 'not_equal' },
  less: { name: 'less' },
  less_equal: { name: 'less_equal' },
  greater: { name: 'less', swapped: true },
  greater_equal: { name: 'less_equal', swapped: true },
}

/** Functions that give integers for integers: computed as float32 they could lose the last digits. */
const integral: ReadonlySet<string> = new Set(['negative', 'absolute', 'abs', 'sign', 'square'])

interface PreparedOp {
  readonly name: string
  readonly settings: ReadonlyMap<string, GraphValue>
}

/** Function nodes that take and give tensors of any dtype: elementwise ones, comparisons, logic, and those that make masks. */
export const typedOps: Lowering<PreparedOp> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'op') throw unsupported(layer, 'layer', layer.className)
    const { name, attributes } = layer.op
    const structural = Object.hasOwn(structuralOps, name) ? structuralOps[name] : undefined
    if (!structural && !Object.hasOwn(binaryOps, name) && !Object.hasOwn(unaryNames, name)) {
      throw unsupported(layer, 'the function keras.ops', name)
    }
    const settings = new Map<string, GraphValue>()
    for (const { name: setting, value } of attributes) {
      if (!structural?.settings.includes(setting))
        throw unsupported(layer, `a setting of ${name}`, setting)
      if (value) settings.set(setting, value)
    }
    return { name, settings }
  },
  lower(context, { name, settings }, call, layer) {
    const structural = Object.hasOwn(structuralOps, name) ? structuralOps[name] : undefined
    if (structural) return [structural.lower(context, settings, call, layer)]
    const count = Object.hasOwn(binaryOps, name) ? 2 : 1
    if (
      call.operands.length !== count ||
      call.operands.some(({ tensors, number }) => tensors.length !== (number === undefined ? 1 : 0))
    ) {
      throw new ModelError(`arguments of ${name}`, {
        layer: layer.name,
        expected: `${count} tensors or numbers`,
        got: `${call.operands.length}`,
      })
    }
    return [count === 1 ? unary(context, name, call, layer) : pair(context, name, call, layer)]
  },
}

function unary(context: LowerContext, name: string, call: CallArguments, layer: Layer): Value {
  const [x] = call.tensors
  if (!x)
    throw new ModelError(`argument of ${name}`, {
      layer: layer.name,
      expected: 'a tensor',
      got: 'a number',
    })
  if (x.dtype !== 'float32' && integral.has(name)) throw unsupported(layer, `${name} of`, x.dtype)
  return map(context, unaryNames[name] as ActivationName, cast(context, x, 'float32'))
}

function pair(context: LowerContext, name: string, call: CallArguments, layer: Layer): Value {
  const { name: operation, swapped } = binaryOps[name] as (typeof binaryOps)[string]
  const [first, second] = call.operands as readonly [Operands, Operands]
  const [a, b] = swapped ? [second, first] : [first, second]
  const [x] = a.tensors
  const [y] = b.tensors
  if (x && y) {
    // NumPy aligns shapes at their last axis.
    const rank = Math.max(x.shape.length, y.shape.length)
    const [left, right] = [x, y].map((value) =>
      context.view(value, [...Array<number>(rank - value.shape.length).fill(1), ...value.shape]),
    )
    return binary(context, layer, operation, left as Value, right as Value)
  }
  const tensor = x ?? y
  if (!tensor) {
    throw new ModelError(`arguments of ${name}`, {
      layer: layer.name,
      expected: 'a tensor among them',
      got: 'numbers only',
    })
  }
  const constant = x ? b : a
  const whole = constant.value?.kind !== 'number' && operation !== 'divide'
  if (tensor.dtype === 'float32' || !whole) {
    const float = cast(context, tensor, 'float32')
    return binaryConstant(context, operation, float, Float32Array.of(constant.number as number), !x)
  }
  const number = constant.number as number
  if (number !== (number | 0)) throw unsupported(layer, 'an integer beyond 32 bits', `${number}`)
  const words = Uint32Array.of(number)
  const integer = `int_${operation}` as BinaryName
  return binaryConstant(context, integer, cast(context, tensor, 'int32'), words, !x)
}
