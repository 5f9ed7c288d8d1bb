import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { resolveAxis, type LowerContext, type Value } from '../context.ts'
import { concatenate } from '../merge.ts'
import { transpose } from '../permute.ts'
import { broadcastTo } from '../broadcast.ts'
import { reduce, resolveAxes } from '../reduce.ts'
import { stepsOf, strided } from '../strided.ts'
import { withRank } from '../where.ts'
import type { OpArguments, OpDefinition } from './arguments.ts'

/** numpy.reshape; at most one -1 takes what is left. */
function reshape(context: LowerContext, layer: Layer, x: Value, target: readonly number[]): Value {
  const count = elementCount(x.shape)
  const known = elementCount(target.filter((size) => size !== -1))
  const shape = target.map((size) => (size === -1 ? (known === 0 ? 0 : count / known) : size))
  if (elementCount(shape) !== count || shape.some((size) => !Number.isInteger(size))) {
    throw new ModelError('reshape', {
      layer: layer.name,
      expected: `${count} elements, as in (${x.shape.join(', ')})`,
      got: `(${target.join(', ')})`,
    })
  }
  return context.view(x, shape)
}

/** numpy.expand_dims: axes count in the result. */
export function expandDims(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axes: readonly number[],
): Value {
  const rank = x.shape.length + axes.length
  const inserted = new Set(axes.map((axis) => resolveAxis(axis, rank, layer)))
  const rest = [...x.shape]
  const shape = Array.from({ length: rank }, (_, axis) =>
    inserted.has(axis) ? 1 : (rest.shift() as number),
  )
  return context.view(x, shape)
}

function moveAxes(
  context: LowerContext,
  layer: Layer,
  x: Value,
  sources: readonly number[],
  destinations: readonly number[],
): Value {
  const rank = x.shape.length
  const from = sources.map((axis) => resolveAxis(axis, rank, layer))
  const to = destinations.map((axis) => resolveAxis(axis, rank, layer))
  const rest = [...Array(rank).keys()].filter((axis) => !from.includes(axis))
  const permutation = Array.from({ length: rank }, (_, axis) =>
    to.includes(axis) ? (from[to.indexOf(axis)] as number) : (rest.shift() as number),
  )
  return transpose(context, layer, x, permutation)
}

/** `length` elements along an axis from `start` on, `step` apart; a negative step walks backwards. */
export function sliceAxis(
  context: LowerContext,
  x: Value,
  axis: number,
  start: number,
  length: number,
  step = 1,
): Value {
  const steps = stepsOf(x.shape)
  const own = steps[axis] as number
  return strided(context, x, {
    offset: start * own,
    lengths: x.shape.map((size, at) => (at === axis ? length : size)),
    steps: steps.map((each, at) => (at === axis ? each * step : each)),
  })
}

/** numpy.split and array_split. */
function split(
  context: LowerContext,
  layer: Layer,
  x: Value,
  given: OpArguments,
  uneven: boolean,
): Value[] {
  const axis = resolveAxis(given.number('axis', 0), x.shape.length, layer)
  const size = x.shape[axis] as number
  const value = given.value('indices_or_sections')
  let bounds = given.integers('indices_or_sections') ?? []
  if (value?.kind === 'integer') {
    const count = value.integer
    if (count < 1 || (!uneven && size % count !== 0)) {
      throw new ModelError('sections of split', {
        layer: layer.name,
        expected: `a divisor of ${size}`,
        got: `${count}`,
      })
    }
    const longer = size % count
    bounds = Array.from({ length: count - 1 }, (_, i) => {
      const parts = i + 1
      return Math.floor(size / count) * parts + Math.min(parts, longer)
    })
  }
  const clamped = bounds.map((bound) =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size),
  )
  return [...clamped, size].map((end, i) => {
    const start = i === 0 ? 0 : (clamped[i - 1] as number)
    return sliceAxis(context, x, axis, start, Math.max(end - start, 0))
  })
}

/** The diagonal over two axes as the last axis. */
function diagonal(context: LowerContext, layer: Layer, x: Value, given: OpArguments): Value {
  const rank = x.shape.length
  const first = resolveAxis(given.number('axis1', 0), rank, layer)
  const second = resolveAxis(given.number('axis2', 1), rank, layer)
  const offset = given.number('offset', 0)
  const steps = stepsOf(x.shape)
  const [down, right] = [Math.max(-offset, 0), Math.max(offset, 0)]
  const length = Math.min((x.shape[first] as number) - down, (x.shape[second] as number) - right)
  const kept = [...Array(rank).keys()].filter((axis) => axis !== first && axis !== second)
  const [along, across] = [steps[first] as number, steps[second] as number]
  return strided(context, x, {
    offset: down * along + right * across,
    lengths: [...kept.map((axis) => x.shape[axis] as number), Math.max(length, 0)],
    steps: [...kept.map((axis) => steps[axis] as number), along + across],
  })
}

/** A function of one tensor with settings. */
export const one = (
  settings: readonly string[],
  lower: (context: LowerContext, layer: Layer, x: Value, given: OpArguments) => Value | Value[],
): OpDefinition => ({
  parameters: ['x'],
  settings,
  lower: (context, layer, given) => [lower(context, layer, given.tensor('x'), given)].flat(),
})

const several = (
  lower: (
    context: LowerContext,
    layer: Layer,
    tensors: readonly Value[],
    given: OpArguments,
  ) => Value,
): OpDefinition => ({
  parameters: ['xs'],
  settings: ['axis'],
  lower: (context, layer, given) => [lower(context, layer, given.tensors('xs'), given)],
})

export const shapeOps: Readonly<Record<string, OpDefinition>> = {
  transpose: one(['axes'], (context, layer, x, given) => {
    const rank = x.shape.length
    const axes = given.integers('axes')?.map((axis) => resolveAxis(axis, rank, layer))
    return transpose(context, layer, x, axes ?? [...Array(rank).keys()].toReversed())
  }),
  swapaxes: one(['axis1', 'axis2'], (context, layer, x, given) => {
    const [a, b] = ['axis1', 'axis2'].map((name) =>
      resolveAxis(given.number(name), x.shape.length, layer),
    ) as [number, number]
    const swapped = [...x.shape.keys()].map((axis) => (axis === a ? b : axis === b ? a : axis))
    return transpose(context, layer, x, swapped)
  }),
  moveaxis: one(['source', 'destination'], (context, layer, x, given) =>
    moveAxes(
      context,
      layer,
      x,
      given.integers('source') ?? [],
      given.integers('destination') ?? [],
    ),
  ),
  reshape: one(['newshape'], (context, layer, x, given) =>
    reshape(context, layer, x, given.integers('newshape') ?? []),
  ),
  ravel: one([], (context, _layer, x) => context.view(x, [elementCount(x.shape)])),
  expand_dims: one(['axis'], (context, layer, x, given) =>
    expandDims(context, layer, x, given.integers('axis') ?? []),
  ),
  squeeze: one(['axis'], (context, layer, x, given) => {
    const axes = given.integers('axis')
    const dropped = axes ? resolveAxes(axes, x.shape.length, layer) : undefined
    const shape = x.shape.filter((size, axis) => (dropped ? !dropped.includes(axis) : size !== 1))
    return reshape(context, layer, x, shape)
  }),
  concatenate: several((context, layer, tensors, given) =>
    concatenate(context, layer, tensors, given.number('axis', 0)),
  ),
  stack: {
    ...several((context, layer, tensors, given) => {
      const axis = given.number('axis', 0)
      const expanded = tensors.map((x) => expandDims(context, layer, x, [axis]))
      return concatenate(context, layer, expanded, axis)
    }),
  },
  hstack: several((context, layer, tensors) =>
    concatenate(context, layer, tensors, tensors[0]?.shape.length === 1 ? 0 : 1),
  ),
  vstack: several((context, layer, tensors) => {
    const rows = tensors.map((x) => withRank(context, x, 2))
    return concatenate(context, layer, rows, 0)
  }),
  split: one(['indices_or_sections', 'axis'], (context, layer, x, given) =>
    split(context, layer, x, given, false),
  ),
  array_split: one(['indices_or_sections', 'axis'], (context, layer, x, given) =>
    split(context, layer, x, given, true),
  ),
  unstack: one(['num', 'axis'], (context, layer, x, given) => {
    const axis = resolveAxis(given.number('axis', 0), x.shape.length, layer)
    const rest = x.shape.filter((_, at) => at !== axis)
    return Array.from({ length: x.shape[axis] as number }, (_, i) =>
      context.view(sliceAxis(context, x, axis, i, 1), rest),
    )
  }),
  broadcast_to: one(['shape'], (context, layer, x, given) => {
    const shape = given.integers('shape') ?? []
    const aligned = withRank(context, x, shape.length)
    if (aligned.shape.some((size, axis) => size !== 1 && size !== shape[axis])) {
      throw new ModelError('broadcast_to', {
        layer: layer.name,
        expected: `what (${x.shape.join(', ')}) broadcasts to`,
        got: `(${shape.join(', ')})`,
      })
    }
    return broadcastTo(context, layer, aligned, shape)
  }),
  diagonal: one(['offset', 'axis1', 'axis2'], diagonal),
  trace: one(['offset', 'axis1', 'axis2'], (context, layer, x, given) => {
    const line = diagonal(context, layer, x, given)
    return reduce(context, layer, 'sum', line, [line.shape.length - 1], false)
  }),
}
