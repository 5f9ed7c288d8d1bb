import { elementCount, type Layer } from '@dotplus/core'
import { writeBand, writeWhere, type SpanningAddress } from '../records.ts'
import type { Band } from '../sequence-records.ts'
import { LowerContext, type Operand, type Placement, type Value } from './context.ts'
import { broadcast, perRow, spanning } from './merge.ts'

/** The same elements with axes of length 1 put before, as NumPy aligns shapes. */
export function withRank(context: LowerContext, x: Value, rank: number): Value {
  const missing = Math.max(rank - x.shape.length, 0)
  return context.view(x, [...Array<number>(missing).fill(1), ...x.shape])
}

/** numpy.where(condition, a, b) with broadcasting; the condition is what is not 0. A number is the same for all. */
export function where(
  context: LowerContext,
  layer: Layer,
  condition: Value,
  a: Value | number,
  b: Value | number,
): Value {
  const values = [condition, a, b].filter((each) => typeof each !== 'number')
  if ([a, b].some((each) => typeof each !== 'number' && each.dtype === 'float64'))
    return context.host.where(context, layer, condition, a, b)
  const rank = Math.max(...values.map(({ shape }) => shape.length))
  const shape = values
    .map((value) => withRank(context, value, rank).shape)
    .reduce((first, second) => broadcast(first, second, layer))
  const y = context.value(shape)
  if (elementCount(shape) === 0) return y
  const width = shape.at(-1) ?? 1
  const reads: Operand[] = []
  const prepare = (x: Value | number): ((place: Placement) => SpanningAddress) => {
    if (typeof x === 'number') {
      const table = context.constant(Float32Array.of(x))
      return (place) => ({ address: place.constant(table), kind: 'scalar', advance: 0 })
    }
    const { value, kind } = spanning(context, layer, withRank(context, x, rank), shape)
    const read = context.operand(value, perRow[kind](width))
    // The result may take the place of a whole operand, which then has to come first.
    if (kind === 'full') reads.unshift(read)
    else reads.push(read)
    return (place) => ({ address: place.address(read), kind, advance: place.advance(read) })
  }
  const [first, second, third] = [condition, a, b].map(prepare) as [
    ReturnType<typeof prepare>,
    ReturnType<typeof prepare>,
    ReturnType<typeof prepare>,
  ]
  const write = context.operand(y, width)
  const rows = elementCount(shape) / width
  context.push({
    kind: 'where',
    rows,
    reads,
    writes: [write],
    inPlace: reads[0]?.rowBytes === width * 4,
    tileable: true,
    emit: (program, index, place) =>
      writeWhere(program, index, {
        rows,
        width,
        condition: first(place),
        a: second(place),
        b: third(place),
        y: place.address(write),
        yAdvance: place.advance(write),
      }),
  })
  return y
}

/**
 * x (…, period, width) where column i of row t lies in [t − below, t + above]; `value` elsewhere. Bounds may be
 * infinite.
 */
export function band(context: LowerContext, x: Value, bounds: Band, value: number): Value {
  if (x.dtype === 'float64') return context.host.band(context, x, bounds, value)
  const [period = 1, width = 1] = x.shape.slice(-2)
  const limited = (bound: number): number => Math.min(bound, Math.max(period, width))
  const y = context.value(x.shape)
  if (elementCount(x.shape) === 0) return y
  const rows = elementCount(x.shape) / width
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  context.push({
    kind: 'band',
    rows,
    reads: [read],
    writes: [write],
    inPlace: true,
    // A row's place is its number, which a tile does not keep.
    tileable: false,
    splittable: true,
    emit: (program, index, place) =>
      writeBand(program, index, {
        rows,
        width,
        x: place.address(read),
        y: place.address(write),
        period,
        below: limited(bounds.below),
        above: limited(bounds.above),
        value,
      }),
  })
  return y
}
