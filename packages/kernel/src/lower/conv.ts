import { ModelError } from '@dotplus/core'
import { linear } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  onlyTensor,
  unsupported,
  wholeOf,
  type AbsorbedWeights,
  type Lowering,
  type Value,
} from './context.ts'
import {
  biasOf,
  checkChannels,
  checkedWeight,
  pushConv,
  pushDepthwise,
  windowedImages,
  windowsOf,
  type Group,
  type Windows,
} from './convolution.ts'
import { prepareDepthwise } from './depthwise-conv.ts'
import { withHistory } from './history.ts'
import { prepareWinograd, pushWinograd, takesWinograd, type WinogradWeights } from './winograd.ts'
import { checkPadding, checkSizes, fromImages, isChannelsFirst } from './spatial.ts'

interface PreparedConv {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly windows: Windows
  readonly channels: number
  readonly filters: number
  /** Panels of each group; undefined where every channel is a group of its own, and for Winograd's algorithm. */
  readonly groups: readonly Group[] | undefined
  readonly depthwise: number
  readonly winograd: WinogradWeights | undefined
  readonly activation: PreparedActivation
  readonly own: AbsorbedWeights['own']
  readonly takesUp: boolean
}

/**
 * Conv1D, Conv2D, Conv3D: y (batch, out…, filters) = activation(Σ over window and channels of the group of x · kernel +
 * bias).
 */
export const convLayer: Lowering<PreparedConv> = {
  prepare(layer, weights) {
    if (layer.kind !== 'conv') throw unsupported(layer, 'layer', layer.className)
    const { rank, filters, kernelSize, strides, dilationRate, padding } = layer.conv
    const channelsFirst = isChannelsFirst(layer, rank, layer.conv.dataFormat)
    checkSizes(layer, rank, { kernelSize, strides, dilationRate })
    checkSizes(layer, 1, { filters: [filters] })
    checkPadding(layer, padding, rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'])
    const count = layer.conv.groups || 1
    const given = checkedWeight(layer, weights, 'kernel', layer.conv.kernel, [
      ...kernelSize,
      undefined,
      filters,
    ])
    const own = biasOf(layer, weights, layer.conv.bias, filters)
    if (filters % count !== 0) {
      throw new ModelError('groups of the convolution', {
        layer: layer.name,
        expected: `a divisor of ${filters} filters`,
        got: `${count}`,
      })
    }
    const floats = (count === 1 && weights.left?.(given.index)) || weights.floats(given.index)
    const held = weights.folder?.absorb(layer, floats, own, filters)
    const { kernel, scale, bias } = held ?? { kernel: floats, scale: undefined, bias: own }
    const depth = given.shape[rank] as number
    const channels = depth * count
    const units = filters / count
    const shared = {
      rank,
      channelsFirst,
      windows: windowsOf(layer.conv),
      channels,
      filters,
      activation: prepareActivation(layer, layer.conv.activation),
      own: held?.own,
      takesUp: held?.takesUp ?? false,
      depthwise: 0,
      winograd: undefined,
    }
    if (rank === 2 && count === 1 && takesWinograd(shared.windows, channels, filters)) {
      const winograd = prepareWinograd(weights, kernel, bias, filters, scale)
      return { ...shared, groups: undefined, winograd }
    }
    if (count > 1 && depth === 1 && units === 1) {
      return {
        ...shared,
        groups: undefined,
        depthwise: prepareDepthwise(weights, wholeOf(kernel), bias, filters, scale),
      }
    }
    const inner = kernel.length / filters
    const groups = Array.from({ length: count }, (_, group) => ({
      weights: weights.packDense(
        count === 1 ? kernel : columns(wholeOf(kernel), filters, group * units, units),
        bias?.slice(group * units, (group + 1) * units),
        inner,
        units,
        scale?.slice(group * units, (group + 1) * units),
      ),
      xChannel: group * depth,
      yChannel: group * units,
    }))
    return { ...shared, groups }
  },
  lower(context, prepared, call, layer) {
    const { rank, channelsFirst, windows, filters, groups, activation } = prepared
    const given = onlyTensor(call, layer)
    const input = prepared.takesUp ? (given.unscaled as Value) : given
    const streams = windows.padding === 'causal' && context.stream?.key !== undefined
    // In a stream the steps before stand where the padding would be.
    const steps = streams
      ? withHistory(context, layer, input, (windows.kernel[2] - 1) * windows.dilation[2])
      : input
    const { images: x, placed } = windowedImages(
      context,
      layer,
      steps,
      rank,
      channelsFirst,
      streams ? { ...windows, padding: 'valid' } : windows,
    )
    checkChannels(layer, x, prepared.channels)
    const shape = [x.batch, ...placed.out.slice(3 - rank), filters]
    const fused = 'elementwise' in activation ? activation.elementwise : linear
    const convolve = (bare: boolean): Value => {
      const y = context.value(shape)
      if (groups) {
        const units = filters / groups.length
        const channels = prepared.channels / groups.length
        for (const group of groups)
          pushConv(context, x, y, placed, channels, { units, group, activation: fused, bare })
      } else if (prepared.winograd) {
        pushWinograd(context, x, y, placed, prepared.winograd, fused, bare)
      } else {
        pushDepthwise(context, x, y, placed, prepared.depthwise, fused, bare)
      }
      return y
    }
    const y = convolve(false)
    const toOwn = prepared.own
    if (toOwn) {
      const output = fromImages(context, layer, toOwn(context, convolve(true)), channelsFirst)
      return [{ ...output, folded: fromImages(context, layer, y, channelsFirst) }]
    }
    const result = fromImages(context, layer, y, channelsFirst)
    return [
      'elementwise' in activation ? result : applyActivation(context, layer, activation, result),
    ]
  },
}

/** Columns `first` to `first + count` of a row-major matrix of `width` columns. */
export function columns(
  matrix: Float32Array, // (rows, width)
  width: number,
  first: number,
  count: number,
): Float32Array {
  return Float32Array.from(
    { length: (matrix.length / width) * count },
    (_, i) => matrix[Math.floor(i / count) * width + first + (i % count)] as number,
  )
}
