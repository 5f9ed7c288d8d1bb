import { elementCount, ModelError, type Layer } from '@dotplus/core'
import type { Triple } from '../program-spatial.ts'
import { linear } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import { onlyTensor, unsupported, type Lowering, type WeightStore } from './context.ts'
import { checkChannels, pushConv, weightOf } from './convolution.ts'
import {
  checkPadding,
  checkSizes,
  fromImages,
  imagesOf,
  isChannelsFirst,
  tripleOf,
} from './spatial.ts'

interface PreparedLocal {
  readonly local: Local
  readonly kernel: Triple
  readonly stride: Triple
  readonly pad: Triple
  readonly out: Triple
  readonly weights: number
  readonly weightsStride: number
  readonly activation: PreparedActivation
}

/** One weight: output position, filter, tap and channel. */
type WeightAt = (position: number, filter: number, tap: number, channel: number) => number

/** What the stored kernel says about the layer. */
interface Layout {
  readonly out: readonly number[]
  readonly channels: number
  readonly at: WeightAt
}

interface Settings {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly filters: number
  readonly kernelSize: readonly number[]
  readonly strides: readonly number[]
  readonly pad: readonly number[]
}

/** Index along each dimension of element `flat`. */
function unravel(flat: number, lengths: readonly number[]): number[] {
  return lengths.map((length, i) => Math.floor(flat / elementCount(lengths.slice(i + 1))) % length)
}

function ravel(index: readonly number[], lengths: readonly number[]): number {
  return index.reduce((flat, at, i) => flat * (lengths[i] as number) + at, 0)
}

/** Implementation 1: (positions, taps and channels in the input's order, filters). */
function perPosition(
  { kernelSize, channelsFirst, filters }: Settings,
  kernel: Float64Array,
  shape: readonly number[],
  out: readonly number[],
): Layout {
  const taps = elementCount(kernelSize)
  const width = shape[1] as number
  const channels = width / taps
  return {
    out,
    channels,
    at: (position, filter, tap, channel) => {
      const row = channelsFirst ? channel * taps + tap : tap * channels + channel
      return kernel[(position * width + row) * filters + filter] as number
    },
  }
}

/** Implementation 2: a dense matrix from all inputs to all outputs, of which windows are used. */
function masked(settings: Settings, kernel: Float64Array, shape: readonly number[]): Layout {
  const { rank, channelsFirst, kernelSize, strides, pad } = settings
  const half = rank + 1
  const input = shape.slice(0, half)
  const output = shape.slice(half)
  const spatial = (lengths: readonly number[]): number[] =>
    channelsFirst ? lengths.slice(1) : lengths.slice(0, -1)
  const join = (position: readonly number[], channel: number): number[] =>
    channelsFirst ? [channel, ...position] : [...position, channel]
  const [size, out] = [spatial(input), spatial(output)]
  return {
    out,
    channels: (channelsFirst ? input[0] : input.at(-1)) as number,
    at: (position, filter, tap, channel) => {
      const to = unravel(position, out)
      const offsets = unravel(tap, kernelSize)
      const from = to.map(
        (o, i) => o * (strides[i] as number) - (pad[i] as number) + (offsets[i] as number),
      )
      if (from.some((at, i) => at < 0 || at >= (size[i] as number))) return 0
      return kernel[ravel([...join(from, channel), ...join(to, filter)], shape)] as number
    },
  }
}

/** Taps of a window that lie within x along one dimension: the first, and one beyond the last. */
type Inside = (dimension: number, position: number) => readonly [first: number, end: number]

/** Windows of padding "same" reach beyond x, whose sizes are given; those of "valid" never do. */
function insideOf({ kernelSize, strides, pad }: Settings, size: readonly number[]): Inside {
  return (dimension, position) => {
    const taps = kernelSize[dimension] as number
    const start = position * (strides[dimension] as number) - (pad[dimension] as number)
    return [Math.max(0, -start), Math.min(taps, (size[dimension] ?? Infinity) - start)]
  }
}

/** Sizes that x can have when "same" padding gives `out`: with strides, several. */
function* inputSizes(
  out: readonly number[],
  strides: readonly number[],
  found: readonly number[] = [],
): Generator<readonly number[]> {
  if (found.length === out.length) {
    yield found
    return
  }
  const [length, stride] = [out[found.length] as number, strides[found.length] as number]
  for (let size = (length - 1) * stride + 1; size <= length * stride; size++)
    yield* inputSizes(out, strides, [...found, size])
}

/** Taps within x of all windows together. */
function tapsInside(inside: Inside, out: readonly number[]): number {
  return out.reduce((product, length, dimension) => {
    let sum = 0
    for (let position = 0; position < length; position++) {
      const [first, end] = inside(dimension, position)
      sum += Math.max(0, end - first)
    }
    return product * sum
  }, 1)
}

/**
 * Implementation 3: the weights of places within x alone, by output and then by input in the order of memory.
 *
 * @returns undefined when the number of weights fits no size of x, or several
 */
function sparse(
  settings: Settings,
  kernel: Float64Array,
  out: readonly number[],
): Layout | undefined {
  const { kernelSize, channelsFirst, filters, strides, pad } = settings
  const sizes = pad.some((size) => size > 0) ? [...inputSizes(out, strides)] : [[]]
  const fitting = sizes.flatMap((size) => {
    const inside = insideOf(settings, size)
    const weights = filters * tapsInside(inside, out)
    return kernel.length > 0 && kernel.length % weights === 0 ? [{ inside, weights }] : []
  })
  const [fit, another] = fitting
  if (!fit || (another && fitting.some(({ weights }) => weights !== fit.weights))) return undefined
  const { inside } = fit
  const channels = kernel.length / fit.weights
  const windows = Array.from({ length: elementCount(out) }, (_, position) =>
    unravel(position, out).map((at, dimension) => inside(dimension, at)),
  )
  // Taps of one filter before each position.
  const before = [0]
  for (const window of windows) {
    const taps = window.reduce((product, [first, end]) => product * (end - first), 1)
    before.push((before.at(-1) as number) + taps)
  }
  const all = before.at(-1) as number
  return {
    out,
    channels,
    at: (position, filter, tap, channel) => {
      const window = windows[position] as readonly (readonly [number, number])[]
      const lengths = window.map(([first, end]) => end - first)
      const offsets = unravel(tap, kernelSize).map((at, i) => at - (window[i]?.[0] ?? 0))
      if (offsets.some((at, i) => at < 0 || at >= (lengths[i] as number))) return 0
      const taps = elementCount(lengths)
      const start = before[position] as number
      const row = channelsFirst ? filter * all + start : start * filters + filter * taps
      const place = ravel(offsets, lengths)
      const from = channelsFirst ? channel * taps + place : place * channels + channel
      return kernel[row * channels + from] as number
    },
  }
}

function layoutOf(
  layer: Layer,
  weights: WeightStore,
  settings: Settings,
  implementation: number,
  padding: string,
  indices: { kernel: number | undefined; bias: number | undefined },
): Layout {
  const { rank, filters } = settings
  const given = (dimensions: number): { data: Float64Array; shape: readonly number[] } => {
    const anything = Array<undefined>(dimensions).fill(undefined)
    const { shape } = weightOf(layer, weights, 'kernel', indices.kernel, anything)
    return { data: weights.doubles(indices.kernel as number), shape }
  }
  if (implementation === 2) {
    const { data, shape } = given(2 * rank + 2)
    return masked(settings, data, shape)
  }
  if (padding !== 'valid' && implementation === 1)
    throw unsupported(layer, `padding with implementation ${implementation}`, padding)
  const kernel = given(implementation === 1 ? 3 : 1)
  // Only the bias tells how the positions of a flattened kernel are arranged.
  if (indices.bias === undefined && (rank > 1 || implementation === 3))
    throw unsupported(layer, `implementation ${implementation} without a bias`, 'use_bias=False')
  const out =
    indices.bias === undefined
      ? kernel.shape.slice(0, 1)
      : weights.shape(indices.bias).slice(0, rank)
  if (implementation === 3) {
    const layout = sparse(settings, kernel.data, out)
    if (layout) return layout
    throw new ModelError('size of the kernel', {
      layer: layer.name,
      expected: `the weights of ${elementCount(out)} windows`,
      got: `${kernel.data.length}`,
    })
  }
  weightOf(layer, weights, 'kernel', indices.kernel, [elementCount(out), undefined, filters])
  return perPosition(settings, kernel.data, kernel.shape, out)
}

/** What a layer computes at every position. */
export interface Local {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly kernelSize: readonly number[]
  readonly strides: readonly number[]
  /** Half the kernel with padding "same", whose windows are centred on x whatever the stride. */
  readonly pad: readonly number[]
  readonly out: readonly number[]
  readonly channels: number
  readonly filters: number
  /** The kernel (taps, channels, filters) of a position. */
  kernelAt(position: number): Float64Array
  /** The bias (filters) of a position. */
  biasAt: ((position: number) => Float64Array) | undefined
}

/**
 * Reads the settings and the weights of a layer.
 *
 * @throws {UnsupportedError} when the file does not say how the weights are arranged
 * @throws {ModelError} when settings and weights do not fit each other
 */
export function localOf(layer: Layer, weights: WeightStore): Local {
  if (layer.kind !== 'locallyConnected') throw unsupported(layer, 'layer', layer.className)
  const { rank, filters, kernelSize, strides, padding, implementation } = layer.locallyConnected
  const channelsFirst = isChannelsFirst(layer, rank, layer.locallyConnected.dataFormat)
  checkSizes(layer, rank, { kernelSize, strides })
  checkSizes(layer, 1, { filters: [filters] })
  checkPadding(layer, padding, ['valid', 'same'])
  if (![1, 2, 3].includes(implementation))
    throw unsupported(layer, 'implementation', `${implementation}`)
  const pad = kernelSize.map((size) => (padding === 'same' ? Math.floor(size / 2) : 0))
  const { kernel, bias } = layer.locallyConnected
  const settings = { rank, channelsFirst, filters, kernelSize, strides, pad }
  const layout = layoutOf(layer, weights, settings, implementation, padding, { kernel, bias })
  const { out, channels, at } = layout
  const places = elementCount(out)
  const taps = elementCount(kernelSize)
  if (!Number.isSafeInteger(channels) || channels < 1) {
    throw new ModelError('size of the kernel', {
      layer: layer.name,
      expected: `a multiple of ${taps} taps and ${places} positions`,
      got: `${weights.floats(kernel as number).length}`,
    })
  }
  if (bias !== undefined) weightOf(layer, weights, 'bias', bias, [...out, filters])
  const offsets = bias === undefined ? undefined : weights.doubles(bias)
  return {
    ...settings,
    out,
    channels,
    kernelAt: (position) =>
      Float64Array.from({ length: taps * channels * filters }, (_, i) => {
        const [tap, channel, filter] = unravel(i, [taps, channels, filters]) as [
          number,
          number,
          number,
        ]
        return at(position, filter, tap, channel)
      }),
    // Keras reshapes the bias (out…, filters) to (filters, out…) when channels come first; it does not transpose it.
    biasAt:
      offsets &&
      ((position) =>
        Float64Array.from({ length: filters }, (_, filter) => {
          const from = channelsFirst ? filter * places + position : position * filters + filter
          return offsets[from] as number
        })),
  }
}

/**
 * Checks that x has as many positions as the kernel.
 *
 * @param size of x along each dimension
 */
export function checkPositions(layer: Layer, local: Local, size: readonly number[]): void {
  const { kernelSize, strides, pad, out } = local
  const fits = size.map((length, i) => {
    const reach = pad[i] ? 1 : (kernelSize[i] as number)
    return Math.floor((length - reach) / (strides[i] as number)) + 1
  })
  if (fits.join() === out.join()) return
  throw new ModelError(`input of ${layer.className}`, {
    layer: layer.name,
    expected: `as many positions as in training, (${out.join(', ')}) of the output`,
    got: `(${fits.join(', ')})`,
  })
}

/** LocallyConnected1D, LocallyConnected2D of Keras 1 and 2: a convolution with a kernel of its own at every position. */
export const locallyConnectedLayer: Lowering<PreparedLocal> = {
  prepare(layer, weights) {
    const local = localOf(layer, weights)
    const { filters, channels, out } = local
    const taps = elementCount(local.kernelSize)
    const addresses = Array.from({ length: elementCount(out) }, (_, position) => {
      const own = local.biasAt?.(position)
      const matrix = Float32Array.from(local.kernelAt(position))
      return weights.packDense(matrix, own && Float32Array.from(own), taps * channels, filters)
    })
    const [first = 0, second = first] = addresses
    const settings =
      layer.kind === 'locallyConnected' ? layer.locallyConnected.activation : undefined
    return {
      local,
      kernel: tripleOf(local.kernelSize, 1),
      stride: tripleOf(local.strides, 1),
      pad: tripleOf(local.pad, 0),
      out: tripleOf(out, 1),
      weights: first,
      weightsStride: second - first,
      activation: prepareActivation(layer, settings),
    }
  },
  lower(context, prepared, call, layer) {
    const { local, kernel, stride, pad, out, activation } = prepared
    const { rank, channelsFirst, filters, channels } = local
    const x = imagesOf(context, layer, onlyTensor(call, layer), rank, channelsFirst)
    checkChannels(layer, x, channels)
    checkPositions(layer, local, x.size.slice(3 - rank))
    const y = context.value([x.batch, ...out.slice(3 - rank), filters])
    const windows = { kernel, stride, dilation: [1, 1, 1] as const, pad, out }
    pushConv(context, x, y, windows, channels, {
      units: filters,
      group: { weights: prepared.weights, xChannel: 0, yChannel: 0 },
      activation: 'elementwise' in activation ? activation.elementwise : linear,
      weightsStride: prepared.weightsStride,
    })
    const result = fromImages(context, layer, y, channelsFirst)
    return [
      'elementwise' in activation ? result : applyActivation(context, layer, activation, result),
    ]
  },
}
