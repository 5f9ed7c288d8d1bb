import { ModelError, type Activation, type Layer } from '@dotplus/core'

import { onlyTensor, type LowerContext, type Lowering, type Value } from '../../lower/context.ts'
import { broadcastTo } from '../../lower/broadcast.ts'
import { reduceLines } from '../lines.ts'
import {
  adaptivePool,
  asGiven,
  channelsLast,
  convolve,
  convolveTransposed,
  perAxis,
  pool,
} from '../convolution.ts'
import { preciseSum } from '../ops/reduction.ts'
import { activateDouble } from './activation.ts'
import { withBias } from './dense.ts'
import { doubleValue, placeDoubles, settingsOf, type DoubleWeights } from './weights.ts'

interface Spatial {
  readonly rank: number
  readonly strides: readonly number[]
  readonly dilationRate: readonly number[]
  readonly padding: string
  readonly dataFormat: string
  readonly outputPadding?: readonly number[]
  readonly poolSize: readonly number[]
  readonly outputSize: readonly number[]
  readonly reduction: string
  readonly keepdims: boolean
  readonly activation?: Activation
}

const spatialOf = (layer: Layer): Spatial => settingsOf(layer) as unknown as Spatial

function windowsOf({ strides, dilationRate, padding, rank }: Spatial) {
  return {
    strides: perAxis(strides, rank),
    dilations: perAxis(dilationRate?.length ? dilationRate : undefined, rank),
    padding,
  }
}

/** A layer over images with a kernel, a bias on the channels and an activation. */
function kernelLayer(
  names: readonly string[],
  run: (
    context: LowerContext,
    layer: Layer,
    x: Value,
    kernels: readonly Value[],
    settings: Spatial,
  ) => Value,
): Lowering<DoubleWeights> {
  return {
    prepare: (layer, weights) => placeDoubles(layer, weights, [...names, 'bias']),
    lower(context, weights, call, layer) {
      const settings = spatialOf(layer)
      const x = channelsLast(context, layer, onlyTensor(call, layer), settings.dataFormat)
      const kernels = names.map((name) => {
        const kernel = doubleValue(context, weights[name])
        if (!kernel) throw new ModelError('the layer has no kernel', { layer: layer.name })
        return kernel
      })
      const y = run(context, layer, x, kernels, settings)
      const biased = withBias(context, layer, y, doubleValue(context, weights['bias']))
      const placed = asGiven(context, layer, biased, settings.dataFormat)
      return [activateDouble(context, layer, settings.activation, placed)]
    },
  }
}

/** A depthwise kernel (…, channels, multiplier) as one of a convolution with a group for each channel. */
function grouped(context: LowerContext, kernel: Value): Value {
  const [channels = 1, multiplier = 1] = kernel.shape.slice(-2)
  return context.view(kernel, [...kernel.shape.slice(0, -2), 1, channels * multiplier])
}

export const convLayer: Lowering<DoubleWeights> = kernelLayer(
  ['kernel'],
  (context, layer, x, [kernel], settings) =>
    convolve(context, layer, x, kernel as Value, windowsOf(settings)),
)

export const depthwiseConvLayer: Lowering<DoubleWeights> = kernelLayer(
  ['kernel'],
  (context, layer, x, [kernel], settings) =>
    convolve(context, layer, x, grouped(context, kernel as Value), windowsOf(settings)),
)

export const separableConvLayer: Lowering<DoubleWeights> = kernelLayer(
  ['depthwiseKernel', 'pointwiseKernel'],
  (context, layer, x, [depthwise, pointwise], settings) => {
    const y = convolve(context, layer, x, grouped(context, depthwise as Value), windowsOf(settings))
    const ones = Array<number>(settings.rank).fill(1)
    const plain = { strides: ones, dilations: ones, padding: 'valid' }
    return convolve(context, layer, y, pointwise as Value, plain)
  },
)

export const convTransposeLayer: Lowering<DoubleWeights> = kernelLayer(
  ['kernel'],
  (context, _layer, x, [kernel], settings) => {
    const extra = settings.outputPadding?.length
      ? perAxis(settings.outputPadding, settings.rank)
      : undefined
    return convolveTransposed(context, x, kernel as Value, windowsOf(settings), extra)
  },
)

/** A layer over images without weights. */
const imageLayer = (
  run: (context: LowerContext, layer: Layer, x: Value, settings: Spatial) => Value,
): Lowering<undefined> => ({
  prepare: () => undefined,
  lower(context, _prepared, call, layer) {
    const settings = spatialOf(layer)
    const x = channelsLast(context, layer, onlyTensor(call, layer), settings.dataFormat)
    const y = run(context, layer, x, settings)
    return [y.shape.length > 2 ? asGiven(context, layer, y, settings.dataFormat) : y]
  },
})

export const poolingLayer: Lowering<undefined> = imageLayer((context, layer, x, settings) => {
  const size = perAxis(settings.poolSize, settings.rank)
  const strides = settings.strides.length ? perAxis(settings.strides, settings.rank) : size
  const dilations = size.map(() => 1)
  const windows = { size, strides, dilations, padding: settings.padding }
  return pool(context, layer, x, windows, settings.reduction === 'max')
})

export const adaptivePoolingLayer: Lowering<undefined> = imageLayer(
  (context, _layer, x, settings) =>
    adaptivePool(
      context,
      x,
      perAxis(settings.outputSize, settings.rank),
      settings.reduction === 'max',
    ),
)

export const globalPoolingLayer: Lowering<undefined> = imageLayer((context, layer, x, settings) => {
  const axes = [...x.shape.keys()].slice(1, -1)
  const largest = settings.reduction === 'max'
  return reduceLines(context, layer, 'pool', x, axes, settings.keepdims, x.dtype, (line) =>
    largest
      ? line.reduce((a, b) => (b > a || b !== b ? b : a), -Infinity)
      : preciseSum(line) / line.length,
  )
})

/** UpSampling by repeating, in float64. */
export const upSamplingLayer: Lowering<undefined> = imageLayer((context, layer, x, settings) => {
  const { size, interpolation } = settings as unknown as {
    size: readonly number[]
    interpolation: string
  }
  if (interpolation !== 'nearest' && interpolation !== '')
    throw new ModelError('interpolation in float64', {
      layer: layer.name,
      expected: 'nearest',
      got: interpolation,
    })
  return perAxis(size, settings.rank).reduce(
    (y, times, i) => repeated(context, layer, y, i + 1, times),
    x,
  )
})

function repeated(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axis: number,
  times: number,
): Value {
  const { shape } = x
  const open = context.view(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)])
  const wide = broadcastTo(context, layer, open, [
    ...shape.slice(0, axis + 1),
    times,
    ...shape.slice(axis + 1),
  ])
  return context.view(
    wide,
    shape.map((length, i) => (i === axis ? length * times : length)),
  )
}
