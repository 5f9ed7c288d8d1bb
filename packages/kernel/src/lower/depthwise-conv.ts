import { elementCount, type Layer } from '@dotplus/core'
import { linear, type Activation } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  onlyTensor,
  unsupported,
  type AbsorbedWeights,
  type LowerContext,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import {
  biasOf,
  checkChannels,
  pushConv,
  pushDepthwise,
  weightOf,
  windowedImages,
  windowsOf,
  type Windows,
} from './convolution.ts'
import { broadcastTo } from './broadcast.ts'
import { checkPadding, checkSizes, fromImages, imagesOf, isChannelsFirst } from './spatial.ts'

/** Places bias (channels) and weights (taps, channels), times `scale`, behind each other, as DEPTHWISE reads them. */
export function prepareDepthwise(
  weights: WeightStore,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  channels: number,
  scale?: Float64Array,
): number {
  const packed = new Float32Array(channels + kernel.length)
  if (bias) packed.set(bias)
  packed.set(kernel, channels)
  if (scale)
    for (let i = channels; i < packed.length; i++)
      packed[i] = (packed[i] as number) * (scale[i % channels] as number)
  return weights.place(packed)
}

interface PreparedDepthwise {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly windows: Windows
  readonly channels: number
  readonly multiplier: number
  /** Panels where x has one channel, otherwise what {@link prepareDepthwise} placed. */
  readonly weights: number
}

function prepareWindows(
  layer: Layer,
  settings: {
    rank: number
    kernelSize: number[]
    strides: number[]
    dilationRate: number[]
    padding: string
    dataFormat: string
    depthMultiplier: number
  },
): Pick<PreparedDepthwise, 'rank' | 'channelsFirst' | 'windows' | 'multiplier'> {
  const { rank, kernelSize, strides, dilationRate, padding, depthMultiplier } = settings
  const channelsFirst = isChannelsFirst(layer, rank, settings.dataFormat)
  checkSizes(layer, rank, { kernelSize, strides, dilationRate })
  checkSizes(layer, 1, { depthMultiplier: [depthMultiplier] })
  checkPadding(layer, padding, rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'])
  return { rank, channelsFirst, windows: windowsOf(settings), multiplier: depthMultiplier }
}

/** x → (batch, out…, channels · multiplier), output c · multiplier + m from input c. */
function lowerDepthwise(
  context: LowerContext,
  layer: Layer,
  input: Value,
  prepared: PreparedDepthwise,
  activation: Activation,
  bare = false,
): Value {
  const { rank, channelsFirst, windows, multiplier, channels } = prepared
  const { images: x, placed } = windowedImages(context, layer, input, rank, channelsFirst, windows)
  checkChannels(layer, x, channels)
  const width = channels * multiplier
  const y = context.value([x.batch, ...placed.out.slice(3 - rank), width])
  if (channels === 1) {
    const group = { weights: prepared.weights, xChannel: 0, yChannel: 0 }
    pushConv(context, x, y, placed, 1, { units: width, group, activation, bare })
    return y
  }
  if (multiplier === 1) {
    pushDepthwise(context, x, y, placed, prepared.weights, activation, bare)
    return y
  }
  const pixels = x.batch * elementCount(x.size)
  const repeated = broadcastTo(context, layer, context.view(x.value, [pixels, channels, 1]), [
    pixels,
    channels,
    multiplier,
  ])
  pushDepthwise(
    context,
    { ...x, value: repeated, channels: width },
    y,
    placed,
    prepared.weights,
    activation,
    bare,
  )
  return y
}

function placeKernel(
  weights: WeightStore,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  channels: number,
  multiplier: number,
  scale?: Float64Array,
): number {
  const width = channels * multiplier
  if (channels === 1) return weights.packDense(kernel, bias, kernel.length / width, width, scale)
  return prepareDepthwise(weights, kernel, bias, width, scale)
}

/** DepthwiseConv1D, DepthwiseConv2D. */
export const depthwiseConvLayer: Lowering<
  PreparedDepthwise & { activation: PreparedActivation; own: AbsorbedWeights['own'] }
> = {
  prepare(layer, weights) {
    if (layer.kind !== 'depthwiseConv') throw unsupported(layer, 'layer', layer.className)
    const settings = layer.depthwiseConv
    const common = prepareWindows(layer, settings)
    const kernel = weightOf(layer, weights, 'kernel', settings.kernel, [
      ...settings.kernelSize,
      undefined,
      settings.depthMultiplier,
    ])
    const channels = kernel.shape[common.rank] as number
    const bias = biasOf(layer, weights, settings.bias, channels * settings.depthMultiplier)
    const held = weights.folder?.absorb(
      layer,
      kernel.data,
      bias,
      channels * settings.depthMultiplier,
    )
    return {
      ...common,
      channels,
      weights: placeKernel(
        weights,
        kernel.data,
        held ? held.bias : bias,
        channels,
        settings.depthMultiplier,
        held?.scale,
      ),
      activation: prepareActivation(layer, settings.activation),
      own: held?.own,
    }
  },
  lower(context, prepared, call, layer) {
    const { channelsFirst, activation } = prepared
    const x = onlyTensor(call, layer)
    const fused = 'elementwise' in activation ? activation.elementwise : linear
    const y = fromImages(
      context,
      layer,
      lowerDepthwise(context, layer, x, prepared, fused),
      channelsFirst,
    )
    if (prepared.own) {
      const sums = lowerDepthwise(context, layer, x, prepared, fused, true)
      const own = fromImages(context, layer, prepared.own(context, sums), channelsFirst)
      return [{ ...own, folded: y }]
    }
    return ['elementwise' in activation ? y : applyActivation(context, layer, activation, y)]
  },
}

interface PreparedSeparable {
  readonly depthwise: PreparedDepthwise
  readonly filters: number
  readonly pointwise: number
  readonly activation: PreparedActivation
  readonly own: AbsorbedWeights['own']
}

/** Windows of single pixels. */
const point = { kernel: [1, 1, 1], stride: [1, 1, 1], dilation: [1, 1, 1], pad: [0, 0, 0] } as const

/** SeparableConv1D, SeparableConv2D: a depthwise convolution, then a 1×1 one with bias and activation. */
export const separableConvLayer: Lowering<PreparedSeparable> = {
  prepare(layer, weights) {
    if (layer.kind !== 'separableConv') throw unsupported(layer, 'layer', layer.className)
    const settings = layer.separableConv
    const { filters, depthMultiplier, kernelSize } = settings
    const common = prepareWindows(layer, settings)
    const kernel = weightOf(layer, weights, 'depthwise kernel', settings.depthwiseKernel, [
      ...kernelSize,
      undefined,
      depthMultiplier,
    ])
    const channels = kernel.shape[common.rank] as number
    const inner = channels * depthMultiplier
    const pointwise = weightOf(layer, weights, 'pointwise kernel', settings.pointwiseKernel, [
      ...kernelSize.map(() => 1),
      inner,
      filters,
    ])
    const bias = biasOf(layer, weights, settings.bias, filters)
    const held = weights.folder?.absorb(layer, pointwise.data, bias, filters)
    return {
      depthwise: {
        ...common,
        channels,
        weights: placeKernel(weights, kernel.data, undefined, channels, depthMultiplier),
      },
      filters,
      pointwise: weights.packDense(
        pointwise.data,
        held ? held.bias : bias,
        inner,
        filters,
        held?.scale,
      ),
      activation: prepareActivation(layer, settings.activation),
      own: held?.own,
    }
  },
  lower(context, { depthwise, filters, pointwise, activation, own }, call, layer) {
    const { rank, channelsFirst } = depthwise
    const between = lowerDepthwise(context, layer, onlyTensor(call, layer), depthwise, linear)
    const images = imagesOf(context, layer, between, rank, false)
    const fused = 'elementwise' in activation ? activation.elementwise : linear
    const group = { weights: pointwise, xChannel: 0, yChannel: 0 }
    const multiply = (epilogue: Activation, bare: boolean): Value => {
      const y = context.value([...between.shape.slice(0, -1), filters])
      const windows = { ...point, out: images.size }
      const piece = { units: filters, group, activation: epilogue, bare }
      pushConv(context, images, y, windows, images.channels, piece)
      return y
    }
    const result = fromImages(context, layer, multiply(fused, false), channelsFirst)
    if (own) {
      const sums = multiply(linear, true)
      const output = fromImages(context, layer, own(context, sums), channelsFirst)
      return [{ ...output, folded: result }]
    }
    return [
      'elementwise' in activation ? result : applyActivation(context, layer, activation, result),
    ]
  },
}
