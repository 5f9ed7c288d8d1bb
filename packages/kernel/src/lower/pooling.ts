import { elementCount, type Layer } from '@dotplus/core'
import { poolWords, writePool, type AxisWindows, type Triple } from '../program-spatial.ts'
import { onlyTensor, unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import {
  checkPadding,
  checkSizes,
  extentOf,
  isChannelsFirst,
  planesOf,
  resized,
  tripleOf,
  type Images,
} from './spatial.ts'

interface PreparedPooling {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly average: boolean
}

function prepare(
  layer: Layer,
  settings: { rank: number; reduction: string; dataFormat: string },
): PreparedPooling {
  const { rank, reduction } = settings
  if (reduction !== 'max' && reduction !== 'average')
    throw unsupported(layer, 'reduction', reduction)
  return {
    rank,
    channelsFirst: isChannelsFirst(layer, rank, settings.dataFormat),
    average: reduction === 'average',
  }
}

/** Largest element or mean of every window. An empty x has no windows. */
function pushPool(
  context: LowerContext,
  x: Images,
  y: Value,
  windows: readonly AxisWindows[],
  average: boolean,
): void {
  const rows = x.batch * windows.reduce((product, { length }) => product * length, 1)
  const { channels, size } = x
  if (rows === 0 || channels === 0) return
  const table = context.constant(
    poolWords(size, windows as unknown as [AxisWindows, AxisWindows, AxisWindows]),
  )
  const read = { buffer: x.value.buffer, rowBytes: 0 }
  const write = context.operand(y, channels)
  context.push({
    kind: average ? 'average-pool' : 'max-pool',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    splittable: true,
    emit: (program, index, place) =>
      writePool(program, index, {
        rows,
        channels,
        average,
        x: place.address(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        windows: place.constant(table),
      }),
  })
}

interface PreparedWindows extends PreparedPooling {
  readonly pool: Triple
  readonly stride: Triple
  readonly padding: string
}

/**
 * Positions before the first window. Strides longer than a window can leave positions that no window of "same" holds:
 * TensorFlow's pooling of three dimensions leaves half of them out before, that of fewer dimensions all of them after.
 *
 * @param left positions that no window holds; below 0 there is padding
 */
export function skippedBefore(rank: number, padding: string, left: number): number {
  return padding === 'same' && rank === 3 ? Math.max(Math.floor(left / 2), 0) : 0
}

/** First and end (exclusive) of every window along one dimension, of which `before` and `after` positions are padding. */
function axisWindows(
  layer: Layer,
  rank: number,
  padding: string,
  length: number,
  [before, after]: readonly [number, number],
  kernel: number,
  stride: number,
): AxisWindows {
  const whole = before + length + after
  const { out, pad: least } = extentOf(layer, padding, whole, kernel, stride, 1)
  const pad = least - skippedBefore(rank, padding, whole - (out - 1) * stride - kernel)
  return Array.from({ length: out }, (_, o) => {
    const first = o * stride - pad - before
    return [Math.max(first, 0), Math.min(first + kernel, length)] as const
  })
}

/** MaxPooling and AveragePooling of 1 to 3 dimensions. Padding is not part of a window: means are over x only. */
export const poolingLayer: Lowering<PreparedWindows> = {
  prepare(layer) {
    if (layer.kind !== 'pooling') throw unsupported(layer, 'layer', layer.className)
    const { rank, poolSize, strides, padding } = layer.pooling
    const common = prepare(layer, layer.pooling)
    checkSizes(layer, rank, { poolSize, strides })
    checkPadding(layer, padding, ['valid', 'same'])
    return { ...common, pool: tripleOf(poolSize, 1), stride: tripleOf(strides, 1), padding }
  },
  lower(context, prepared, call, layer) {
    const { rank, channelsFirst, average, pool, stride, padding } = prepared
    const x = onlyTensor(call, layer)
    const windowsOf = (images: Images, amounts: readonly number[]): AxisWindows[] =>
      images.size.map((length, i) => {
        const at = 2 * (i + rank - 3)
        const zeros = [amounts[at] ?? 0, amounts[at + 1] ?? 0] as const
        return axisWindows(
          layer,
          rank,
          padding,
          length,
          zeros,
          pool[i] as number,
          stride[i] as number,
        )
      })
    const { padded } = x
    if (!average && padded?.source.nonNegative && padded.channelsFirst === channelsFirst) {
      // Zeros around what is never below 0 change no maximum of a window that holds some of it.
      const images = planesOf(layer, padded.source, rank, channelsFirst)
      const windows = windowsOf(images, padded.amounts)
      if (windows.flat().every(([first, end]) => first < end)) {
        const size = windows.map(({ length }) => length)
        const y = context.value(resized(x, rank, channelsFirst, size))
        pushPool(context, images, y, windows, average)
        return [y]
      }
    }
    const images = planesOf(layer, x, rank, channelsFirst)
    const windows = windowsOf(images, [])
    const size = windows.map(({ length }) => length)
    const y = context.value(resized(x, rank, channelsFirst, size))
    pushPool(context, images, y, windows, average)
    return [y]
  },
}

/** GlobalMaxPooling and GlobalAveragePooling: one window over all of x. */
export const globalPoolingLayer: Lowering<PreparedPooling & { keepdims: boolean }> = {
  prepare(layer) {
    if (layer.kind !== 'globalPooling') throw unsupported(layer, 'layer', layer.className)
    return { ...prepare(layer, layer.globalPooling), keepdims: layer.globalPooling.keepdims }
  },
  lower(context, { rank, channelsFirst, average, keepdims }, call, layer) {
    const x = onlyTensor(call, layer)
    const images = planesOf(layer, x, rank, channelsFirst)
    if (elementCount(images.size) === 0)
      throw unsupported(layer, 'pooling over nothing', `(${x.shape.join(', ')})`)
    const y = context.value(
      resized(x, rank, channelsFirst, [1, 1, 1]).filter(
        (_, axis) => keepdims || axis === 0 || axis === (channelsFirst ? 1 : rank + 1),
      ),
    )
    const windows = images.size.map((length) => [[0, length] as const])
    pushPool(context, images, y, windows, average)
    return [y]
  },
}

/** AdaptiveMaxPooling and AdaptiveAveragePooling: window i is floor(i · in / out) to ceil((i + 1) · in / out). */
export const adaptivePoolingLayer: Lowering<PreparedPooling & { size: Triple }> = {
  prepare(layer) {
    if (layer.kind !== 'adaptivePooling') throw unsupported(layer, 'layer', layer.className)
    const { rank, outputSize } = layer.adaptivePooling
    const common = prepare(layer, layer.adaptivePooling)
    checkSizes(layer, rank, { outputSize })
    return { ...common, size: tripleOf(outputSize, 1) }
  },
  lower(context, { rank, channelsFirst, average, size }, call, layer) {
    const x = onlyTensor(call, layer)
    const images = planesOf(layer, x, rank, channelsFirst)
    const windows = images.size.map((length, i) => {
      const out = size[i] as number
      return Array.from(
        { length: out },
        (_, o) => [Math.floor((o * length) / out), Math.ceil(((o + 1) * length) / out)] as const,
      )
    })
    const y = context.value(resized(x, rank, channelsFirst, size))
    pushPool(context, images, y, windows, average)
    return [y]
  },
}
