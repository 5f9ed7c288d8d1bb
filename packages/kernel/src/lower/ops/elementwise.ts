import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { activation, writeActivation, type ActivationName } from '../../program.ts'
import { writeFill, type BinaryName } from '../../records.ts'
import { LowerContext, type Value } from '../context.ts'
import { binary, binaryConstant } from '../merge.ts'
import { where, withRank } from '../where.ts'
import type { OpDefinition } from './arguments.ts'

const binaryNames: Readonly<Record<string, BinaryName>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  true_divide: 'divide',
  maximum: 'maximum',
  minimum: 'minimum',
  power: 'power',
  floor_divide: 'floor_divide',
  mod: 'modulo',
  remainder: 'modulo',
  fmod: 'remainder',
  arctan2: 'atan2',
  hypot: 'hypot',
  logaddexp: 'logaddexp',
  logaddexp2: 'logaddexp2',
}

/** keras.ops of one operand. */
export const unaryNames: Readonly<Record<string, ActivationName>> = {
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
  tanh: 'tanh',
  trunc: 'trunc',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  sinh: 'sinh',
  cosh: 'cosh',
  arcsinh: 'asinh',
  arccosh: 'acosh',
  arctanh: 'atanh',
  exp2: 'exp2',
  log2: 'log2',
  log10: 'log10',
  cbrt: 'cbrt',
  erfc: 'erfc',
  erfinv: 'erfinv',
  sinc: 'sinc',
  i0: 'i0',
}

/** An elementwise function of x. */
export function map(context: LowerContext, name: ActivationName, x: Value): Value {
  const named = activation(name)
  const elementwise = context.precise?.activation(named, x.shape) ?? named
  return context.rowMap(name, x, x.shape.at(-1) ?? 1, (program, index, rows) =>
    writeActivation(program, index, { ...rows, activation: elementwise }),
  )
}

/** a ∘ b with NumPy's broadcasting; at most one of them is a number. */
export function combine(
  context: LowerContext,
  layer: Layer,
  operation: BinaryName,
  a: Value | number,
  b: Value | number,
): Value {
  if (typeof a !== 'number' && typeof b !== 'number') {
    const rank = Math.max(a.shape.length, b.shape.length)
    return binary(context, layer, operation, withRank(context, a, rank), withRank(context, b, rank))
  }
  if (typeof a !== 'number')
    return binaryConstant(context, operation, a, Float32Array.of(b as number))
  if (typeof b !== 'number') return binaryConstant(context, operation, b, Float32Array.of(a), true)
  throw new ModelError(`arguments of ${operation}`, {
    layer: layer.name,
    expected: 'a tensor among them',
    got: 'numbers only',
  })
}

/** A tensor that holds one number everywhere. */
export function filled(context: LowerContext, shape: readonly number[], value: number): Value {
  const y = context.value(shape)
  const width = elementCount(shape)
  if (width === 0) return y
  const write = context.operand(y, width)
  context.push({
    kind: 'fill',
    rows: 1,
    reads: [],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeFill(program, index, { rows: 1, width, y: place.address(write), value }),
  })
  return y
}

const unary = (lower: (context: LowerContext, x: Value, layer: Layer) => Value): OpDefinition => ({
  parameters: ['x'],
  lower: (context, layer, given) => [lower(context, given.tensor('x'), layer)],
})

export const elementwiseOps: Readonly<Record<string, OpDefinition>> = {
  ...Object.fromEntries(
    Object.entries(unaryNames).map(([name, code]) => [
      name,
      unary((context, x) => map(context, code, x)),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(binaryNames).map(([name, operation]): [string, OpDefinition] => [
      name,
      {
        parameters: ['x1', 'x2'],
        lower: (context, layer, given) => [
          combine(context, layer, operation, given.operand('x1'), given.operand('x2')),
        ],
      },
    ]),
  ),
  round: {
    parameters: ['x'],
    settings: ['decimals'],
    lower(context, layer, given) {
      const factor = Number(`1e${given.number('decimals', 0)}`)
      const x = given.tensor('x')
      if (factor === 1) return [map(context, 'round', x)]
      const rounded = map(context, 'round', combine(context, layer, 'multiply', x, factor))
      return [combine(context, layer, 'divide', rounded, factor)]
    },
  },
  clip: {
    parameters: ['x', 'x_min', 'x_max'],
    lower(context, layer, given) {
      const raised = combine(context, layer, 'maximum', given.tensor('x'), given.operand('x_min'))
      return [combine(context, layer, 'minimum', raised, given.operand('x_max'))]
    },
  },
  where: {
    parameters: ['condition', 'x1', 'x2'],
    lower: (context, layer, given) => [
      where(context, layer, given.tensor('condition'), given.operand('x1'), given.operand('x2')),
    ],
  },
  zeros_like: unary((context, { shape }) => filled(context, shape, 0)),
  ones_like: unary((context, { shape }) => filled(context, shape, 1)),
  full_like: {
    parameters: ['x', 'fill_value'],
    lower: (context, _layer, given) => [
      filled(context, given.tensor('x').shape, given.number('fill_value')),
    ],
  },
}
