import { elementCount, ModelError, type Layer, type Spectrogram } from '@dotplus/core'

import { activation, linear, writeActivation, type ActivationName } from '../program.ts'
import { onlyTensor, unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import { placeWindows, pushConv, windowsOf } from './convolution.ts'
import { melSpectrogram, type MelSettings } from './mel-spectrogram.ts'
import { binary, binaryConstant } from './merge.ts'
import { transpose } from './permute.ts'
import { checkPadding, imagesOf } from './spatial.ts'

/** A short-time Fourier transform as convolutions. */
interface Stft {
  readonly settings: Spectrogram
  /** Packed kernels, and how many frequencies each gives: the real part and the imaginary one, or both in one. */
  readonly kernels: readonly { readonly address: number; readonly units: number }[]
}

/** keras.config.epsilon(). */
const epsilon = Float32Array.of(1e-7)

const parts: Readonly<Record<string, readonly ('real' | 'imag')[]>> = {
  log: ['real', 'imag'],
  magnitude: ['real', 'imag'],
  psd: ['real', 'imag'],
  angle: ['real', 'imag'],
  stft: ['real', 'imag'],
  real: ['real'],
  imag: ['imag'],
}

/** STFTSpectrogram, whose transform is a convolution with stored kernels, and MelSpectrogram. */
export const spectrogramLayer: Lowering<Stft | MelSettings> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind !== 'spectrogram') throw unsupported(layer, 'layer', layer.className)
    const { spectrogram } = layer
    if (spectrogram.mel) return { mel: spectrogram }
    const { mode, frameLength, fftLength, padding, constants } = spectrogram
    const wanted = Object.hasOwn(parts, mode) ? parts[mode] : undefined
    if (!wanted) throw unsupported(layer, 'mode', mode)
    checkPadding(layer, padding, ['valid', 'same'])
    const frequencies = Math.floor(fftLength / 2) + 1
    const tables = constants.map((index) => weights.floats(index))
    if (
      tables.length !== wanted.length ||
      tables.some(({ length }) => length !== frameLength * frequencies)
    ) {
      throw new ModelError('kernels of the transform', {
        layer: layer.name,
        expected: `${wanted.length} of shape (${frameLength}, 1, ${frequencies})`,
        got: tables.map(({ length }) => `${length} elements`).join(' and ') || 'none',
      })
    }
    const both = mode === 'stft' ? [side(tables, frameLength, frequencies)] : tables
    const kernels = both.map((table) => {
      const units = table.length / frameLength
      return { address: weights.packDense(table, undefined, frameLength, units), units }
    })
    return { settings: spectrogram, kernels }
  },
  lower(context, prepared, call, layer) {
    const x = onlyTensor(call, layer)
    if ('mel' in prepared) return [melSpectrogram(context, layer, prepared, x)]
    return [stft(context, layer, prepared, x)]
  },
}

/** Two matrices (rows, width) beside each other: (rows, 2 · width). */
function side(tables: readonly Float32Array[], rows: number, width: number): Float32Array {
  const [left, right] = tables as [Float32Array, Float32Array]
  return Float32Array.from({ length: 2 * rows * width }, (_, i) => {
    const row = Math.floor(i / (2 * width))
    const column = i % (2 * width)
    return (column < width ? left[row * width + column] : right[row * width + column - width]) ?? 0
  })
}

function map(context: LowerContext, name: ActivationName, x: Value): Value {
  return context.rowMap(name, x, x.shape.at(-1) ?? 1, (program, index, rows) =>
    writeActivation(program, index, { ...rows, activation: activation(name) }),
  )
}

/** x (batch, time, channels), or (batch, channels, time) with the channels first. */
function stft(context: LowerContext, layer: Layer, { settings, kernels }: Stft, x: Value): Value {
  const { mode, frameLength, frameStep, padding, expandDims } = settings
  const channelsFirst = settings.dataFormat === 'channels_first'
  if (x.shape.length !== 3) {
    throw new ModelError('signals', {
      layer: layer.name,
      expected: channelsFirst ? '(batch, channels, time)' : '(batch, time, channels)',
      got: `(${x.shape.join(', ')})`,
    })
  }
  const planes = channelsFirst ? x : transpose(context, layer, x, [0, 2, 1])
  const [batch, channels, time] = planes.shape as [number, number, number]
  const signals = context.view(planes, [batch * channels, time, 1])
  const images = imagesOf(context, layer, signals, 1, false)
  const windows = windowsOf({
    kernelSize: [frameLength],
    strides: [frameStep],
    dilationRate: [1],
    padding,
  })
  const placed = { ...windows, ...placeWindows(layer, windows, images.size) }
  const frames = placed.out[2]
  const [first, second] = kernels.map(({ address, units }) => {
    const y = context.value([batch * channels, frames, units])
    const group = { weights: address, xChannel: 0, yChannel: 0 }
    // Where a frequency is silent what is left of its sum is rounding, which logarithms and angles make large.
    pushConv(context, images, y, placed, 1, { units, group, activation: linear, wide: true })
    return y
  }) as [Value, Value?]
  const result = second ? combined(context, layer, mode, first, second) : first
  const frequencies = result.shape.at(-1) as number
  const y = context.view(result, [batch, channels, frames, frequencies])
  if (expandDims) return channelsFirst ? y : transpose(context, layer, y, [0, 2, 3, 1])
  const joined = channels * frequencies
  return channelsFirst
    ? context.view(transpose(context, layer, y, [0, 1, 3, 2]), [batch, joined, frames])
    : context.view(transpose(context, layer, y, [0, 2, 1, 3]), [batch, frames, joined])
}

/** What a mode makes of the real and the imaginary parts (…, frequencies). */
function combined(
  context: LowerContext,
  layer: Layer,
  mode: string,
  real: Value,
  imaginary: Value,
): Value {
  if (elementCount(real.shape) === 0) return real
  if (mode === 'angle') return binary(context, layer, 'atan2', imaginary, real)
  const [a, b] = [map(context, 'square', real), map(context, 'square', imaginary)]
  const power = binary(context, layer, 'add', a, b)
  if (mode === 'psd') {
    // Frequencies between the first and the last stand for their negatives, too.
    const last = (power.shape.at(-1) as number) - 1
    const twice = Float32Array.from({ length: last + 1 }, (_, i) => (i === 0 || i === last ? 1 : 2))
    return binaryConstant(context, 'multiply', power, twice)
  }
  const magnitude = map(context, 'sqrt', binaryConstant(context, 'maximum', power, epsilon))
  if (mode === 'magnitude') return magnitude
  return map(context, 'log', binaryConstant(context, 'maximum', magnitude, epsilon))
}
