import { elementCount, type Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, resolveAxis, unsupported, type Value } from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { power } from '../double.ts'
import { broadcastIndices } from '../elementwise.ts'
import { linesOf, mapLines } from '../lines.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { floatOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { preciseSum } from './reduction.ts'

/** Shape of a weight along some axes, with 1 elsewhere, so that it broadcasts. */
function weightAlong(
  context: LowerContext,
  weight: Value,
  x: Value,
  axes: readonly number[],
): Value {
  if (weight.shape.length !== axes.length) return weight
  return context.view(
    weight,
    x.shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
  )
}

/** (x − mean) / √(variance + ε) over axes, or x over its root mean square, with weights along these axes. */
function normalized(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  weightNames: readonly [scale: string, shift?: string],
  centred: boolean,
): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axes = resolveAxes(given.integers('axis') ?? [-1], x.shape.length, layer)
  const epsilon = given.number('epsilon', 1e-7)
  const { lines, rest, length } = linesOf(context, layer, x, axes)
  const order = [...[...x.shape.keys()].filter((axis) => !axes.includes(axis)), ...axes]
  const weights = weightNames.map((name) => {
    const weight = name === undefined ? undefined : given.optionalTensor(name)
    if (!weight) return undefined
    const own2 = weightAlong(context, cast(context, weight, x.dtype), x, axes)
    const full =
      own2.shape.length === x.shape.length
        ? own2.shape
        : [...Array<number>(x.shape.length - own2.shape.length).fill(1), ...own2.shape]
    const view = transpose(context, layer, context.view(own2, full), order)
    return {
      value: view,
      indices: broadcastIndices(
        view.shape,
        order.map((axis) => x.shape[axis] as number),
      ),
    }
  })
  const [scale, shift] = weights
  const inputs = [lines, ...(scale ? [scale.value] : []), ...(shift ? [shift.value] : [])]
  const results = [{ shape: [elementCount(rest), length], dtype: x.dtype }]
  const y = numericOp(context, 'normalize', inputs, results, (from, [to]) => {
    const [a] = from as [Numbers]
    const s = scale ? from[1] : undefined
    const t = shift ? from[scale ? 2 : 1] : undefined
    for (let row = 0; row * length < a.length; row++) {
      const line = a.subarray(row * length, (row + 1) * length)
      const mean = centred ? preciseSum(line) / length : 0
      const power = preciseSum(Array.from(line, (e) => (e - mean) * (e - mean))) / length
      const root = Math.sqrt(power + epsilon)
      for (let i = 0; i < length; i++) {
        const at = row * length + i
        const unit = (line[i]! - mean) / root
        const scaled = s ? unit * s[scale?.indices?.[at] ?? at]! : unit
        to![at] = t ? scaled + t[shift?.indices?.[at] ?? at]! : scaled
      }
    }
  })[0] as Value
  const back = order.map((_, i) => order.indexOf(i))
  return transpose(
    context,
    layer,
    context.view(
      y,
      order.map((axis) => x.shape[axis] as number),
    ),
    back,
  )
}

function batchNormalization(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axis = resolveAxis(given.number('axis'), x.shape.length, layer)
  const epsilon = given.number('epsilon', 1e-3)
  const [mean, variance, offset, scale] = ['mean', 'variance', 'offset', 'scale'].map((name) => {
    const weight = given.optionalTensor(name)
    return weight && cast(context, weight, 'float64')
  })
  const inputs = [x, mean, variance, offset, scale].filter((value) => value !== undefined)
  const size = x.shape[axis] as number
  const inner = elementCount(x.shape.slice(axis + 1))
  const results = [{ shape: x.shape, dtype: x.dtype }]
  return numericOp(context, 'batch_normalization', inputs, results, (from, [y]) => {
    const [a, m, v] = from as [Numbers, Numbers, Numbers]
    const o = offset ? from[3] : undefined
    const s = scale ? from[offset ? 4 : 3] : undefined
    for (let i = 0; i < a.length; i++) {
      const c = Math.floor(i / inner) % size
      const factor = (s ? s[c]! : 1) / Math.sqrt(v[c]! + epsilon)
      y![i] = (a[i]! - m[c]!) * factor + (o ? o[c]! : 0)
    }
  })[0] as Value
}

/** x over its norm along axes, the norm kept above ε. */
function normalize(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axes = resolveAxes(given.integers('axis') ?? [-1], x.shape.length, layer)
  if (axes.length !== 1) throw unsupported(layer, 'axes', axes.join(', '))
  const order = given.number('order', 2)
  const epsilon = given.number('epsilon', 1e-7)
  const [axis = 0] = axes
  const length = x.shape[axis] as number
  return mapLines(
    context,
    layer,
    'normalize',
    x,
    axis,
    [{ length, dtype: x.dtype }],
    (line, [y], f) => {
      // For order 2 Keras keeps the square above ε², for others the norm above ε.
      const norm =
        order === 2
          ? Math.sqrt(Math.max(preciseSum(Array.from(line, (e) => e * e)), epsilon * epsilon))
          : Math.max(vectorNorm(line, order, f), epsilon)
      for (let i = 0; i < length; i++) y![i] = line[i]! / norm
    },
  )[0] as Value
}

/** numpy.linalg.norm of a vector. */
export function vectorNorm(line: ArrayLike<number>, order: number, f: Float64Function): number {
  const sizes = Array.from(line, (e) => Math.abs(e))
  if (order === Infinity) return sizes.reduce((a, b) => (b > a || b !== b ? b : a), 0)
  if (order === -Infinity) return sizes.reduce((a, b) => (b < a || b !== b ? b : a), Infinity)
  if (order === 0) return sizes.filter((e) => e !== 0).length
  if (order === 1) return preciseSum(sizes)
  if (order === 2) return Math.sqrt(preciseSum(sizes.map((e) => e * e)))
  return power(f, preciseSum(sizes.map((e) => power(f, e, order))), 1 / order)
}

export const normalizations: GeneralOps = {
  'nn.batch_normalization': general(
    'x mean variance offset scale',
    'axis epsilon',
    batchNormalization,
  ),
  'nn.layer_normalization': general(
    'x gamma beta',
    'axis epsilon rms_scaling',
    (context, layer, given) => {
      if (given.flag('rms_scaling')) throw unsupported(layer, 'setting', 'rms_scaling')
      return normalized(context, layer, given, ['gamma', 'beta'], true)
    },
  ),
  'nn.rms_normalization': general('x scale', 'axis epsilon', (context, layer, given) =>
    normalized(context, layer, given, ['scale'], false),
  ),
  'nn.normalize': general('x', 'axis order epsilon', normalize),
}
