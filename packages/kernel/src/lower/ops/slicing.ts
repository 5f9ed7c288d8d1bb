import { ModelError, type Argument, type Layer } from '@dotplus/core'
import { unsupported, type LowerContext, type Value } from '../context.ts'
import { concatenate } from '../merge.ts'
import { stepsOf, strided } from '../strided.ts'
import type { OpDefinition } from './arguments.ts'
import { filled } from './elementwise.ts'
import { sliceAxis } from './shape.ts'

type GraphValue = NonNullable<Argument['value']>

function wholeNumber(value: GraphValue | undefined, layer: Layer): number | undefined {
  if (value === undefined || value.kind === 'none') return undefined
  if (value.kind === 'integer') return value.integer
  throw unsupported(layer, 'an index', value.kind)
}

/** First index, count and step of a Python slice over `size` elements. */
function sliceBounds(
  slice: Extract<GraphValue, { kind: 'slice' }>['slice'],
  size: number,
  layer: Layer,
): { start: number; length: number; step: number } {
  const step = wholeNumber(slice.step, layer) ?? 1
  if (step === 0)
    throw new ModelError('step of a slice', { layer: layer.name, expected: 'not 0', got: '0' })
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1]
  const bound = (value: number | undefined, fallback: number): number => {
    if (value === undefined) return fallback
    return Math.min(Math.max(value < 0 ? value + size : value, least), most)
  }
  const start = bound(wholeNumber(slice.start, layer), step > 0 ? 0 : size - 1)
  const stop = bound(wholeNumber(slice.stop, layer), step > 0 ? size : -1)
  return { start, length: Math.max(Math.ceil((stop - start) / step), 0), step }
}

/** x[key] with whole numbers, slices, an ellipsis and new axes. */
function getItem(
  context: LowerContext,
  layer: Layer,
  x: Value,
  keys: readonly GraphValue[],
): Value {
  const taken = keys.filter(({ kind }) => kind !== 'none' && kind !== 'ellipsis').length
  const rank = x.shape.length
  if (taken > rank || keys.filter(({ kind }) => kind === 'ellipsis').length > 1) {
    throw new ModelError('indices', {
      layer: layer.name,
      expected: `${rank} at most`,
      got: `${taken}`,
    })
  }
  const own = stepsOf(x.shape)
  const lengths: number[] = []
  const steps: number[] = []
  let offset = 0
  let axis = 0
  const keep = (count: number): void => {
    for (const end = axis + count; axis < end; axis++) {
      lengths.push(x.shape[axis] as number)
      steps.push(own[axis] as number)
    }
  }
  for (const key of keys) {
    if (key.kind === 'none') {
      lengths.push(1)
      steps.push(0)
    } else if (key.kind === 'ellipsis') {
      keep(rank - taken)
    } else {
      const size = x.shape[axis] as number
      const step = own[axis] as number
      if (key.kind === 'slice') {
        const bounds = sliceBounds(key.slice, size, layer)
        if (bounds.length > 0) offset += bounds.start * step
        lengths.push(bounds.length)
        steps.push(step * bounds.step)
      } else {
        const index = wholeNumber(key, layer) as number
        if (index < -size || index >= size) {
          throw new ModelError('an index', {
            layer: layer.name,
            expected: `from ${-size} to ${size - 1}`,
            got: `${index}`,
          })
        }
        offset += (index < 0 ? index + size : index) * step
      }
      axis += 1
    }
  }
  keep(rank - axis)
  return strided(context, x, { offset, lengths, steps })
}

/** numpy.pad along one axis; `mirror` 1 leaves the edge out (reflect), 0 repeats it (symmetric), undefined fills. */
function padAxis(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axis: number,
  [before, after]: readonly [number, number],
  mirror: number | undefined,
  value: number,
): Value {
  if (before === 0 && after === 0) return x
  const size = x.shape[axis] as number
  if (mirror !== undefined && Math.max(before, after) > size - mirror) {
    throw new ModelError('pad_width', {
      layer: layer.name,
      expected: `at most ${size - mirror} on axis ${axis}`,
      got: `${Math.max(before, after)}`,
    })
  }
  const part = (length: number, start: number): Value[] => {
    if (length === 0) return []
    if (mirror !== undefined) return [sliceAxis(context, x, axis, start, length, -1)]
    const shape = x.shape.map((each, at) => (at === axis ? length : each))
    return [filled(context, shape, value)]
  }
  const edge = mirror ?? 0
  const parts = [...part(before, before - 1 + edge), x, ...part(after, size - 1 - edge)]
  return concatenate(context, layer, parts, axis)
}

const mirrors: Readonly<Record<string, number>> = { reflect: 1, symmetric: 0 }

export const slicingOps: Readonly<Record<string, OpDefinition>> = {
  get_item: {
    parameters: ['x', 'key'],
    lower(context, layer, given) {
      const key = given.value('key')
      const keys = key?.kind === 'list' ? key.list.items : key ? [key] : []
      return [getItem(context, layer, given.tensor('x'), keys)]
    },
  },
  slice: {
    parameters: ['inputs', 'start_indices'],
    settings: ['shape'],
    lower(context, layer, given) {
      const x = given.tensor('inputs')
      const starts = given.integers('start_indices') ?? []
      const lengths = given.integers('shape') ?? []
      const fits = x.shape.every((size, axis) => {
        const start = starts[axis] ?? -1
        return start >= 0 && start + (lengths[axis] ?? 0) <= size
      })
      if (!fits || starts.length !== x.shape.length || lengths.length !== x.shape.length) {
        throw new ModelError('start_indices and shape', {
          layer: layer.name,
          expected: `within (${x.shape.join(', ')})`,
          got: `(${starts.join(', ')}) and (${lengths.join(', ')})`,
        })
      }
      const steps = stepsOf(x.shape)
      const offset = starts.reduce((sum, start, axis) => sum + start * (steps[axis] as number), 0)
      return [strided(context, x, { offset, lengths, steps })]
    },
  },
  pad: {
    parameters: ['x', 'constant_values'],
    settings: ['pad_width', 'mode'],
    lower(context, layer, given) {
      let x = given.tensor('x')
      const mode = given.text('mode', 'constant')
      if (mode !== 'constant' && !Object.hasOwn(mirrors, mode))
        throw unsupported(layer, 'mode of pad', mode)
      const widths = given.integers('pad_width') ?? []
      const rank = x.shape.length
      // One number is for both sides of every axis, a pair is for every axis.
      const pairs = Array.from({ length: rank }, (_, axis): [number, number] => {
        const at = widths.length === 2 * rank ? 2 * axis : 0
        return [widths[at] ?? 0, widths[at + 1] ?? widths[at] ?? 0]
      })
      if (widths.length > 2 && widths.length !== 2 * rank)
        throw unsupported(layer, 'pad_width', widths.join(', '))
      const value = given.number('constant_values', 0)
      for (const [axis, pair] of pairs.entries())
        x = padAxis(context, layer, x, axis, pair, mirrors[mode], value)
      return [x]
    },
  },
}
