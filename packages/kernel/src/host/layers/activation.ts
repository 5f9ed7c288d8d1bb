import {
  elementCount,
  UnsupportedError,
  type Activation as ActivationSettings,
  type Layer,
} from '@dotplus/core'

import {
  onlyTensor,
  resolveAxis,
  type LowerContext,
  type Lowering,
  type Value,
} from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import { transpose } from '../../lower/permute.ts'
import { doubleFunctions, exp, log } from '../double.ts'
import { mapLines } from '../lines.ts'
import type { Numbers, Target } from '../numeric.ts'
import { mapDouble } from '../ops/elementwise.ts'
import { preciseSum } from '../ops/reduction.ts'

/** Settings of each function in the order in which `doubleFunctions` takes them, with Keras's defaults. */
const settingNames: Readonly<
  Record<string, readonly [name: string, fallback: number | undefined][]>
> = {
  relu: [
    ['negative_slope', 0],
    ['max_value', Infinity],
    ['threshold', 0],
  ],
  leaky_relu: [['negative_slope', 0.2]],
  elu: [['alpha', 1]],
  celu: [['alpha', 1]],
  gelu: [['approximate', 0]],
  hard_sigmoid: [['slope', undefined]],
  hard_shrink: [['threshold', 0.5]],
  soft_shrink: [['threshold', 0.5]],
  threshold: [
    ['threshold', 0],
    ['default_value', 0],
  ],
  squareplus: [['b', 4]],
}

/** Functions along an axis. */
const axiswise: Readonly<Record<string, (line: Numbers, y: Target, f: Float64Function) => void>> = {
  softmax(line, y, f) {
    const most = line.reduce((a, b) => Math.max(a, b), -Infinity)
    const terms = Array.from(line, (x) => exp(f, x - most))
    const sum = preciseSum(terms)
    for (const [i, term] of terms.entries()) y[i] = term / sum
  },
  log_softmax(line, y, f) {
    const most = line.reduce((a, b) => Math.max(a, b), -Infinity)
    const sum = log(f, preciseSum(Array.from(line, (x) => exp(f, x - most))))
    for (const [i, x] of line.entries()) y[i] = x - most - sum
  },
  sparsemax(line, y) {
    const sorted = Array.from(line).toSorted((a, b) => b - a)
    // Keras takes the sum of all sums of the support, not its last.
    let [sum, sums, count] = [0, 0, 0]
    for (const [i, x] of sorted.entries()) {
      sum += x
      if (x - (sum - 1) / (i + 1) <= 0) continue
      sums += sum
      count += 1
    }
    const tau = (sums - 1) / count
    for (const [i, x] of line.entries()) y[i] = Math.max(x - tau, 0)
  },
}

/** A function along an axis, of one line of elements; undefined for functions of single elements. */
export function axiswiseFunction(
  name: string,
): ((line: Numbers, y: Target, f: Float64Function) => void) | undefined {
  return Object.hasOwn(axiswise, name) ? axiswise[name] : undefined
}

/** An activation's settings as `doubleFunctions` takes them. */
export function settingValues(settings: ActivationSettings | undefined): number[] {
  const values = new Map(settings?.settings.map(({ name, value }) => [name, value]))
  const own = settingNames[settings?.function ?? ''] ?? []
  return own.map(([name, fallback]) => values.get(name) ?? fallback) as number[]
}

/** Applies an activation to x in float64. */
export function activateDouble(
  context: LowerContext,
  layer: Layer,
  settings: ActivationSettings | undefined,
  x: Value,
): Value {
  const name = settings?.function ?? 'linear'
  if (name === 'linear' || name === '') return x
  const values = new Map(settings?.settings.map((entry) => [entry.name, entry.value]))
  if (name in axiswise || name === 'glu')
    return alongAxis(context, layer, name, x, values.get('axis') ?? -1)
  if (!doubleFunctions[name]) {
    throw new UnsupportedError('activation function is not supported in float64', {
      layer: layer.name,
      got: name,
    })
  }
  return mapDouble(context, name, x, settingValues(settings))
}

/** softmax, log_softmax, sparsemax or glu along one axis. */
export function alongAxis(
  context: LowerContext,
  layer: Layer,
  name: string,
  x: Value,
  axis: number,
): Value {
  const at = resolveAxis(axis, x.shape.length, layer)
  const length = x.shape[at] as number
  const { dtype } = x
  if (name === 'glu') {
    const half = length / 2
    const sigmoid = doubleFunctions['sigmoid']!
    return mapLines(context, layer, name, x, at, [{ length: half, dtype }], (line, [y], f) => {
      for (let i = 0; i < half; i++) y![i] = line[i]! * sigmoid(line[half + i]!, f, [])
    })[0] as Value
  }
  const f = axiswise[name]!
  return mapLines(context, layer, name, x, at, [{ length, dtype }], (line, [y], float64) =>
    f(line, y!, float64),
  )[0] as Value
}

/** Activation and other layers that only apply a function. */
export const activationLayer: Lowering<undefined> = {
  prepare: () => undefined,
  lower: (context, _prepared, call, layer) => [
    activateDouble(
      context,
      layer,
      layer.kind === 'activation' ? layer.activation.activation : undefined,
      onlyTensor(call, layer),
    ),
  ],
}

/** The same over several axes together. */
export function alongAxes(
  context: LowerContext,
  layer: Layer,
  name: string,
  x: Value,
  axes: readonly number[],
): Value {
  const [axis] = axes
  if (axis !== undefined && axes.length === 1) return alongAxis(context, layer, name, x, axis)
  const rest = [...x.shape.keys()].filter((each) => !axes.includes(each))
  const order = [...rest, ...axes]
  const sizes = order.map((each) => x.shape[each] as number)
  const outer = sizes.slice(0, rest.length)
  const moved = transpose(context, layer, x, order)
  const joined = context.view(moved, [...outer, elementCount(sizes.slice(rest.length))])
  const y = context.view(alongAxis(context, layer, name, joined, -1), moved.shape)
  const back = order.map((_, i) => order.indexOf(i))
  return transpose(context, layer, y, back)
}
