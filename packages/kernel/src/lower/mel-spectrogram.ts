import { elementCount, ModelError, type Layer, type Spectrogram } from '@dotplus/core'

import { Fourier } from '../host/fourier.ts'
import * as L from '../wasm/layout.ts'
import { cast } from './cast.ts'
import { computeDtypeOf } from './compute-dtype.ts'
import { unsupported, type LowerContext, type Value } from './context.ts'
import { hostOp, type Float64Function } from './host-op.ts'

export interface MelSettings {
  readonly mel: Spectrogram
}

/** What the elements of windows are scaled and moved by: a − b · cos. */
const windows: Readonly<Record<string, readonly [a: number, b: number]>> = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
}

/**
 * The window (fftLength) of tf.signal, in the middle of zeros; ones throughout without a name. Of an even length it is
 * periodic, of an odd one symmetric.
 */
function windowOf(
  { window, frameLength, fftLength }: Spectrogram,
  float64: Float64Function,
): Float64Array {
  if (window === '') return new Float64Array(fftLength).fill(1)
  const [a, b] = windows[window] as readonly [number, number]
  const period = frameLength % 2 === 0 ? frameLength : frameLength - 1
  const start = Math.floor((fftLength - frameLength) / 2)
  const placed = new Float64Array(fftLength)
  for (let i = 0; i < frameLength; i++)
    placed[start + i] = period === 0 ? 1 : a - b * float64(L.COS, (2 * Math.PI * i) / period, 0)
  return placed
}

/** Evenly spaced float32, each step rounded as in tf.linspace. */
function linspace(start: number, stop: number, count: number): Float32Array {
  const step = Math.fround(Math.fround(stop - start) / Math.max(count - 1, 1))
  const points = Float32Array.from({ length: count }, (_, i) => start + Math.fround(step * i))
  if (count > 1) points[count - 1] = stop
  return points
}

/**
 * How much each frequency (rows) counts for each mel band (columns). Keras makes this in float32 whatever the layer's
 * dtype is, and so are all steps here rounded.
 */
function melWeights(
  { numMelBins, fftLength, samplingRate, minFreq, maxFreq }: Spectrogram,
  float64: Float64Function,
): Float32Array {
  const { fround } = Math
  const mel = (hertz: number): number =>
    fround(1127 * fround(float64(L.LOG, fround(1 + fround(hertz / 700)), 0)))
  const frequencies = Math.floor(fftLength / 2) + 1
  const points = linspace(0, fround(samplingRate / 2), frequencies)
  const edges = linspace(mel(fround(minFreq)), mel(fround(maxFreq)), numMelBins + 2)
  const weights = new Float32Array(frequencies * numMelBins)
  // The constant part of the signal counts for no band.
  for (let row = 1; row < frequencies; row++) {
    const at = mel(points[row] as number)
    for (let band = 0; band < numMelBins; band++) {
      const [low, center, high] = edges.subarray(band, band + 3) as unknown as [
        number,
        number,
        number,
      ]
      const rise = fround(fround(at - low) / fround(center - low))
      const fall = fround(fround(high - at) / fround(high - center))
      weights[row * numMelBins + band] = Math.max(0, Math.min(rise, fall))
    }
  }
  return weights
}

/** The tables of a layer, made once. */
interface Tables {
  readonly fourier: Fourier
  readonly window: Float64Array // (fftLength)
  readonly weights: Float32Array // (frequencies, bands)
}

const tablesBySettings = new WeakMap<Spectrogram, Tables>()

function tablesOf(settings: Spectrogram, float64: Float64Function): Tables {
  const known = tablesBySettings.get(settings)
  if (known) return known
  const made = {
    fourier: new Fourier(settings.fftLength, float64),
    window: windowOf(settings, float64),
    weights: melWeights(settings, float64),
  }
  tablesBySettings.set(settings, made)
  return made
}

/** A magnitude's square to the power of the magnitude that is asked for. */
function powerOf(exponent: number, float64: Float64Function): (square: number) => number {
  if (exponent === 2) return (square) => square
  if (exponent === 1) return Math.sqrt
  return (square) =>
    square === 0 && exponent > 0
      ? 0
      : float64(L.EXPONENTIAL, (exponent / 2) * float64(L.LOG, square, 0), 0)
}

/** Signals (…, time) to the energies of mel bands (…, bands, frames), computed in float64 and rounded once. */
export function melSpectrogram(
  context: LowerContext,
  layer: Layer,
  { mel: settings }: MelSettings,
  given: Value,
): Value {
  const { fftLength, frameLength, frameStep, numMelBins: bands, window, magExp } = settings
  if (window !== '' && !Object.hasOwn(windows, window)) throw unsupported(layer, 'window', window)
  const pad = Math.floor(fftLength / 2)
  const time = given.shape.at(-1) ?? 0
  if (given.shape.length === 0 || time <= pad || frameLength > fftLength) {
    throw new ModelError('signals', {
      layer: layer.name,
      expected: `more than ${pad} samples, which are half of fft_length`,
      got: `(${given.shape.join(', ')})`,
    })
  }
  const dtype = computeDtypeOf(layer)
  const x = cast(context, given, dtype === 'float64' ? dtype : 'float32')
  const frames = 1 + Math.floor((time + 2 * pad - fftLength) / frameStep)
  const leading = given.shape.slice(0, -1)
  const results = [{ shape: [...leading, bands, frames], dtype: x.dtype }]
  const frequencies = pad + 1
  const [y = x] = hostOp(context, 'mel', [x], results, ([signals], [to], float64) => {
    const { fourier, window: shape, weights } = tablesOf(settings, float64)
    const power = powerOf(magExp, float64)
    const [from, result] = [signals as Float64Array, to as Float64Array]
    const energies = new Float64Array(elementCount(results[0]?.shape ?? []))
    const [real, imaginary] = [new Float64Array(fftLength), new Float64Array(fftLength)]
    for (let row = 0; row < elementCount(leading); row++) {
      const signal = from.subarray(row * time, (row + 1) * time)
      for (let frame = 0; frame < frames; frame++) {
        imaginary.fill(0)
        for (let i = 0; i < fftLength; i++) {
          const at = reflected(frame * frameStep + i - pad, time)
          real[i] = (signal[at] as number) * (shape[i] as number)
        }
        fourier.transform(real, imaginary)
        for (let k = 0; k < frequencies; k++) {
          const [a, b] = [real[k] as number, imaginary[k] as number]
          const energy = power(a * a + b * b)
          for (let band = 0; band < bands; band++) {
            const weight = weights[k * bands + band] as number
            if (weight === 0) continue
            const at = (row * bands + band) * frames + frame
            energies[at] = (energies[at] as number) + energy * weight
          }
        }
      }
    }
    if (settings.powerToDb !== 0) toDecibel(settings, energies, float64)
    result.set(energies)
  })
  return cast(context, y, dtype)
}

/** The index that a sample outside of the signal repeats: the ends are mirrors and not repeated themselves. */
function reflected(index: number, length: number): number {
  if (index < 0) return -index
  return index < length ? index : 2 * (length - 1) - index
}

/** Energies become decibels relative to the reference, within the range below the largest of all. */
function toDecibel(
  { minPower, refPower, topDb }: Spectrogram,
  energies: Float64Array,
  float64: Float64Function,
): void {
  const reference = float64(L.LOG10, Math.max(Math.abs(refPower), minPower), 0)
  let largest = -Infinity
  for (let i = 0; i < energies.length; i++) {
    const decibel =
      10 * (float64(L.LOG10, Math.max(energies[i] as number, minPower), 0) - reference)
    energies[i] = decibel
    largest = Math.max(largest, decibel)
  }
  for (let i = 0; i < energies.length; i++)
    energies[i] = Math.max(energies[i] as number, largest - topDb)
}
