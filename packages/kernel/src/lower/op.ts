import { ModelError } from '@dotplus/core'
import { activation, writeActivation, type ActivationName, type BinaryName } from '../program.ts'
import { unsupported, type Lowering, type Operands } from './context.ts'
import { binary, binaryConstant } from './merge.ts'

/** keras.ops of two operands. */
const binaryOps: Readonly<Record<string, BinaryName>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  true_divide: 'divide',
  maximum: 'maximum',
  minimum: 'minimum',
}

/** keras.ops of one operand. */
const unaryOps: Readonly<Record<string, ActivationName>> = {
  negative: 'negative',
  absolute: 'absolute',
  abs: 'absolute',
  sign: 'sign',
  square: 'square',
  sqrt: 'sqrt',
  rsqrt: 'rsqrt',
  reciprocal: 'reciprocal',
  floor: 'floor',
  ceil: 'ceil',
  exp: 'exp',
  expm1: 'expm1',
  log: 'log',
  log1p: 'log1p',
  erf: 'erf',
}

/** Raw function nodes: elementwise ones so far. */
export const opLayer: Lowering<string> = {
  prepare(layer) {
    if (layer.kind !== 'op') throw unsupported(layer, 'layer', layer.className)
    const { name, attributes } = layer.op
    if (!Object.hasOwn(binaryOps, name) && !Object.hasOwn(unaryOps, name)) {
      throw unsupported(layer, 'the function keras.ops', name)
    }
    const [setting] = attributes
    if (setting) throw unsupported(layer, `a setting of ${name}`, setting.name)
    return name
  },
  lower(context, name, call, layer) {
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
    const [a, b] = call.operands as [Operands, Operands?]
    const [x] = a.tensors
    if (count === 1) {
      if (!x)
        throw new ModelError(`argument of ${name}`, {
          layer: layer.name,
          expected: 'a tensor',
          got: 'a number',
        })
      const elementwise = activation(unaryOps[name] as ActivationName)
      return [
        context.rowMap(name, x, x.shape.at(-1) ?? 1, (program, index, map) =>
          writeActivation(program, index, { ...map, activation: elementwise }),
        ),
      ]
    }
    const operation = binaryOps[name] as BinaryName
    const y = b?.tensors[0]
    if (x && y) {
      // NumPy aligns shapes at their last axis.
      const rank = Math.max(x.shape.length, y.shape.length)
      const [left, right] = [x, y].map((value) =>
        context.view(value, [...Array<number>(rank - value.shape.length).fill(1), ...value.shape]),
      )
      return [binary(context, layer, operation, left as typeof x, right as typeof x)]
    }
    if (x) return [binaryConstant(context, operation, x, Float32Array.of(b?.number as number))]
    if (y) return [binaryConstant(context, operation, y, Float32Array.of(a.number as number), true)]
    throw new ModelError(`arguments of ${name}`, {
      layer: layer.name,
      expected: 'a tensor among them',
      got: 'numbers only',
    })
  },
}
