import type { Layer } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { writeCopy } from '../program.ts'
import { writeAffine } from '../records.ts'
import { writeShiftedCopy } from '../sequence-records.ts'
import type { LowerContext, Operand, Value } from './context.ts'
import { stateName, type Stream } from './stream.ts'

/** Bytes of an element of what steps leave behind. */
const ELEMENT = 4

/** What a layer has kept of the steps before, and of these. */
export interface Cached {
  /** (batch, capacity, …) each: the steps so far from the start on, then zeros. */
  readonly values: readonly Value[]
  /** (1): steps before these. */
  readonly before: Value
}

function whole({ buffer }: Value): Operand {
  return { buffer, rowBytes: buffer.byteLength }
}

/**
 * All steps so far of tensors (batch, steps, …), by name: what was kept of the steps before with these behind them. Only
 * for the layer that `Stream.lowerCall` is lowering.
 */
export function withCache(
  context: LowerContext,
  stream: Stream,
  layer: Layer,
  given: Readonly<Record<string, Value>>,
): Cached {
  const [first] = Object.values(given) as [Value]
  const steps = first.shape[1] as number
  const before = stepsBefore(context, stream, layer, steps, stream.capacity)
  const values = Object.entries(given).map(([name, x]) =>
    appended(context, stream, name, x, before),
  )
  return { values, before }
}

/**
 * Number (1) of the steps that the layer has taken before these `steps`, of which all together are `most` at most. Only
 * for the layer that `Stream.lowerCall` is lowering.
 */
function stepsBefore(
  context: LowerContext,
  stream: Stream,
  layer: Layer,
  steps: number,
  most: number,
): Value {
  const key = stateName(stream, 'steps')
  const known = context.states.get(key)
  if (known?.counts) {
    const counts = { ...known.counts, most: Math.min(known.counts.most, most) }
    context.states.set(key, { ...known, counts })
    return known.before
  }
  const before = context.value([1])
  const after = context.rowMap('affine', before, 1, (program, index, map) =>
    writeAffine(program, index, { ...map, scale: 1, offset: steps }),
  )
  context.states.set(key, { key, before, after, counts: { layer: layer.name, steps, most } })
  return before
}

function appended(
  context: LowerContext,
  stream: Stream,
  name: string,
  x: Value,
  count: Value,
): Value {
  const [batch = 0, steps = 0, ...rest] = x.shape
  const width = rest.reduce((product, size) => product * size, 1) * ELEMENT
  const key = stateName(stream, name)
  const before = context.value([batch, stream.capacity, ...rest])
  const after = context.value(before.shape)
  context.states.set(key, { key, before, after, grows: true })
  if (batch * width === 0) return after
  const [readBefore, readX, readCount, write] = [before, x, count, after].map(whole) as [
    Operand,
    Operand,
    Operand,
    Operand,
  ]
  const total = before.buffer.byteLength
  context.push({
    kind: 'cache',
    rows: 1,
    reads: [readBefore],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeCopy(program, index, {
        rows: 1,
        widthBytes: total,
        x: place.address(readBefore),
        xStride: total,
        y: place.address(write),
        yStride: total,
      }),
  })
  context.push({
    kind: 'cache',
    rows: batch,
    reads: [readX, readCount, write],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeShiftedCopy(program, index, {
        rows: batch,
        widthBytes: steps * width,
        x: place.address(readX),
        xStride: steps * width,
        xShift: 0,
        y: place.address(write),
        yStride: stream.capacity * width,
        yShift: width,
        count: place.address(readCount),
      }),
  })
  return after
}

/**
 * The places along an axis of a tensor that belong to the steps of this call, where each place belongs to a step: a
 * table of positions, which is not part of the stream.
 */
export function placesOfSteps(
  context: LowerContext,
  stream: Stream,
  layer: Layer,
  x: Value,
  axis: number,
  steps: number,
): Value {
  const most = x.shape[axis] as number
  const count = stepsBefore(context, stream, layer, steps, most)
  const outer = x.shape.slice(0, axis).reduce((product, size) => product * size, 1)
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const width = inner * bytesOf(x.dtype)
  const y = context.value(
    x.shape.map((size, i) => (i === axis ? steps : size)),
    x.dtype,
  )
  if (outer * width === 0) return y
  const [readX, readCount, write] = [x, count, y].map(whole) as [Operand, Operand, Operand]
  context.push({
    kind: 'places',
    rows: outer,
    reads: [readX, readCount],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeShiftedCopy(program, index, {
        rows: outer,
        widthBytes: steps * width,
        x: place.address(readX),
        xStride: most * width,
        xShift: width,
        y: place.address(write),
        yStride: steps * width,
        yShift: 0,
        count: place.address(readCount),
      }),
  })
  return y
}
