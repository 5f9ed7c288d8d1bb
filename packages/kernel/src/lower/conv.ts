import { ModelError } from '@dotplus/core'
import { linear } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import { onlyTensor, unsupported, type Lowering } from './context.ts'
import {
  biasOf,
  checkChannels,
  placeWindows,
  pushConv,
  pushDepthwise,
  weightOf,
  windowsOf,
  type Group,
  type Windows,
} from './convolution.ts'
import { prepareDepthwise } from './depthwise-conv.ts'
import { checkPadding, checkSizes, fromImages, imagesOf, isChannelsFirst } from './spatial.ts'

interface PreparedConv {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly windows: Windows
  readonly channels: number
  readonly filters: number
  /** Panels of each group; undefined where every channel is a group of its own. */
  readonly groups: readonly Group[] | undefined
  readonly depthwise: number
  readonly activation: PreparedActivation
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
    const kernel = weightOf(layer, weights, 'kernel', layer.conv.kernel, [
      ...kernelSize,
      undefined,
      filters,
    ])
    const bias = biasOf(layer, weights, layer.conv.bias, filters)
    if (filters % count !== 0) {
      throw new ModelError('groups of the convolution', {
        layer: layer.name,
        expected: `a divisor of ${filters} filters`,
        got: `${count}`,
      })
    }
    const own = kernel.shape[rank] as number
    const channels = own * count
    const units = filters / count
    const shared = {
      rank,
      channelsFirst,
      windows: windowsOf(layer.conv),
      channels,
      filters,
      activation: prepareActivation(layer, layer.conv.activation),
    }
    if (count > 1 && own === 1 && units === 1) {
      return {
        ...shared,
        groups: undefined,
        depthwise: prepareDepthwise(weights, kernel.data, bias, filters),
      }
    }
    const inner = kernel.data.length / filters
    const groups = Array.from({ length: count }, (_, group) => ({
      weights: weights.packDense(
        count === 1 ? kernel.data : columns(kernel.data, filters, group * units, units),
        bias?.slice(group * units, (group + 1) * units),
        inner,
        units,
      ),
      xChannel: group * own,
      yChannel: group * units,
    }))
    return { ...shared, groups, depthwise: 0 }
  },
  lower(context, prepared, call, layer) {
    const { rank, channelsFirst, windows, filters, groups, activation } = prepared
    const x = imagesOf(context, layer, onlyTensor(call, layer), rank, channelsFirst)
    checkChannels(layer, x, prepared.channels)
    const placed = { ...windows, ...placeWindows(layer, windows, x.size) }
    const y = context.value([x.batch, ...placed.out.slice(3 - rank), filters])
    const fused = 'elementwise' in activation ? activation.elementwise : linear
    if (groups) {
      const units = filters / groups.length
      const channels = prepared.channels / groups.length
      for (const group of groups)
        pushConv(context, x, y, placed, channels, { units, group, activation: fused })
    } else {
      pushDepthwise(context, x, y, placed, prepared.depthwise, fused)
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
