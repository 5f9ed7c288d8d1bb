import { elementCount, type Layer } from '@dotplus/core'
import { linear, type Activation } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  onlyTensor,
  unsupported,
  type LowerContext,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import {
  biasOf,
  checkChannels,
  placeWindows,
  pushConv,
  pushDepthwise,
  weightOf,
  windowsOf,
  type Windows,
} from './convolution.ts'
import { broadcastTo } from './permute.ts'
import {
  checkPadding,
  checkSizes,
  fromImages,
  imagesOf,
  isChannelsFirst,
  type Images,
} from './spatial.ts'

/** Places bias (channels) and weights (taps, channels) behind each other, as DEPTHWISE reads them. */
export function prepareDepthwise(
  weights: WeightStore,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  channels: number,
): number {
  const packed = new Float32Array(channels + kernel.length)
  if (bias) packed.set(bias)
  packed.set(kernel, channels)
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

/** x (batch, in…, channels) → (batch, out…, channels · multiplier), output c · multiplier + m from input c. */
function lowerDepthwise(
  context: LowerContext,
  layer: Layer,
  x: Images,
  prepared: PreparedDepthwise,
  activation: Activation,
): Value {
  const { rank, windows, multiplier, channels } = prepared
  checkChannels(layer, x, channels)
  const placed = { ...windows, ...placeWindows(layer, windows, x.size) }
  const width = channels * multiplier
  const y = context.value([x.batch, ...placed.out.slice(3 - rank), width])
  if (channels === 1) {
    const group = { weights: prepared.weights, xChannel: 0, yChannel: 0 }
    pushConv(context, x, y, placed, 1, { units: width, group, activation })
    return y
  }
  if (multiplier === 1) {
    pushDepthwise(context, x, y, placed, prepared.weights, activation)
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
  )
  return y
}

function placeKernel(
  weights: WeightStore,
  kernel: { data: Float32Array; shape: readonly number[] },
  bias: Float32Array | undefined,
): number {
  const [channels, multiplier] = kernel.shape.slice(-2) as [number, number]
  const width = channels * multiplier
  if (channels === 1) return weights.packDense(kernel.data, bias, kernel.data.length / width, width)
  return prepareDepthwise(weights, kernel.data, bias, width)
}

/** DepthwiseConv1D, DepthwiseConv2D. */
export const depthwiseConvLayer: Lowering<PreparedDepthwise & { activation: PreparedActivation }> =
  {
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
      return {
        ...common,
        channels,
        weights: placeKernel(weights, kernel, bias),
        activation: prepareActivation(layer, settings.activation),
      }
    },
    lower(context, prepared, call, layer) {
      const { rank, channelsFirst, activation } = prepared
      const x = imagesOf(context, layer, onlyTensor(call, layer), rank, channelsFirst)
      const fused = 'elementwise' in activation ? activation.elementwise : linear
      const y = fromImages(
        context,
        layer,
        lowerDepthwise(context, layer, x, prepared, fused),
        channelsFirst,
      )
      return ['elementwise' in activation ? y : applyActivation(context, layer, activation, y)]
    },
  }

interface PreparedSeparable {
  readonly depthwise: PreparedDepthwise
  readonly filters: number
  readonly pointwise: number
  readonly activation: PreparedActivation
}

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
    return {
      depthwise: { ...common, channels, weights: placeKernel(weights, kernel, undefined) },
      filters,
      pointwise: weights.packDense(pointwise.data, bias, inner, filters),
      activation: prepareActivation(layer, settings.activation),
    }
  },
  lower(context, { depthwise, filters, pointwise, activation }, call, layer) {
    const { rank, channelsFirst } = depthwise
    const x = imagesOf(context, layer, onlyTensor(call, layer), rank, channelsFirst)
    const between = lowerDepthwise(context, layer, x, depthwise, linear)
    const images = imagesOf(context, layer, between, rank, false)
    const y = context.value([...between.shape.slice(0, -1), filters])
    pushConv(
      context,
      images,
      y,
      {
        kernel: [1, 1, 1],
        stride: [1, 1, 1],
        dilation: [1, 1, 1],
        pad: [0, 0, 0],
        out: images.size,
      },
      images.channels,
      {
        units: filters,
        group: { weights: pointwise, xChannel: 0, yChannel: 0 },
        activation: 'elementwise' in activation ? activation.elementwise : linear,
      },
    )
    const result = fromImages(context, layer, y, channelsFirst)
    return [
      'elementwise' in activation ? result : applyActivation(context, layer, activation, result),
    ]
  },
}
