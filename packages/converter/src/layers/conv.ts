import type { LayerConfig } from '../keras/layer-config.ts'
import { withLora } from '../weights/lora.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

/** Number of spatial dimensions: the digit in "Conv2DTranspose". */
export function rankOf(config: LayerConfig): number {
  return Number(/(\d)D/.exec(config.place.className)?.[1] ?? 2)
}

/** Arguments that every convolution has, with Keras's defaults. */
export function convArguments(config: LayerConfig): {
  rank: number
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  padding: string
  dataFormat: string
} {
  const rank = rankOf(config)
  return {
    rank,
    kernelSize: config.sizes('kernel_size', rank),
    strides: config.sizes('strides', rank, 1),
    dilationRate: config.sizes('dilation_rate', rank, 1),
    padding: config.word(
      'padding',
      rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'],
      'valid',
    ),
    dataFormat: config.dataFormat(),
  }
}

/** Kernel (kernel_size…, input channels / groups, filters). */
export const conv: LayerConverter = {
  classNames: ['Conv1D', 'Conv2D', 'Conv3D', 'Convolution1D', 'Convolution2D', 'Convolution3D'],
  weights(config) {
    const filters = config.size('filters')
    const kernelSize = config.sizes('kernel_size', rankOf(config))
    const own = ownWeights(
      weight('kernel', [...kernelSize, undefined, filters]),
      config.boolean('use_bias', true) && weight('bias', [filters]),
    )
    return withLora(own, 'kernel', config)
  },
  convert(config, weights) {
    config.ignore('lora_rank', 'lora_alpha')
    if (config.value('quantization_config')) config.reject('quantization_config', 'null')
    return {
      kind: 'conv',
      conv: {
        ...convArguments(config),
        filters: config.size('filters'),
        groups: config.size('groups', 1),
        kernel: weights.index('kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
      },
    }
  },
}

/** Kernel (kernel_size…, filters, input channels). */
export const convTranspose: LayerConverter = {
  classNames: [
    'Conv1DTranspose',
    'Conv2DTranspose',
    'Conv3DTranspose',
    'Convolution2DTranspose',
    'Convolution3DTranspose',
  ],
  weights(config) {
    const filters = config.size('filters')
    const kernelSize = config.sizes('kernel_size', rankOf(config))
    return ownWeights(
      weight('kernel', [...kernelSize, filters, undefined]),
      config.boolean('use_bias', true) && weight('bias', [filters]),
    )
  },
  convert(config, weights) {
    if (config.integer('groups', 1) !== 1) config.reject('groups', '1')
    const rank = rankOf(config)
    const given = config.value('output_padding')
    return {
      kind: 'convTranspose',
      convTranspose: {
        ...convArguments(config),
        filters: config.size('filters'),
        outputPadding:
          given === undefined || given === null ? [] : config.sizes('output_padding', rank),
        kernel: weights.index('kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
      },
    }
  },
}

/** Kernel (kernel_size…, input channels, depth_multiplier). */
export const depthwiseConv: LayerConverter = {
  classNames: ['DepthwiseConv1D', 'DepthwiseConv2D'],
  weights(config) {
    const kernelSize = config.sizes('kernel_size', rankOf(config))
    return ownWeights(
      weight('kernel', [...kernelSize, undefined, config.size('depth_multiplier', 1)]),
      config.boolean('use_bias', true) && weight('bias', [undefined]),
    )
  },
  convert(config, weights) {
    // Keras 2 writes arguments of its base class, which this layer does not use.
    config.ignore('groups', 'filters')
    return {
      kind: 'depthwiseConv',
      depthwiseConv: {
        ...convArguments(config),
        depthMultiplier: config.size('depth_multiplier', 1),
        kernel: weights.index('kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
      },
    }
  },
}

/** A depthwise kernel, then a pointwise one (1…, input channels * depth_multiplier, filters). */
export const separableConv: LayerConverter = {
  classNames: [
    'SeparableConv1D',
    'SeparableConv2D',
    'SeparableConvolution1D',
    'SeparableConvolution2D',
  ],
  weights(config) {
    const filters = config.size('filters')
    const kernelSize = config.sizes('kernel_size', rankOf(config))
    return ownWeights(
      weight('depthwise_kernel', [...kernelSize, undefined, config.size('depth_multiplier', 1)]),
      weight('pointwise_kernel', [...kernelSize.map(() => 1), undefined, filters]),
      config.boolean('use_bias', true) && weight('bias', [filters]),
    )
  },
  convert(config, weights) {
    if (config.integer('groups', 1) !== 1) config.reject('groups', '1')
    return {
      kind: 'separableConv',
      separableConv: {
        ...convArguments(config),
        filters: config.size('filters'),
        depthMultiplier: config.size('depth_multiplier', 1),
        depthwiseKernel: weights.index('depthwise_kernel'),
        pointwiseKernel: weights.index('pointwise_kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
      },
    }
  },
}

/** Keras 1 and 2: a convolution whose kernel differs from place to place, in one of three storage layouts. */
export const locallyConnected: LayerConverter = {
  classNames: ['LocallyConnected1D', 'LocallyConnected2D'],
  weights: (config) =>
    ownWeights(weight('kernel'), config.boolean('use_bias', true) && weight('bias')),
  convert(config, weights) {
    const { dilationRate, ...rest } = convArguments(config)
    if (dilationRate.some((rate) => rate !== 1)) config.reject('dilation_rate', '1')
    return {
      kind: 'locallyConnected',
      locallyConnected: {
        ...rest,
        filters: config.size('filters'),
        implementation: config.integer('implementation', 1),
        kernel: weights.index('kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
      },
    }
  },
}
