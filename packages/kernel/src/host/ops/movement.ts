import { elementCount, ModelError, type Layer } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import { resolveAxis, unsupported, type LowerContext, type Value } from '../../lower/context.ts'
import { hostOp, isWide } from '../../lower/host-op.ts'
import { concatenate } from '../../lower/merge.ts'
import { reduce } from '../../lower/reduce.ts'
import { strided, stepsOf } from '../../lower/strided.ts'
import { withRank } from '../../lower/where.ts'
import type { OpArguments, OpDefinition } from '../../lower/ops/arguments.ts'
import { repetitionOps } from '../../lower/ops/repetition.ts'
import { expandDims, shapeOps } from '../../lower/ops/shape.ts'
import { slicingOps } from '../../lower/ops/slicing.ts'
import { transpose } from '../../lower/permute.ts'
import { walk } from '../elementwise.ts'
import { isSingle, meet, single, tensorOf } from '../terms.ts'
import { general, type GeneralOp, type GeneralOps } from './general.ts'

/** Elements of any kind, which are only moved. */
type Elements = (number | bigint | string)[]

/** Functions that only move elements: the way of float32 serves any dtype. */
const moving =
  'transpose swapaxes moveaxis reshape ravel expand_dims squeeze split array_split unstack ' +
  'broadcast_to diagonal tile flip roll rot90'

const asGeneral = ({ parameters, settings = [], lower }: OpDefinition): GeneralOp => ({
  parameters,
  settings,
  lower,
})

const definitions: Readonly<Record<string, OpDefinition>> = { ...shapeOps, ...repetitionOps }

/** Tensors brought to the dtype in which they meet. */
function joined(context: LowerContext, layer: Layer, tensors: readonly Value[]): Value[] {
  if (tensors.every(({ dtype }) => dtype === tensors[0]?.dtype)) return [...tensors]
  const dtype = meet(layer, tensors)
  return tensors.map((value) => cast(context, value, dtype))
}

const joining = (
  name: string,
  parameter: string,
  prepare: (context: LowerContext, x: Value, given: OpArguments) => Value,
  axisOf: (tensors: readonly Value[], given: OpArguments) => number,
): GeneralOps => ({
  [name]: general(parameter, 'axis', (context, layer, given) => {
    const tensors = joined(context, layer, given.tensors(parameter))
    if (tensors.length === 0)
      throw new ModelError(name, { layer: layer.name, expected: 'tensors', got: 'none' })
    const axis = axisOf(tensors, given)
    return concatenate(
      context,
      layer,
      tensors.map((x) => prepare(context, x, given)),
      axis,
    )
  }),
})

const atLeast2 = (context: LowerContext, x: Value): Value => withRank(context, x, 2)

function atLeast3(context: LowerContext, x: Value): Value {
  const rows = x.shape.length === 1 ? [1, ...x.shape] : x.shape
  return rows.length < 3 ? context.view(x, [...rows, 1]) : x
}

const dividing = (name: string, axis: number): GeneralOps => ({
  [name]: general('x', 'indices_or_sections', (context, layer, given) => {
    const x = given.tensor('x')
    const { split } = shapeOps as Required<Pick<typeof shapeOps, string>>
    const at = axis === 1 && x.shape.length === 1 ? 0 : axis
    return split!.lower(context, layer, given.withSetting('axis', at))
  }),
})

/** The elements of each matrix on one side of a diagonal, 0 elsewhere. */
const triangle = (
  name: string,
  inside: (row: number, column: number, k: number) => boolean,
): GeneralOps => ({
  [name]: general('x', 'k', (context, layer, given) => {
    const x = given.tensor('x')
    const [rows = 1, columns = 1] = x.shape.slice(-2)
    if (x.shape.length < 2) throw unsupported(layer, 'a triangle of rank', `${x.shape.length}`)
    const k = given.number('k', 0)
    const zero = isWide(x.dtype) ? 0n : 0
    return hostOp(context, name, [x], [{ shape: x.shape, dtype: x.dtype }], ([a], [y]) => {
      const [from, to] = [a as Elements, y as Elements]
      for (let i = 0; i < to.length; i++) {
        const row = Math.floor(i / columns) % rows
        to[i] = inside(row, i % columns, k) ? from[i]! : zero
      }
    })[0] as Value
  }),
})

/** A matrix with a line of elements on a diagonal. */
function onDiagonal(context: LowerContext, x: Value, k: number): Value {
  const count = x.shape[0] as number
  const size = count + Math.abs(k)
  const results = [{ shape: [size, size], dtype: x.dtype }]
  const zero = isWide(x.dtype) ? 0n : 0
  return hostOp(context, 'diag', [x], results, ([a], [y]) => {
    const [from, to] = [a as Elements, y as Elements]
    for (let i = 0; i < to.length; i++) to[i] = zero
    for (let i = 0; i < count; i++) to[(i + Math.max(-k, 0)) * size + i + Math.max(k, 0)] = from[i]!
  })[0] as Value
}

function diag(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = given.tensor('x')
  const k = given.number('k', 0)
  if (x.shape.length === 1) return onDiagonal(context, x, k)
  if (x.shape.length !== 2) throw unsupported(layer, 'diag of rank', `${x.shape.length}`)
  const [rows = 0, columns = 0] = x.shape
  const [down, right] = [Math.max(-k, 0), Math.max(k, 0)]
  const length = Math.max(Math.min(rows - down, columns - right), 0)
  const walkAlong = { offset: down * columns + right, lengths: [length], steps: [columns + 1] }
  return strided(context, x, walkAlong)
}

function repeat(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const flat = given.value('axis') === undefined
  const x = flat ? context.view(own, [elementCount(own.shape)]) : own
  const axis = resolveAxis(given.number('axis', 0), x.shape.length, layer)
  const size = x.shape[axis] as number
  const given2 = given.integers('repeats') ?? []
  const times = given2.length === 1 ? Array<number>(size).fill(given2[0] as number) : given2
  if (times.length !== size)
    throw new ModelError('repeats', {
      layer: layer.name,
      expected: `${size}`,
      got: `${times.length}`,
    })
  const rows = times.flatMap((count, row) => Array<number>(count).fill(row))
  const shape = x.shape.map((length, i) => (i === axis ? rows.length : length))
  const steps = stepsOf(x.shape)
  const places = walk(
    shape.map((length, i) => (i === axis ? 1 : length)),
    steps,
  )
  const inner = elementCount(shape.slice(axis + 1))
  return hostOp(context, 'repeat', [x], [{ shape, dtype: x.dtype }], ([a], [y]) => {
    const [from, to] = [a as Elements, y as Elements]
    for (let i = 0; i < to.length; i++) {
      const row = Math.floor(i / inner) % rows.length
      const other = Math.floor(i / inner / rows.length) * inner + (i % inner)
      to[i] = from[places[other]! + rows[row]! * (steps[axis] as number)]!
    }
  })[0] as Value
}

/** numpy.pad with one number around. */
function padConstant(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  if (given.text('mode', 'constant') !== 'constant') {
    const { pad } = slicingOps as Required<Pick<typeof slicingOps, string>>
    return pad!.lower(context, layer, given)
  }
  const x = given.tensor('x')
  const widths = given.integers('pad_width') ?? []
  const rank = x.shape.length
  const pairs = x.shape.map((_, axis): [number, number] => {
    const at = widths.length === 2 * rank ? 2 * axis : 0
    return [widths[at] ?? 0, widths[at + 1] ?? widths[at] ?? 0]
  })
  const shape = x.shape.map((size, axis) => size + pairs[axis]![0] + pairs[axis]![1])
  const steps = stepsOf(shape)
  const offset = pairs.reduce((sum, [before], axis) => sum + before * steps[axis]!, 0)
  const places = walk(x.shape, steps, offset)
  const value = given.number('constant_values', 0)
  const fill = isWide(x.dtype) ? BigInt(Math.trunc(value)) : value
  return hostOp(context, 'pad', [x], [{ shape, dtype: x.dtype }], ([a], [y]) => {
    const [from, to] = [a as Elements, y as Elements]
    for (let i = 0; i < to.length; i++) to[i] = fill
    for (const [i, place] of places.entries()) to[place] = from[i]!
  })
}

/** einops.rearrange: names of axes on both sides, parentheses joining and splitting them. */
function rearrangeAxes(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = given.tensor('tensor')
  const [left, right] = given.text('pattern', '').split('->')
  if (left === undefined || right === undefined)
    throw unsupported(layer, 'a pattern', given.text('pattern', ''))
  const groupsOf = (side: string): string[][] =>
    [...side.matchAll(/\(([^)]*)\)|([^\s()]+)/g)].map((match) =>
      (match[1] ?? match[2] ?? '').split(/\s+/).filter((name) => name !== ''),
    )
  const [from, to] = [groupsOf(left), groupsOf(right)]
  if (from.length !== x.shape.length || [...from, ...to].flat().some((name) => name.includes('.')))
    throw unsupported(layer, 'a pattern', given.text('pattern', ''))
  const sizes = new Map<string, number>()
  for (const [axis, names] of from.entries()) {
    let rest = x.shape[axis] as number
    const open: string[] = []
    for (const name of names) {
      const size = given.extra(name)
      if (size === undefined) open.push(name)
      else {
        sizes.set(name, size)
        rest /= size
      }
    }
    if (open.length > 1) throw unsupported(layer, 'an axis of unknown length', open.join(' '))
    for (const name of open) sizes.set(name, rest)
  }
  const flat = from.flat()
  const split = context.view(
    x,
    flat.map((name) => sizes.get(name) as number),
  )
  const moved = transpose(
    context,
    layer,
    split,
    to.flat().map((name) => flat.indexOf(name)),
  )
  return context.view(
    moved,
    to.map((names) => names.reduce((product, name) => product * (sizes.get(name) ?? 1), 1)),
  )
}

export const movement: GeneralOps = {
  ...Object.fromEntries(
    moving.split(' ').map((name) => [name, asGeneral(definitions[name] as OpDefinition)]),
  ),
  ...joining(
    'concatenate',
    'xs',
    (_, x) => x,
    (_, given) => given.number('axis', 0),
  ),
  stack: general('x', 'axis', (context, layer, given) => {
    const axis = given.number('axis', 0)
    const tensors = joined(context, layer, given.tensors('x'))
    return concatenate(
      context,
      layer,
      tensors.map((x) => expandDims(context, layer, x, [axis])),
      axis,
    )
  }),
  ...joining(
    'hstack',
    'xs',
    (context, x) => withRank(context, x, 1),
    (tensors) => (tensors[0]?.shape.length === 1 ? 0 : 1),
  ),
  ...joining('vstack', 'xs', atLeast2, () => 0),
  ...joining('dstack', 'xs', atLeast3, () => 2),
  append: general('x1 x2', 'axis', (context, layer, given) => {
    const flat = given.value('axis') === undefined
    const tensors = joined(context, layer, [
      tensorOf(context, given, 'x1'),
      tensorOf(context, given, 'x2'),
    ]).map((x) => (flat ? context.view(x, [elementCount(x.shape)]) : x))
    return concatenate(context, layer, tensors, given.number('axis', 0))
  }),
  ...dividing('hsplit', 1),
  ...dividing('vsplit', 0),
  ...dividing('dsplit', 2),
  fliplr: general('x', '', (context, layer, given) =>
    repetitionOps['flip']!.lower(context, layer, given.withSetting('axis', 1)),
  ),
  flipud: general('x', '', (context, layer, given) =>
    repetitionOps['flip']!.lower(context, layer, given.withSetting('axis', 0)),
  ),
  ...triangle('tril', (row, column, k) => column - row <= k),
  ...triangle('triu', (row, column, k) => column - row >= k),
  diag: general('x', 'k', diag),
  diagflat: general('x', 'k', (context, _layer, given) => {
    const x = given.tensor('x')
    return onDiagonal(context, context.view(x, [elementCount(x.shape)]), given.number('k', 0))
  }),
  repeat: general('x', 'repeats axis', repeat),
  pad: general('x constant_values', 'pad_width mode', padConstant),
  rearrange: general('tensor pattern *', 'pattern', rearrangeAxes),
  trace: general('x', 'offset axis1 axis2', (context, layer, given) => {
    const line = shapeOps['diagonal']!.lower(context, layer, given)[0] as Value
    const small = line.dtype === 'bool' || /^u?int(8|16)$/.test(line.dtype)
    const x = small ? cast(context, line, line.dtype.startsWith('u') ? 'uint32' : 'int32') : line
    const last = x.shape.length - 1
    if (isSingle(x.dtype))
      return cast(
        context,
        reduce(context, layer, 'sum', single(context, x), [last], false),
        x.dtype,
      )
    return context.host.contract(
      context,
      [
        {
          value: x,
          labels: x.shape.map((_, i) => `${i}`),
          steps: new Map(stepsOf(x.shape).map((step, i) => [`${i}`, step])),
        },
      ],
      x.shape.slice(0, -1).map((_, i) => `${i}`),
      new Map(x.shape.map((size, i) => [`${i}`, size])),
    )
  }),
  stop_gradient: general('variable', '', (_context, _layer, given) => given.tensor('variable')),
}
