import { ModelError, type Layer } from '@dotplus/core'
import type { Triple } from '../program-spatial.ts'
import { unsupported, type LowerContext, type Value } from './context.ts'
import { transpose } from './permute.ts'

/** A batch of images with depth, height and width, of which leading ones are 1 below rank 3. */
export interface Images {
  readonly value: Value
  readonly batch: number
  readonly size: Triple
  readonly channels: number
}

/** `rank` numbers, one per spatial dimension, as depth, height, width. */
export function tripleOf(values: readonly number[], missing: number): Triple {
  const filled = [...Array<number>(3 - values.length).fill(missing), ...values]
  return filled as unknown as Triple
}

/**
 * Checks that every list has one positive whole number per spatial dimension.
 *
 * @throws {ModelError} naming the layer and the setting
 */
export function checkSizes(
  layer: Layer,
  rank: number,
  settings: Readonly<Record<string, readonly number[]>>,
): void {
  for (const [name, values] of Object.entries(settings)) {
    if (
      values.length !== rank ||
      values.some((value) => !Number.isSafeInteger(value) || value < 1)
    ) {
      throw new ModelError(`${name} of ${layer.className}`, {
        layer: layer.name,
        expected: `${rank} positive numbers`,
        got: `(${values.join(', ')})`,
      })
    }
  }
}

/**
 * True for "channels_first".
 *
 * @throws {UnsupportedError} for a word that is no data format, or a rank without kernels
 */
export function isChannelsFirst(layer: Layer, rank: number, dataFormat: string): boolean {
  if (rank < 1 || rank > 3) throw unsupported(layer, 'number of spatial dimensions', `${rank}`)
  if (dataFormat === 'channels_first') return true
  if (dataFormat !== 'channels_last' && dataFormat !== '')
    throw unsupported(layer, 'data_format', dataFormat)
  return false
}

/** @throws {ModelError} when x has not `rank` dimensions between batch and channels */
export function checkRank(layer: Layer, x: Value, rank: number): void {
  if (x.shape.length !== rank + 2) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: `${rank + 2} dimensions`,
      got: `(${x.shape.join(', ')})`,
    })
  }
}

/** x as images with the channels last, transposed when they come first. */
export function imagesOf(
  context: LowerContext,
  layer: Layer,
  x: Value,
  rank: number,
  channelsFirst: boolean,
): Images {
  checkRank(layer, x, rank)
  const axes = x.shape.map((_, axis) => axis)
  const value = channelsFirst ? transpose(context, layer, x, [0, ...axes.slice(2), 1]) : x
  const [batch = 1, ...rest] = value.shape
  return {
    value,
    batch,
    size: tripleOf(rest.slice(0, -1), 1),
    channels: rest.at(-1) as number,
  }
}

/**
 * x as images without moving anything: channels that come first are counted with the batch, so that every image has one
 * channel. For ops that treat all channels alike.
 */
export function planesOf(layer: Layer, x: Value, rank: number, channelsFirst: boolean): Images {
  checkRank(layer, x, rank)
  const [batch = 1, ...rest] = x.shape
  return channelsFirst
    ? {
        value: x,
        batch: batch * (rest[0] as number),
        size: tripleOf(rest.slice(1), 1),
        channels: 1,
      }
    : {
        value: x,
        batch,
        size: tripleOf(rest.slice(0, -1), 1),
        channels: rest.at(-1) as number,
      }
}

/** The shape of x with other spatial dimensions. */
export function resized(
  x: Value,
  rank: number,
  channelsFirst: boolean,
  size: readonly number[],
): number[] {
  const spatial = size.slice(-rank)
  const shape = [...x.shape]
  shape.splice(channelsFirst ? 2 : 1, rank, ...spatial)
  return shape
}

/** Channels last to the layer's own order. */
export function fromImages(
  context: LowerContext,
  layer: Layer,
  y: Value,
  channelsFirst: boolean,
): Value {
  if (!channelsFirst) return y
  const axes = y.shape.map((_, axis) => axis)
  return transpose(context, layer, y, [0, axes.length - 1, ...axes.slice(1, -1)])
}

/** Where windows lie along one dimension. */
export interface Extent {
  readonly out: number
  /** Positions before x where the first window starts. */
  readonly pad: number
}

/**
 * TensorFlow's rule, which Keras follows: "valid" keeps windows inside x; "same" gives ceil(length / stride) of them and
 * splits the padding evenly, the odd position after x; "causal" pads before x only.
 *
 * @throws {ModelError} when no window fits
 */
export function extentOf(
  layer: Layer,
  padding: string,
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
): Extent {
  const reach = (kernel - 1) * dilation + 1
  if (padding === 'same') {
    const out = Math.ceil(length / stride)
    return { out, pad: Math.floor(Math.max((out - 1) * stride + reach - length, 0) / 2) }
  }
  const pad = padding === 'causal' ? reach - 1 : 0
  if (length + pad < reach) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: `at least ${reach} positions along each dimension`,
      got: `${length}`,
    })
  }
  return { out: Math.floor((length + pad - reach) / stride) + 1, pad }
}

/** @throws {UnsupportedError} for another padding than those given */
export function checkPadding(layer: Layer, padding: string, known: readonly string[]): void {
  if (!known.includes(padding)) throw unsupported(layer, 'padding', padding)
}
