import { elementCount, type Layer } from '@dotplus/core'
import { resolveAxis, unsupported, type LowerContext, type Value } from '../context.ts'
import { concatenate } from '../merge.ts'
import { transpose } from '../permute.ts'
import { broadcastTo } from '../broadcast.ts'
import { resolveAxes } from '../reduce.ts'
import { stepsOf, strided } from '../strided.ts'
import { band, withRank } from '../where.ts'
import type { OpArguments, OpDefinition } from './arguments.ts'
import { one, sliceAxis } from './shape.ts'

function repeat(context: LowerContext, layer: Layer, x: Value, given: OpArguments): Value {
  const times = given.integers('repeats') ?? []
  if (times.length !== 1) throw unsupported(layer, 'repeats', 'one for each element')
  const axis = given.value('axis')
  const source = axis ? x : context.view(x, [elementCount(x.shape)])
  const at = resolveAxis(given.number('axis', 0), source.shape.length, layer)
  const [count = 1] = times
  const { shape } = source
  const spread = [...shape.slice(0, at + 1), count, ...shape.slice(at + 1)]
  const expanded = context.view(source, [...shape.slice(0, at + 1), 1, ...shape.slice(at + 1)])
  const y = broadcastTo(context, layer, expanded, spread)
  return context.view(
    y,
    shape.map((size, i) => (i === at ? size * count : size)),
  )
}

function tile(context: LowerContext, layer: Layer, x: Value, repeats: readonly number[]): Value {
  const rank = Math.max(x.shape.length, repeats.length)
  const { shape } = withRank(context, x, rank)
  const times = [...Array<number>(rank - repeats.length).fill(1), ...repeats]
  const narrow = shape.flatMap((size) => [1, size])
  const wide = shape.flatMap((size, axis) => [times[axis] as number, size])
  const y = broadcastTo(context, layer, context.view(x, narrow), wide)
  return context.view(
    y,
    shape.map((size, axis) => size * (times[axis] as number)),
  )
}

function flip(context: LowerContext, x: Value, axes: readonly number[]): Value {
  const steps = stepsOf(x.shape)
  const ends = axes.map((axis) => ((x.shape[axis] as number) - 1) * (steps[axis] as number))
  return strided(context, x, {
    offset: ends.reduce((sum, end) => sum + Math.max(end, 0), 0),
    lengths: x.shape,
    steps: steps.map((step, axis) => (axes.includes(axis) ? -step : step)),
  })
}

function roll(context: LowerContext, layer: Layer, x: Value, axis: number, shift: number): Value {
  const size = x.shape[axis] as number
  const by = size === 0 ? 0 : ((shift % size) + size) % size
  if (by === 0) return x
  const parts = [
    sliceAxis(context, x, axis, size - by, by),
    sliceAxis(context, x, axis, 0, size - by),
  ]
  return concatenate(context, layer, parts, axis)
}

/** numpy.rot90: `turns` quarter turns from the first axis towards the second. */
function rotate(
  context: LowerContext,
  layer: Layer,
  x: Value,
  turns: number,
  [first, second]: readonly [number, number],
): Value {
  const swapped = [...x.shape.keys()].map((axis) =>
    axis === first ? second : axis === second ? first : axis,
  )
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return transpose(context, layer, flip(context, x, [second]), swapped)
    case 2:
      return flip(context, x, [first, second])
    case 3:
      return flip(context, transpose(context, layer, x, swapped), [second])
    default:
      return x
  }
}

/** The elements of each matrix between two diagonals, 0 elsewhere. */
function triangle(
  context: LowerContext,
  layer: Layer,
  x: Value,
  bounds: { below: number; above: number },
): Value {
  if (x.shape.length < 2) throw unsupported(layer, 'a triangle of rank', `${x.shape.length}`)
  return band(context, x, bounds, 0)
}

/** Functions that repeat elements or put them in another order. */
export const repetitionOps: Readonly<Record<string, OpDefinition>> = {
  tile: one(['repeats'], (context, layer, x, given) =>
    tile(context, layer, x, given.integers('repeats') ?? []),
  ),
  repeat: one(['repeats', 'axis'], (context, layer, x, given) => repeat(context, layer, x, given)),
  flip: one(['axis'], (context, layer, x, given) =>
    flip(context, x, resolveAxes(given.integers('axis'), x.shape.length, layer)),
  ),
  roll: one(['shift', 'axis'], (context, layer, x, given) => {
    const shifts = given.integers('shift') ?? []
    const axes = given.integers('axis')
    if (!axes) {
      const line = context.view(x, [elementCount(x.shape)])
      return context.view(roll(context, layer, line, 0, shifts[0] ?? 0), x.shape)
    }
    return axes.reduce(
      (value, axis, i) =>
        roll(
          context,
          layer,
          value,
          resolveAxis(axis, x.shape.length, layer),
          shifts[i] ?? shifts[0] ?? 0,
        ),
      x,
    )
  }),
  rot90: one(['k', 'axes'], (context, layer, x, given) => {
    const rank = x.shape.length
    const axes = (given.integers('axes') ?? [0, 1]).map((axis) => resolveAxis(axis, rank, layer))
    const [first, second] = axes
    if (first === undefined || second === undefined || axes.length !== 2 || first === second)
      throw unsupported(layer, 'axes of rot90', axes.join(', '))
    return rotate(context, layer, x, given.number('k', 1), [first, second])
  }),
  tril: one(['k'], (context, layer, x, given) =>
    triangle(context, layer, x, { below: Infinity, above: given.number('k', 0) }),
  ),
  triu: one(['k'], (context, layer, x, given) =>
    triangle(context, layer, x, { below: -given.number('k', 0), above: Infinity }),
  ),
}
