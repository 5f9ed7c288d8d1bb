import type { Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import type { ElementType, LowerContext, Value } from '../../lower/context.ts'
import { type Float64Function, isWide } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { reduce, resolveAxes } from '../../lower/reduce.ts'
import { foldLines, linesOf, reducedShape, reduceLines } from '../lines.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { dtypeArgument, floatOf, isSingle, meet, single, termOf } from '../terms.ts'
import { meeting } from './arithmetic.ts'
import { logSumExp } from './elementwise.ts'
import { general, type GeneralOps } from './general.ts'

export const axesOf = (given: OpArguments, x: Value, layer: Layer, name = 'axis'): number[] =>
  resolveAxes(given.integers(name), x.shape.length, layer)

/** The dtype in which sums and products are taken. */
function summed(dtype: ElementType): ElementType {
  if (dtype === 'bool' || dtype === 'int8' || dtype === 'int16') return 'int32'
  return dtype === 'uint8' || dtype === 'uint16' ? 'uint32' : dtype
}

/** Σ in float64 with the error of each addition kept (Neumaier). */
export function preciseSum(numbers: Numbers | readonly number[]): number {
  let [sum, rest] = [0, 0]
  for (const x of numbers) {
    const t = sum + x
    rest += Math.abs(sum) >= Math.abs(x) ? sum - t + x : x - t + sum
    sum = t
  }
  return Number.isFinite(rest) ? sum + rest : sum
}

const meanOf = (line: Numbers): number => preciseSum(line) / line.length

function varianceOf(line: Numbers): number {
  const mean = meanOf(line)
  return preciseSum(Array.from(line, (x) => (x - mean) * (x - mean))) / line.length
}

/** Sums and products of any dtype. */
function total(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  kind: 'sum' | 'prod',
): Value {
  const own = given.tensor('x')
  const x = cast(context, own, dtypeArgument(given, layer) ?? summed(own.dtype))
  const axes = axesOf(given, x, layer)
  const keepdims = given.flag('keepdims')
  if (isSingle(x.dtype)) {
    const y = reduce(context, layer, kind, single(context, x), axes, keepdims)
    return cast(context, y, x.dtype)
  }
  if (x.dtype === 'float64' && kind === 'sum')
    return reduceLines(context, layer, kind, x, axes, keepdims, x.dtype, preciseSum)
  const [zero, one] = isWide(x.dtype) ? [0n, 1n] : [0, 1]
  const f = (a: number, b: number): number =>
    kind === 'sum' ? a + b : x.dtype === 'float64' || isWide(x.dtype) ? a * b : Math.imul(a, b)
  const first = (kind === 'sum' ? zero : one) as number
  return foldLines<number>(context, layer, kind, x, axes, keepdims, first, f)
}

/** Reductions that give floats. */
const floating = (
  name: string,
  f: (line: Numbers, float64: Float64Function) => number,
  native?: 'mean' | 'var' | 'std',
): GeneralOps => ({
  [name]: general('x', 'axis keepdims', (context, layer, given) => {
    const own = given.tensor('x')
    const x = cast(context, own, floatOf(own))
    const axes = axesOf(given, x, layer)
    const keepdims = given.flag('keepdims')
    if (native && isSingle(x.dtype)) {
      const y = reduce(context, layer, native, single(context, x), axes, keepdims)
      return cast(context, y, x.dtype)
    }
    return reduceLines(context, layer, name, x, axes, keepdims, x.dtype, f)
  }),
})

const above = (a: number, b: number): number => (a !== a ? a : b !== b ? b : b > a ? b : a)
const below = (a: number, b: number): number => (a !== a ? a : b !== b ? b : b < a ? b : a)

const extreme = (name: string, f: (a: number, b: number) => number): GeneralOps => ({
  [name]: general('x', 'axis keepdims initial', (context, layer, given) => {
    const x = given.tensor('x')
    const axes = axesOf(given, x, layer)
    const y = foldLines<number>(context, layer, name, x, axes, given.flag('keepdims'), undefined, f)
    if (!given.value('initial')) return y
    const operation = name.endsWith('max') ? 'maximum' : 'minimum'
    return meeting(context, layer, operation, [y, termOf(context, given, 'initial')], x.dtype)
  }),
})

const testing = (name: 'any' | 'all'): GeneralOps => ({
  [name]: general('x', 'axis keepdims', (context, layer, given) => {
    const x = cast(context, given.tensor('x'), 'bool')
    const f = (line: Numbers): number =>
      Number(name === 'any' ? line.some((e) => e !== 0) : line.every((e) => e !== 0))
    const axes = axesOf(given, x, layer)
    return reduceLines(context, layer, name, x, axes, given.flag('keepdims'), 'bool', f)
  }),
})

/** Index of the first of the largest or smallest; NaN counts as one of them, −0 as less than 0. */
function bestIndex(line: ArrayLike<number>, largest: boolean): number {
  let best = 0
  for (let i = 0; i < line.length; i++) {
    const [a, b] = [line[i]!, line[best]!]
    if (b !== b) return best
    const zeros = a === 0 && b === 0 && Object.is(a, -0) !== Object.is(b, -0)
    const better = zeros ? Object.is(b, -0) === largest : largest ? a > b : a < b
    if (a !== a || better) best = i
  }
  return best
}

const indexed = (name: string, largest: boolean, ignoring?: number): GeneralOps => ({
  [name]: general('x', 'axis keepdims', (context, layer, given) => {
    const x = given.tensor('x')
    const axes = axesOf(given, x, layer)
    const f = (line: Numbers): number => {
      if (ignoring === undefined) return bestIndex(line, largest)
      if (line.every((e) => e !== e)) return -1
      return bestIndex(
        Array.from(line, (e) => (e === e ? e : ignoring)),
        largest,
      )
    }
    return reduceLines(context, layer, name, x, axes, given.flag('keepdims'), 'int32', f)
  }),
})

const present = (line: Numbers): number[] => Array.from(line).filter((e) => e === e)

/** Reductions that leave NaN out. */
const ignoring = (
  name: string,
  f: (numbers: readonly number[]) => number,
  dtypeOf: (x: Value) => ElementType,
): GeneralOps => ({
  [name]: general('x', 'axis keepdims', (context, layer, given) => {
    const own = given.tensor('x')
    const x = cast(context, own, dtypeOf(own))
    const axes = axesOf(given, x, layer)
    const keepdims = given.flag('keepdims')
    return reduceLines(context, layer, name, x, axes, keepdims, x.dtype, (line) => f(present(line)))
  }),
})

const preciseMean = (numbers: readonly number[]): number => preciseSum(numbers) / numbers.length

function preciseVariance(numbers: readonly number[]): number {
  const mean = preciseMean(numbers)
  return preciseMean(numbers.map((x) => (x - mean) * (x - mean)))
}

export const reductions: GeneralOps = {
  sum: general('x', 'axis keepdims', (c, l, g) => total(c, l, g, 'sum')),
  prod: general('x', 'axis keepdims dtype', (c, l, g) => total(c, l, g, 'prod')),
  ...floating('mean', meanOf, 'mean'),
  ...floating('var', varianceOf, 'var'),
  ...floating('std', (line) => Math.sqrt(varianceOf(line)), 'std'),
  ...floating('logsumexp', (line, f) => logSumExp(Array.from(line), f)),
  ...extreme('max', above),
  ...extreme('amax', above),
  ...extreme('min', below),
  ...extreme('amin', below),
  ptp: general('x', 'axis keepdims', (context, layer, given) => {
    const x = given.tensor('x')
    const axes = axesOf(given, x, layer)
    const keepdims = given.flag('keepdims')
    const f = (line: Numbers): number => line.reduce(above) - line.reduce(below)
    return reduceLines(context, layer, 'ptp', x, axes, keepdims, x.dtype, f)
  }),
  ...testing('any'),
  ...testing('all'),
  count_nonzero: general('x', 'axis', (context, layer, given) => {
    const x = cast(context, given.tensor('x'), 'bool')
    const count = (line: Numbers): number => line.reduce((sum, e) => sum + e, 0)
    return reduceLines(
      context,
      layer,
      'count_nonzero',
      x,
      axesOf(given, x, layer),
      false,
      'int32',
      count,
    )
  }),
  ...indexed('argmax', true),
  ...indexed('argmin', false),
  ...indexed('nanargmax', true, -Infinity),
  ...indexed('nanargmin', false, Infinity),
  ...ignoring('nansum', preciseSum, (x) => summed(x.dtype)),
  ...ignoring(
    'nanprod',
    (n) => n.reduce((a, b) => a * b, 1),
    (x) => summed(x.dtype),
  ),
  ...ignoring(
    'nanmax',
    (n) => (n.length ? n.reduce(above) : Number.NaN),
    (x) => x.dtype,
  ),
  ...ignoring(
    'nanmin',
    (n) => (n.length ? n.reduce(below) : Number.NaN),
    (x) => x.dtype,
  ),
  ...ignoring('nanmean', preciseMean, floatOf),
  ...ignoring('nanvar', preciseVariance, floatOf),
  ...ignoring('nanstd', (n) => Math.sqrt(preciseVariance(n)), floatOf),
  average: general('x weights', 'axis', (context, layer, given) => {
    const own = given.tensor('x')
    const weights = given.optionalTensor('weights')
    const dtype = meet(layer, weights ? [own, weights] : [own], 'float')
    const x = cast(context, own, dtype)
    const axes = axesOf(given, x, layer)
    if (!weights) return reduceLines(context, layer, 'mean', x, axes, false, dtype, meanOf)
    const { lines, length } = linesOf(context, layer, x, axes)
    const w = cast(context, weights, dtype)
    const same = w.shape.length === x.shape.length
    const own2 = same ? linesOf(context, layer, w, axes).lines : w
    const shape = reducedShape(x.shape, axes, false)
    return numericOp(context, 'average', [lines, own2], [{ shape, dtype }], ([a, b], [y]) => {
      for (let i = 0; i < y!.length; i++) {
        const weight = (k: number): number => b![same ? i * length + k : k]!
        const terms = Array.from({ length }, (_, k) => a![i * length + k]! * weight(k))
        const all = preciseSum(Array.from({ length }, (_, k) => weight(k)))
        y![i] = preciseSum(terms) / all
      }
    })
  }),
  'nn.moments': general('x', 'axes keepdims synchronized', (context, layer, given) => {
    const own = given.tensor('x')
    const x = cast(context, own, floatOf(own))
    const axes = axesOf(given, x, layer, 'axes')
    const keepdims = given.flag('keepdims')
    return [meanOf, varianceOf].map((f) =>
      reduceLines(context, layer, 'moments', x, axes, keepdims, x.dtype, f),
    )
  }),
}
