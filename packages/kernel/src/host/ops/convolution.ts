import type { Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import type { LowerContext, Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import {
  adaptivePool,
  asGiven,
  channelsLast,
  convolve,
  convolveTransposed,
  perAxis,
  pool,
} from '../convolution.ts'
import { meet } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

export const formatOf = (given: OpArguments): string => given.text('data_format', 'channels_last')

/** A function of images and kernels, all brought to one floating dtype, with the channels last. */
function spatially(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  names: readonly string[],
  run: (tensors: readonly Value[], rank: number) => Value,
): Value {
  const own = names.map((name) => given.tensor(name))
  const dtype = meet(layer, own)
  const [x, ...kernels] = own.map((value) => cast(context, value, dtype)) as [Value, ...Value[]]
  const format = formatOf(given)
  const moved = channelsLast(context, layer, x, format)
  return asGiven(context, layer, run([moved, ...kernels], x.shape.length - 2), format)
}

function windowsOf(given: OpArguments, rank: number) {
  return {
    strides: perAxis(given.integers('strides'), rank),
    dilations: perAxis(given.integers('dilation_rate'), rank),
    padding: given.text('padding', 'valid'),
  }
}

/** A depthwise kernel (…, channels, multiplier) as one of a convolution with a group for each channel. */
function depthwiseKernel(context: LowerContext, kernel: Value): Value {
  const [channels = 1, multiplier = 1] = kernel.shape.slice(-2)
  return context.view(kernel, [...kernel.shape.slice(0, -2), 1, channels * multiplier])
}

const convSettings = 'strides padding data_format dilation_rate'

const pooling = (name: string, largest: boolean): GeneralOps => ({
  [`nn.${name}`]: general(
    'inputs',
    'pool_size strides padding data_format',
    (context, layer, given) =>
      spatially(context, layer, given, ['inputs'], ([x], rank) => {
        const size = perAxis(given.integers('pool_size'), rank)
        const strides = given.value('strides') ? perAxis(given.integers('strides'), rank) : size
        const dilations = Array<number>(rank).fill(1)
        const padding = given.text('padding', 'valid')
        return pool(context, layer, x!, { size, strides, dilations, padding }, largest)
      }),
  ),
  [`nn.adaptive_${name}`]: general('inputs', 'output_size data_format', (context, layer, given) =>
    spatially(context, layer, given, ['inputs'], ([x], rank) =>
      adaptivePool(context, x!, perAxis(given.integers('output_size'), rank), largest),
    ),
  ),
})

export const convolutions: GeneralOps = {
  'nn.conv': general('inputs kernel', convSettings, (context, layer, given) =>
    spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) =>
      convolve(context, layer, x!, kernel!, windowsOf(given, rank)),
    ),
  ),
  'nn.depthwise_conv': general('inputs kernel', convSettings, (context, layer, given) =>
    spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) =>
      convolve(context, layer, x!, depthwiseKernel(context, kernel!), windowsOf(given, rank)),
    ),
  ),
  'nn.separable_conv': general(
    'inputs depthwise_kernel pointwise_kernel',
    convSettings,
    (context, layer, given) =>
      spatially(
        context,
        layer,
        given,
        ['inputs', 'depthwise_kernel', 'pointwise_kernel'],
        ([x, depthwise, pointwise], rank) => {
          const ones = Array<number>(rank).fill(1)
          const y = convolve(
            context,
            layer,
            x!,
            depthwiseKernel(context, depthwise!),
            windowsOf(given, rank),
          )
          return convolve(context, layer, y, pointwise!, {
            strides: ones,
            dilations: ones,
            padding: 'valid',
          })
        },
      ),
  ),
  'nn.conv_transpose': general(
    'inputs kernel',
    `${convSettings} output_padding`,
    (context, layer, given) =>
      spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) => {
        const extra = given.value('output_padding')
          ? perAxis(given.integers('output_padding'), rank)
          : undefined
        return convolveTransposed(context, x!, kernel!, windowsOf(given, rank), extra)
      }),
  ),
  ...pooling('max_pool', true),
  ...pooling('average_pool', false),
}
