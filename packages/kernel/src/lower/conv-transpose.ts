import type { Triple } from '../program-spatial.ts'
import { linear } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import { onlyTensor, unsupported, type Lowering } from './context.ts'
import { biasOf, checkChannels, pushConv, weightOf } from './convolution.ts'
import {
  checkPadding,
  checkSizes,
  fromImages,
  imagesOf,
  isChannelsFirst,
  tripleOf,
} from './spatial.ts'

/** Along one dimension: the outputs o ≡ remainder (mod stride) and the taps that reach them, as a stride-1 convolution. */
interface AxisPhase {
  readonly remainder: number
  /** Kernel positions in order of the input positions they meet. Empty: no input reaches these outputs. */
  readonly taps: readonly number[]
  readonly dilation: number
  readonly pad: number
}

/** One dimension of the layer. */
interface Axis {
  readonly stride: number
  /** Positions of the full result that are cut off in front. */
  readonly crop: number
  outputLength(length: number): number
}

/** Output sizes as in keras.src.backend.common.backend_utils, positions as TensorFlow and JAX place them. */
function axisOf(
  kernel: number,
  stride: number,
  dilation: number,
  padding: string,
  outputPadding: number | undefined,
): Axis {
  const reach = (kernel - 1) * dilation + 1
  if (padding === 'valid') {
    const extra = outputPadding ?? Math.max(stride - reach, 0)
    return { stride, crop: 0, outputLength: (length) => (length - 1) * stride + reach + extra }
  }
  const last = outputPadding === undefined ? stride : (reach % 2) + outputPadding
  return {
    stride,
    crop: Math.floor(Math.max(reach - last, 0) / 2),
    outputLength: (length) => (length - 1) * stride + last,
  }
}

/** Input position i and tap k meet at output i · stride + k · dilation − crop. */
function phasesOf({ stride, crop }: Axis, kernel: number, dilation: number): AxisPhase[] {
  return Array.from({ length: stride }, (_, remainder) => {
    const taps = [...Array(kernel).keys()].filter(
      (k) => (remainder + crop - k * dilation) % stride === 0,
    )
    // Later taps meet earlier inputs; neighbours among them are `step` inputs apart.
    const position = (k: number): number => (remainder + crop - k * dilation) / stride
    taps.reverse()
    const [first, second] = taps
    return {
      remainder,
      taps,
      dilation:
        first === undefined || second === undefined ? 1 : position(second) - position(first),
      pad: first === undefined ? 0 : -position(first),
    }
  })
}

/** One combination of phases: the outputs it makes and its part of the kernel. */
interface Phase {
  readonly axes: readonly [AxisPhase, AxisPhase, AxisPhase]
  readonly weights: number
}

interface PreparedConvTranspose {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly axes: readonly [Axis, Axis, Axis]
  readonly phases: readonly Phase[]
  readonly channels: number
  readonly filters: number
  readonly activation: PreparedActivation
}

/**
 * Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: the gradient of a convolution with respect to its input. Outputs
 * that lie at the same place within a stride are reached by the same taps, so every such phase is a convolution with
 * stride 1 that writes every stride-th position.
 */
export const convTransposeLayer: Lowering<PreparedConvTranspose> = {
  prepare(layer, weights) {
    if (layer.kind !== 'convTranspose') throw unsupported(layer, 'layer', layer.className)
    const { rank, filters, kernelSize, strides, dilationRate, padding, outputPadding } =
      layer.convTranspose
    const channelsFirst = isChannelsFirst(layer, rank, layer.convTranspose.dataFormat)
    checkSizes(layer, rank, { kernelSize, strides, dilationRate })
    checkSizes(layer, 1, { filters: [filters] })
    checkPadding(layer, padding, ['valid', 'same'])
    if (outputPadding.length !== 0 && outputPadding.length !== rank)
      throw unsupported(layer, 'output_padding', `(${outputPadding.join(', ')})`)
    outputPadding.forEach((extra, i) => {
      if (extra >= (strides[i] as number))
        throw unsupported(layer, 'output_padding of a stride or more', `${extra}`)
    })
    const kernel = weightOf(layer, weights, 'kernel', layer.convTranspose.kernel, [
      ...kernelSize,
      filters,
      undefined,
    ])
    const bias = biasOf(layer, weights, layer.convTranspose.bias, filters)
    const channels = kernel.shape.at(-1) as number
    const [sizes, steps, rates] = [
      tripleOf(kernelSize, 1),
      tripleOf(strides, 1),
      tripleOf(dilationRate, 1),
    ]
    const given = outputPadding.length === 0 ? undefined : tripleOf(outputPadding, 0)
    const axes = sizes.map((size, i) =>
      i < 3 - rank
        ? axisOf(1, 1, 1, 'valid', undefined)
        : axisOf(size, steps[i] as number, rates[i] as number, padding, given?.[i]),
    ) as unknown as [Axis, Axis, Axis]
    const [depths, heights, widths] = axes.map((axis, i) =>
      phasesOf(axis, sizes[i] as number, rates[i] as number),
    ) as [AxisPhase[], AxisPhase[], AxisPhase[]]
    const phases: Phase[] = []
    for (const d of depths) {
      for (const h of heights) {
        for (const w of widths) {
          const part = kernelPart(kernel.data, sizes, [d, h, w], filters, channels)
          const inner = part.length / filters
          phases.push({ axes: [d, h, w], weights: weights.packDense(part, bias, inner, filters) })
        }
      }
    }
    const activation = prepareActivation(layer, layer.convTranspose.activation)
    return { rank, channelsFirst, axes, phases, channels, filters, activation }
  },
  lower(context, prepared, call, layer) {
    const { rank, channelsFirst, axes, phases, channels, filters, activation } = prepared
    const x = imagesOf(context, layer, onlyTensor(call, layer), rank, channelsFirst)
    checkChannels(layer, x, channels)
    const size = x.size.map((length, i) =>
      Math.max((axes[i] as Axis).outputLength(length), 0),
    ) as unknown as Triple
    const y = context.value([x.batch, ...size.slice(3 - rank), filters])
    const line = size[2] * filters
    const plane = size[1] * line
    for (const phase of phases) {
      // Without a tap the window lies behind x, where everything is 0.
      const reached = phase.axes.every(({ taps }) => taps.length > 0)
      const at = phase.axes.map(({ remainder }) => remainder) as unknown as Triple
      const strides = axes.map(({ stride }) => stride) as unknown as Triple
      const out = size.map((length, i) =>
        Math.max(Math.ceil((length - (at[i] as number)) / (strides[i] as number)), 0),
      ) as unknown as Triple
      pushConv(
        context,
        x,
        y,
        {
          kernel: reached ? triple(phase, ({ taps }) => taps.length) : [1, 1, 1],
          stride: [1, 1, 1],
          dilation: triple(phase, ({ dilation }) => dilation),
          pad: reached ? triple(phase, ({ pad }) => pad) : [-x.size[0], 0, 0],
          out,
        },
        channels,
        {
          units: filters,
          group: { weights: phase.weights, xChannel: 0, yChannel: 0 },
          activation: 'elementwise' in activation ? activation.elementwise : linear,
          yOffset: at[0] * plane + at[1] * line + at[2] * filters,
          yStrides: [strides[2] * filters, strides[1] * line, strides[0] * plane, size[0] * plane],
        },
      )
    }
    const result = fromImages(context, layer, y, channelsFirst)
    return [
      'elementwise' in activation ? result : applyActivation(context, layer, activation, result),
    ]
  },
}

function triple(phase: Phase, of: (axis: AxisPhase) => number): Triple {
  return phase.axes.map(of) as unknown as Triple
}

/** The taps of a phase as (taps · channels, filters); one tap of zeros when there is none. */
function kernelPart(
  kernel: Float32Array, // (depth, height, width, filters, channels)
  [, height, width]: Triple,
  [d, h, w]: readonly [AxisPhase, AxisPhase, AxisPhase],
  filters: number,
  channels: number,
): Float32Array {
  const count = d.taps.length * h.taps.length * w.taps.length
  const part = new Float32Array(Math.max(count, 1) * channels * filters)
  let row = 0
  for (const kd of d.taps) {
    for (const kh of h.taps) {
      for (const kw of w.taps) {
        const from = ((kd * height + kh) * width + kw) * filters * channels
        for (let c = 0; c < channels; c++, row++) {
          for (let f = 0; f < filters; f++) {
            part[row * filters + f] = kernel[from + f * channels + c] as number
          }
        }
      }
    }
  }
  return part
}
