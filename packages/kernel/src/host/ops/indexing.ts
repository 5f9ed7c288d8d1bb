import { elementCount, ModelError, type Layer, type Value as GraphValue } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import { resolveAxis, unsupported, type LowerContext, type Value } from '../../lower/context.ts'
import { hostOp, type HostElements } from '../../lower/host-op.ts'
import type { OpArguments, OpDefinition } from '../../lower/ops/arguments.ts'
import { slicingOps } from '../../lower/ops/slicing.ts'
import { stepsOf } from '../../lower/strided.ts'
import { broadcastIndices, broadcastShape, walk } from '../elementwise.ts'
import { dtypeArgument, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { nonzero } from './nonzero.ts'
import { outOfRange } from './order.ts'

type Elements = (number | bigint | string)[]

/** Where a result's elements come from in x, for places that a run computes from indices. */
export function gathered(
  context: LowerContext,
  kind: string,
  x: Value,
  indices: readonly Value[],
  shape: readonly number[],
  placesOf: (indices: readonly Int32Array[]) => ArrayLike<number>,
): Value {
  const whole = indices.map((value) => cast(context, value, 'int32'))
  return hostOp(
    context,
    kind,
    [x, ...whole],
    [{ shape, dtype: x.dtype }],
    ([from, ...at], [to]) => {
      const [a, y] = [from as Elements, to as Elements]
      const places = placesOf(at as Int32Array[])
      for (let i = 0; i < y.length; i++) y[i] = a[places[i]!]!
    },
  )[0] as Value
}

/** An index from the front, checked. */
function resolved(layer: Layer, index: number, count: number): number {
  const place = index < 0 ? index + count : index
  if (place < 0 || place >= count) throw outOfRange(layer, index, count)
  return place
}

function take(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const indices = tensorOf(context, given, 'indices')
  const flat = given.value('axis') === undefined
  const x = flat ? context.view(own, [elementCount(own.shape)]) : own
  const axis = resolveAxis(given.number('axis', 0), x.shape.length, layer)
  // TensorFlow's `batch_dims`: that many first axes are the same in both, each with indices of its own.
  const batchRank = given.number('batch_dims', 0)
  const batchShape = x.shape.slice(0, batchRank)
  if (batchRank > axis || indices.shape.slice(0, batchRank).join() !== batchShape.join()) {
    throw new ModelError('shape of the indices', {
      layer: layer.name,
      expected: `(${[...batchShape, '…'].join(', ')})`,
      got: `(${indices.shape.join(', ')})`,
    })
  }
  const size = x.shape[axis] as number
  const taken = indices.shape.slice(batchRank)
  const shape = [...x.shape.slice(0, axis), ...taken, ...x.shape.slice(axis + 1)]
  const batch = elementCount(batchShape)
  const outer = elementCount(x.shape.slice(batchRank, axis))
  const inner = elementCount(x.shape.slice(axis + 1))
  const count = elementCount(taken)
  return gathered(context, 'take', x, [indices], shape, ([at]) => {
    const rows = at!.map((index) => resolved(layer, index, size))
    const places = new Int32Array(elementCount(shape))
    let to = 0
    for (let o = 0; o < batch * outer; o++) {
      const first = batchRank === 0 ? 0 : Math.floor(o / outer) * count
      for (let row = first; row < first + count; row++)
        for (let i = 0; i < inner; i++)
          places[to++] = (o * size + (rows[row] as number)) * inner + i
    }
    return places
  })
}

function takeAlongAxis(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const indices = tensorOf(context, given, 'indices')
  const flat = given.value('axis') === undefined
  const x = flat ? context.view(own, [elementCount(own.shape)]) : own
  const at = flat ? context.view(indices, [elementCount(indices.shape)]) : indices
  const rank = x.shape.length
  const axis = resolveAxis(given.number('axis', 0), rank, layer)
  const size = x.shape[axis] as number
  const others = (shape: readonly number[]): number[] =>
    shape.map((length, i) => (i === axis ? 1 : length))
  const around = broadcastShape([others(x.shape), others(at.shape)], layer)
  const shape = around.map((length, i) => (i === axis ? (at.shape[axis] as number) : length))
  const own2 = stepsOf(x.shape)
  const steps = shape.map((_, i) => (i === axis || x.shape[i] === 1 ? 0 : (own2[i] as number)))
  const base = walk(shape, steps)
  const from = broadcastIndices(at.shape, shape)
  return gathered(context, 'take_along_axis', x, [at], shape, ([p]) =>
    base.map((place, i) => {
      const index = resolved(layer, p![from ? from[i]! : i]!, size)
      return place + index * (own2[axis] as number)
    }),
  )
}

/** x with some rows of elements written by updates; `places` are the first elements of each row. */
function scattered(
  context: LowerContext,
  kind: string,
  base: Value | undefined,
  indices: Value,
  updates: Value,
  shape: readonly number[],
  layer: Layer,
  combine: ((a: never, b: never) => unknown) | undefined,
): Value {
  const depth = indices.shape.at(-1) ?? 1
  const width = elementCount(shape.slice(depth))
  const steps = stepsOf(shape)
  const inputs = [cast(context, indices, 'int32'), updates, ...(base ? [base] : [])]
  const results = [{ shape, dtype: updates.dtype }]
  return hostOp(context, kind, inputs, results, ([at, given, start], [to]) => {
    const [p, u, y] = [at as Int32Array, given as Elements, to as Elements]
    const zero = typeof u[0] === 'bigint' ? 0n : 0
    for (let i = 0; i < y.length; i++) y[i] = start ? (start as Elements)[i]! : zero
    for (let row = 0; row * depth < p.length; row++) {
      let place = 0
      for (let k = 0; k < depth; k++)
        place += resolved(layer, p[row * depth + k]!, shape[k] as number) * (steps[k] as number)
      for (let i = 0; i < width; i++) {
        const e = u[row * width + i]!
        y[place + i] = combine ? (combine(y[place + i] as never, e as never) as number) : e
      }
    }
  })[0] as Value
}

const reductions: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  max: (a, b) => (b > a ? b : a),
  min: (a, b) => (b < a ? b : a),
  mul: (a, b) => a * b,
}

/** Starts of a slice, one for each axis: numbers, or a tensor of them. */
function startsOf(context: LowerContext, given: OpArguments): Value {
  return cast(context, tensorOf(context, given, 'start_indices'), 'int32')
}

/** A slice whose start may be known only when the model runs; it is moved to lie inside. */
function sliceAt(context: LowerContext, x: Value, starts: Value, shape: readonly number[]): Value {
  const steps = stepsOf(x.shape)
  const places = walk(shape, steps)
  return gathered(context, 'slice', x, [starts], shape, ([at]) => {
    const offset = steps.reduce((sum, step, axis) => {
      const most = (x.shape[axis] as number) - (shape[axis] as number)
      return sum + Math.max(0, Math.min(at![axis]!, most)) * step
    }, 0)
    return places.map((place) => place + offset)
  })
}

/** x[key] where a part of the key is a tensor: numpy's advanced indexing with one tensor, or scalars. */
function getItem(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = given.tensor('x')
  const key = given.value('key')
  const keys = key?.kind === 'list' ? key.list.items : key ? [key] : []
  const tensors = keys.filter((each) => each.kind === 'ref' || each.kind === 'tensor')
  if (tensors.length === 0)
    return (slicingOps['get_item'] as OpDefinition).lower(context, layer, given)[0] as Value
  if (tensors.length !== 1 || keys.length !== 1)
    throw unsupported(layer, 'an index', keys.map((each: GraphValue) => each.kind).join(', '))
  const indices = given.tensors('key')[0] as Value
  if (indices.dtype === 'bool') throw unsupported(layer, 'an index that is', 'a mask')
  const size = x.shape[0] as number
  const inner = elementCount(x.shape.slice(1))
  const shape = [...indices.shape, ...x.shape.slice(1)]
  return gathered(context, 'get_item', x, [indices], shape, ([at]) => {
    const places = new Int32Array(elementCount(shape))
    for (let i = 0; i < places.length; i++)
      places[i] = resolved(layer, at![Math.floor(i / inner)]!, size) * inner + (i % inner)
    return places
  })
}

export const indexing: GeneralOps = {
  nonzero: general('x', '', (context, _layer, given) => nonzero(context, given.tensor('x'))),
  take: general('x indices', 'indices axis batch_dims', take),
  take_along_axis: general('x indices', 'axis', takeAlongAxis),
  get_item: general('x key', '', getItem),
  scatter: general('indices values', 'shape', (context, layer, given) => {
    const [indices, values] = [
      tensorOf(context, given, 'indices'),
      tensorOf(context, given, 'values'),
    ]
    const shape = given.integers('shape')
    if (!shape) throw unsupported(layer, 'a shape', 'that is a tensor')
    const add = (a: number, b: number): number => a + b
    return scattered(context, 'scatter', undefined, indices, values, shape, layer, add)
  }),
  scatter_update: general('inputs indices updates', 'reduction', (context, layer, given) => {
    const x = given.tensor('inputs')
    const indices = tensorOf(context, given, 'indices')
    const updates = cast(context, tensorOf(context, given, 'updates'), x.dtype)
    const name = given.text('reduction', '')
    const reduction = name === '' ? undefined : reductions[name]
    if (name !== '' && !reduction) throw unsupported(layer, 'reduction', name)
    return scattered(context, 'scatter_update', x, indices, updates, x.shape, layer, reduction)
  }),
  slice: general('inputs start_indices', 'start_indices shape', (context, layer, given) => {
    const x = given.tensor('inputs')
    const starts = startsOf(context, given)
    const shape = given.integers('shape')
    if (!shape || shape.length !== x.shape.length)
      throw new ModelError('shape of slice', {
        layer: layer.name,
        expected: `${x.shape.length} sizes`,
        got: `${shape?.length ?? 'none'}`,
      })
    return sliceAt(context, x, starts, shape)
  }),
  slice_update: general(
    'inputs start_indices updates',
    'start_indices',
    (context, _layer, given) => {
      const x = given.tensor('inputs')
      const starts = startsOf(context, given)
      const updates = cast(context, tensorOf(context, given, 'updates'), x.dtype)
      const steps = stepsOf(x.shape)
      const places = walk(updates.shape, steps)
      const results = [{ shape: x.shape, dtype: x.dtype }]
      return hostOp(context, 'slice_update', [x, starts, updates], results, ([a, at, u], [y]) => {
        const [from, to] = [a as Elements, y as Elements]
        for (let i = 0; i < to.length; i++) to[i] = from[i]!
        const offset = steps.reduce((sum, step, axis) => {
          const most = (x.shape[axis] as number) - (updates.shape[axis] as number)
          return sum + Math.max(0, Math.min((at as Int32Array)[axis]!, most)) * step
        }, 0)
        for (const [i, place] of places.entries()) to[place + offset] = (u as Elements)[i]!
      })[0] as Value
    },
  ),
  'nn.one_hot': general('x', 'num_classes axis dtype sparse', (context, layer, given) => {
    const x = cast(context, given.tensor('x'), 'int32')
    return oneHot(context, layer, x, given)
  }),
  'nn.multi_hot': general('inputs', 'num_classes axis dtype sparse', (context, layer, given) => {
    const x = cast(context, given.tensor('inputs'), 'int32')
    return multiHot(context, layer, x, given)
  }),
}

function plainOnly(layer: Layer, given: OpArguments): void {
  if (given.flag('sparse')) throw unsupported(layer, 'a tensor that is', 'sparse')
}

function oneHot(context: LowerContext, layer: Layer, x: Value, given: OpArguments): Value {
  plainOnly(layer, given)
  const classes = given.number('num_classes')
  const rank = x.shape.length + 1
  const axis = resolveAxis(given.number('axis', -1), rank, layer)
  const dtype = dtypeArgument(given, layer) ?? 'float32'
  const shape = [...x.shape.slice(0, axis), classes, ...x.shape.slice(axis)]
  const inner = elementCount(x.shape.slice(axis))
  return hostOp(context, 'one_hot', [x], [{ shape, dtype }], ([from], [to]) => {
    const [a, y] = [from as Int32Array, to as HostElements]
    const [zero, one] = (
      y instanceof BigInt64Array || y instanceof BigUint64Array ? [0n, 1n] : [0, 1]
    ) as [number, number]
    for (let i = 0; i < y.length; i++) y[i] = zero
    for (let i = 0; i < a.length; i++) {
      const e = a[i]!
      if (e >= 0 && e < classes)
        y[(Math.floor(i / inner) * classes + e) * inner + (i % inner)] = one
    }
  })[0] as Value
}

function multiHot(context: LowerContext, layer: Layer, x: Value, given: OpArguments): Value {
  plainOnly(layer, given)
  const classes = given.number('num_classes')
  const axis = given.number('axis', -1)
  const reduced = x.shape.length === 1 ? 0 : 1
  if (axis !== -1) throw unsupported(layer, 'axis', `${axis}`)
  const dtype = dtypeArgument(given, layer) ?? 'float32'
  // Keras takes the largest over the first axis after the batch.
  const rest = x.shape.filter((_, i) => i !== reduced)
  const shape = [...rest, classes]
  const [outer, count, inner] = [
    elementCount(x.shape.slice(0, reduced)),
    x.shape[reduced] ?? 1,
    elementCount(x.shape.slice(reduced + 1)),
  ]
  return hostOp(context, 'multi_hot', [x], [{ shape, dtype }], ([from], [to]) => {
    const [a, y] = [from as Int32Array, to as HostElements]
    const [zero, one] = (
      y instanceof BigInt64Array || y instanceof BigUint64Array ? [0n, 1n] : [0, 1]
    ) as [number, number]
    for (let i = 0; i < y.length; i++) y[i] = zero
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < count; k++)
        for (let i = 0; i < inner; i++) {
          const e = a[(o * count + k) * inner + i]!
          if (e >= 0 && e < classes) y[(o * inner + i) * classes + e] = one
        }
  })[0] as Value
}
