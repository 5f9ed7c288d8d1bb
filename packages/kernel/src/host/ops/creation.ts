import { elementCount } from '@dotplus/core'

import { isFloating } from '../../dtype/element-type.ts'
import { resultType } from '../../dtype/result-type.ts'
import { cast } from '../../lower/cast.ts'
import {
  unsupported,
  type ElementType,
  type LowerContext,
  type Value,
} from '../../lower/context.ts'
import { resolveAxis } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { inverse, axesLast } from '../../lower/reduce.ts'
import { transpose } from '../../lower/permute.ts'
import { broadcastTo } from '../../lower/broadcast.ts'
import { withRank } from '../../lower/where.ts'
import { broadcastIndices, broadcastShape } from '../elementwise.ts'
import { power } from '../double.ts'
import { constant, elementOf, numericOp } from '../numeric.ts'
import { dtypeArgument, isScalar, termOf, valueOf, tensorOf, type Term } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

/** A tensor of one number. */
function fill(
  context: LowerContext,
  dtype: ElementType,
  shape: readonly number[],
  value: number,
): Value {
  const elements = Array<number>(elementCount(shape)).fill(elementOf(dtype, value))
  return constant(context, dtype, shape, elements)
}

const like = (name: string, value: number): GeneralOps => ({
  [name]: general('x', 'dtype', (context, layer, given) => {
    const x = given.tensor('x')
    return fill(context, dtypeArgument(given, layer) ?? x.dtype, x.shape, value)
  }),
})

/** The floating dtype in which numbers between two ends are computed. */
function spacingDtype(terms: readonly Term[]): ElementType {
  const dtypes = terms.map((term) =>
    isScalar(term) ? (term.weak === 'bool' ? 'int' : term.weak) : term.dtype,
  )
  return resultType(...dtypes, 'float') ?? 'float32'
}

/** Numbers between two ends, spaced as `at` says for the n-th of them, along an axis of their own. */
const spaced = (
  name: string,
  settings: string,
  at: (
    given: OpArguments,
  ) => (
    a: number,
    b: number,
    part: number,
    f: (code: number, x: number, y: number) => number,
  ) => number,
): GeneralOps => ({
  [name]: general(
    'start stop',
    `start stop num endpoint retstep dtype axis ${settings}`.trim(),
    (context, layer, given) => {
      if (given.flag('retstep')) throw unsupported(layer, 'setting', 'retstep')
      const terms = [termOf(context, given, 'start'), termOf(context, given, 'stop')]
      const dtype = dtypeArgument(given, layer) ?? spacingDtype(terms)
      const own = isFloating(dtype) ? dtype : 'float32'
      const [start, stop] = terms.map((term) => valueOf(context, term, own)) as [Value, Value]
      const count = given.number('num', 50)
      const endpoint = given.value('endpoint') === undefined || given.flag('endpoint')
      const shape = broadcastShape([start.shape, stop.shape], layer)
      const indices = [start, stop].map((value) => broadcastIndices(value.shape, shape))
      const f = at(given)
      const steps = endpoint ? Math.max(count - 1, 1) : count
      const results = [{ shape: [...shape, count], dtype: own }]
      const lines = numericOp(context, name, [start, stop], results, ([a, b], [y], float64) => {
        for (let i = 0; i < elementCount(shape); i++) {
          const [from, to] = [
            a![indices[0] ? indices[0][i]! : i]!,
            b![indices[1] ? indices[1][i]! : i]!,
          ]
          for (let n = 0; n < count; n++)
            y![i * count + n] = n === 0 ? f(from, to, 0, float64) : f(from, to, n / steps, float64)
        }
      })[0] as Value
      const rank = shape.length + 1
      const axis = resolveAxis(given.number('axis', 0), rank, layer)
      const moved = transpose(context, layer, lines, inverse(axesLast([axis], rank)))
      return cast(context, moved, dtype)
    },
  ),
})

const mix = (a: number, b: number, part: number): number => (part === 1 ? b : a + (b - a) * part)

export const creation: GeneralOps = {
  ...like('zeros_like', 0),
  ...like('ones_like', 1),
  ...like('empty_like', 0),
  full_like: general('x fill_value', 'fill_value dtype', (context, layer, given) => {
    const x = given.tensor('x')
    const dtype = dtypeArgument(given, layer) ?? x.dtype
    const value = valueOf(context, termOf(context, given, 'fill_value'), dtype)
    return broadcastTo(context, layer, withRank(context, value, x.shape.length), x.shape)
  }),
  full: general('fill_value', 'shape dtype', (context, layer, given) => {
    const term = termOf(context, given, 'fill_value')
    const own = isScalar(term) ? (term.weak === 'float' ? 'float32' : 'int32') : term.dtype
    const shape = given.integers('shape') ?? []
    const value = valueOf(context, term, dtypeArgument(given, layer) ?? own)
    return broadcastTo(context, layer, withRank(context, value, shape.length), shape)
  }),
  arange: general('start stop step', 'start stop step dtype', (context, layer, given) => {
    const [first, second, third] = ['start', 'stop', 'step'].map((name) => {
      const value = given.value(name)
      if (value === undefined) return undefined
      const term = termOf(context, given, name)
      if (!isScalar(term)) throw unsupported(layer, 'a bound of arange', 'that is a tensor')
      return term
    })
    const start = second ? (first?.number ?? 0) : 0
    const stop = second?.number ?? first?.number ?? 0
    const step = third?.number ?? 1
    const whole = [first, second, third].every(
      (term) => term === undefined || term.weak !== 'float',
    )
    const dtype = dtypeArgument(given, layer) ?? (whole ? 'int32' : 'float32')
    const count = Math.max(Math.ceil((stop - start) / step), 0)
    return constant(
      context,
      dtype,
      [count],
      Array.from({ length: count }, (_, i) => start + i * step),
    )
  }),
  ...spaced('linspace', '', () => mix),
  ...spaced('logspace', 'base', (given) => {
    const base = given.number('base', 10)
    return (a, b, part, f) => power(f, base, mix(a, b, part))
  }),
  ...spaced(
    'geomspace',
    '',
    () => (a, b, part, f) => (part === 0 ? a : part === 1 ? b : a * power(f, b / a, part)),
  ),
  meshgrid: general('x1 x2 x3 x4 x5 x6', 'indexing', (context, layer, given) => {
    const tensors = ['x1', 'x2', 'x3', 'x4', 'x5', 'x6'].flatMap((name) => given.tensors(name))
    const swap = given.text('indexing', 'xy') === 'xy' && tensors.length > 1
    const axisOf = (i: number): number => (swap && i < 2 ? 1 - i : i)
    const shape = tensors.map((_, axis) => elementCount(tensors[axisOf(axis)]!.shape))
    return tensors.map((x, i) => {
      const own = shape.map((size, axis) => (axis === axisOf(i) ? size : 1))
      return broadcastTo(context, layer, context.view(x, own), shape)
    })
  }),
  vander: general('x', 'N increasing', (context, _layer, given) => {
    const x = given.tensor('x')
    const count = given.number('N', x.shape[0])
    const increasing = given.flag('increasing')
    const shape = [x.shape[0] as number, count]
    return numericOp(context, 'vander', [x], [{ shape, dtype: x.dtype }], ([a], [y], f) => {
      for (let i = 0; i < y!.length; i++) {
        const column = i % count
        const exponent = increasing ? column : count - 1 - column
        y![i] = power(f, a![Math.floor(i / count)]!, exponent)
      }
    })
  }),
  size: general('x', '', (context, _layer, given) =>
    constant(context, 'int32', [], [elementCount(given.tensor('x').shape)]),
  ),
  ndim: general('x', '', (context, _layer, given) =>
    constant(context, 'int32', [], [given.tensor('x').shape.length]),
  ),
  // `stacked`: as one tensor, which TensorFlow's function gives.
  shape: general('x', 'stacked', (context, _layer, given) => {
    const { shape } = given.tensor('x')
    if (given.flag('stacked')) return constant(context, 'int32', [shape.length], shape)
    return shape.map((size) => constant(context, 'int32', [], [size]))
  }),
  cast: general('x', 'dtype', (context, layer, given) => {
    const x = given.tensor('x')
    return cast(context, x, dtypeArgument(given, layer) ?? x.dtype)
  }),
  saturate_cast: general('x', 'dtype', (context, layer, given) => {
    const x = given.tensor('x')
    const dtype = dtypeArgument(given, layer) ?? x.dtype
    const range = ranges[dtype]
    if (!range) return cast(context, x, dtype)
    return numericOp(context, 'saturate_cast', [x], [{ shape: x.shape, dtype }], ([a], [y]) => {
      for (let i = 0; i < y!.length; i++)
        y![i] = Math.max(range[0], Math.min(range[1], Math.trunc(a![i]!)))
    })
  }),
  convert_to_tensor: general('x', 'dtype sparse ragged', (context, layer, given) => {
    if (given.flag('sparse') || given.flag('ragged'))
      throw unsupported(layer, 'a tensor that is', 'sparse or ragged')
    const x = tensorOf(context, given, 'x')
    return cast(context, x, dtypeArgument(given, layer) ?? x.dtype)
  }),
  array: general('x', 'dtype', (context, layer, given) => {
    const x = tensorOf(context, given, 'x')
    return cast(context, x, dtypeArgument(given, layer) ?? x.dtype)
  }),
}

const ranges: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
}
