import { elementCount, type Layer } from '@dotplus/core'
import { sampleWords, writeResample, type Sample } from '../program-spatial.ts'
import type { LowerContext, Value } from './context.ts'
import { interpolationOf, nearest } from './interpolation.ts'
import { takeAxes } from './take.ts'

/** True for the names of weighted interpolations. */
export function resampled(interpolation: string): boolean {
  return interpolationOf(interpolation, false) !== undefined
}

/** x with one axis made of weighted neighbours. */
function resampleAxis(
  context: LowerContext,
  x: Value,
  axis: number,
  samples: readonly Sample[],
): Value {
  const shape = x.shape.with(axis, samples.length)
  const y = context.value(shape)
  if (elementCount(shape) === 0) return y
  const length = x.shape[axis] as number
  const inner = elementCount(shape.slice(axis + 1))
  const rows = elementCount(shape) / inner
  const { words, taps } = sampleWords(samples)
  const table = context.constant(words)
  const read = { buffer: x.buffer, rowBytes: 0 }
  const write = context.operand(y, inner)
  context.push({
    kind: 'resample',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    splittable: true,
    emit: (program, index, place) =>
      writeResample(program, index, {
        rows,
        inner,
        length,
        out: samples.length,
        taps,
        x: place.address(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        weights: place.constant(table),
      }),
  })
  return y
}

/** tf.image.resize of images (batch, height, width, channels), or channels first, to (height, width). */
export function resizeImages(
  context: LowerContext,
  layer: Layer,
  x: Value,
  channelsFirst: boolean,
  size: readonly number[],
  { interpolation, antialias }: { interpolation: string; antialias: boolean },
): Value {
  const axis = channelsFirst ? 2 : 1
  const from = x.shape.slice(axis, axis + 2)
  if (from.every((length, i) => length === size[i])) return x
  const method = interpolationOf(interpolation, antialias)
  if (method === undefined) {
    const indices = from.map((length, i) => nearest(length, size[i] as number))
    return takeAxes(context, layer, x, 2, channelsFirst, indices)
  }
  let y = x
  from.forEach((length, i) => {
    const samples = method(length, size[i] as number)
    if (length !== size[i]) y = resampleAxis(context, y, axis + i, samples)
  })
  return y
}
