import type { Layer } from '@dotplus/core'
import type { ReductionName } from '../../records.ts'
import { unsupported, type LowerContext, type Value } from '../context.ts'
import { normalizeOver, unitNormalization } from '../layer-normalization.ts'
import { reduce, resolveAxes } from '../reduce.ts'
import type { OpArguments, OpDefinition } from './arguments.ts'
import { combine, map } from './elementwise.ts'

function axesOf(given: OpArguments, name: string, x: Value, layer: Layer): number[] {
  return resolveAxes(given.integers(name), x.shape.length, layer)
}

const reduction = (name: ReductionName): OpDefinition => ({
  parameters: ['x'],
  settings: ['axis', 'keepdims', 'initial'],
  lower(context, layer, given) {
    if (given.value('initial')) throw unsupported(layer, 'setting', 'initial')
    const x = given.tensor('x')
    return [
      reduce(context, layer, name, x, axesOf(given, 'axis', x, layer), given.flag('keepdims')),
    ]
  },
})

const largestFloat = Math.fround(3.4e38)

/** log Σ exp(x), kept finite by the maximum. */
function logSumExp(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axes: readonly number[],
  keepdims: boolean,
): Value {
  const top = reduce(context, layer, 'max', x, axes, true)
  const limited = combine(context, layer, 'maximum', top, -largestFloat)
  const max = combine(context, layer, 'minimum', limited, largestFloat)
  const terms = map(context, 'exp', combine(context, layer, 'subtract', x, max))
  const sum = reduce(context, layer, 'sum', terms, axes, true)
  const y = combine(context, layer, 'add', map(context, 'log', sum), max)
  if (keepdims) return y
  return context.view(
    y,
    y.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

const epsilon = 1e-7

export const reductionOps: Readonly<Record<string, OpDefinition>> = {
  sum: reduction('sum'),
  mean: reduction('mean'),
  prod: reduction('prod'),
  max: reduction('max'),
  amax: reduction('max'),
  min: reduction('min'),
  amin: reduction('min'),
  var: reduction('var'),
  std: reduction('std'),
  logsumexp: {
    parameters: ['x'],
    settings: ['axis', 'keepdims'],
    lower(context, layer, given) {
      const x = given.tensor('x')
      return [logSumExp(context, layer, x, axesOf(given, 'axis', x, layer), given.flag('keepdims'))]
    },
  },
  average: {
    parameters: ['x', 'weights'],
    settings: ['axis'],
    lower(context, layer, given) {
      if (given.value('weights')) throw unsupported(layer, 'argument', 'weights')
      const x = given.tensor('x')
      return [reduce(context, layer, 'mean', x, axesOf(given, 'axis', x, layer), false)]
    },
  },
  'nn.moments': {
    parameters: ['x'],
    settings: ['axes', 'keepdims', 'synchronized'],
    lower(context, layer, given) {
      if (given.flag('synchronized')) throw unsupported(layer, 'setting', 'synchronized')
      const x = given.tensor('x')
      const axes = axesOf(given, 'axes', x, layer)
      const keepdims = given.flag('keepdims')
      return [
        reduce(context, layer, 'mean', x, axes, keepdims),
        reduce(context, layer, 'var', x, axes, keepdims),
      ]
    },
  },
  'linalg.norm': {
    parameters: ['x'],
    settings: ['ord', 'axis', 'keepdims'],
    lower(context, layer, given) {
      const x = given.tensor('x')
      const axes = axesOf(given, 'axis', x, layer)
      const ord = given.value('ord')
      const whole = ord?.kind === 'integer' ? ord.integer : ord?.kind === 'number' ? ord.number : 0
      const plain = ord === undefined || (ord.kind === 'text' && ord.text === 'fro')
      const euclidean = plain || (whole === 2 && axes.length === 1)
      if (!euclidean && !(whole === 1 && axes.length === 1))
        throw unsupported(layer, 'setting ord', ord.kind === 'text' ? ord.text : `${whole}`)
      const name = euclidean ? 'root_of_squares' : 'sum_of_magnitudes'
      return [reduce(context, layer, name, x, axes, given.flag('keepdims'))]
    },
  },
  'nn.normalize': {
    parameters: ['x'],
    settings: ['axis', 'order', 'epsilon'],
    lower(context, layer, given) {
      const x = given.tensor('x')
      if (given.number('order', 2) !== 2) throw unsupported(layer, 'setting', 'order')
      const axes = given.value('axis') ? axesOf(given, 'axis', x, layer) : [-1]
      const unit = { ...unitNormalization(axes), epsilon: given.number('epsilon', epsilon) }
      return [normalizeOver(context, layer, x, unit)]
    },
  },
}
