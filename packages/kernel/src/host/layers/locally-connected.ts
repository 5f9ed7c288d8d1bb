import { elementCount, ModelError } from '@dotplus/core'

import { onlyTensor, type Lowering, type Value, type WeightStore } from '../../lower/context.ts'
import { checkPositions, localOf, type Local } from '../../lower/locally-connected.ts'
import { asGiven, channelsLast } from '../convolution.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { activateDouble } from './activation.ts'

interface DoubleLocal {
  readonly local: Local
  /** Address of the kernels (positions, taps, channels, filters). */
  readonly kernel: number
  /** Address of the biases (positions, filters), or zeros. */
  readonly bias: number
}

function placeAll(
  weights: WeightStore,
  { out }: Local,
  at: (position: number) => Float64Array,
): number {
  const parts = Array.from({ length: elementCount(out) }, (_, position) => at(position))
  const width = parts[0]?.length ?? 0
  const all = new Float64Array(parts.length * width)
  for (const [i, part] of parts.entries()) all.set(part, i * width)
  return weights.place(new Uint8Array(all.buffer))
}

/** Every index along some axes, in row-major order. */
function indicesOf(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  )
}

/** LocallyConnected1D and LocallyConnected2D in float64. */
export const locallyConnectedLayer: Lowering<DoubleLocal> = {
  prepare(layer, weights) {
    const local = localOf(layer, weights)
    return {
      local,
      kernel: placeAll(weights, local, local.kernelAt),
      bias: placeAll(weights, local, local.biasAt ?? (() => new Float64Array(local.filters))),
    }
  },
  lower(context, { local, ...placed }, call, layer) {
    const { rank, channelsFirst, kernelSize, strides, pad, out, channels, filters } = local
    const format = channelsFirst ? 'channels_first' : 'channels_last'
    const x = channelsLast(context, layer, onlyTensor(call, layer), format)
    if (x.shape.length !== rank + 2 || x.shape.at(-1) !== channels) {
      throw new ModelError(`input of ${layer.className}`, {
        layer: layer.name,
        expected: `rank ${rank + 2} with ${channels} channels`,
        got: `(${x.shape.join(', ')})`,
      })
    }
    const batch = x.shape[0] as number
    const size = x.shape.slice(1, -1)
    checkPositions(layer, local, size)
    const [places, offsets] = [indicesOf(out), indicesOf(kernelSize)]
    const kernel = context.fixed(
      placed.kernel,
      [places.length, offsets.length, channels, filters],
      'float64',
    )
    const bias = context.fixed(placed.bias, [places.length, filters], 'float64')
    /** Place in x of each tap at each position; negative outside. */
    const sources = places.map((place) =>
      offsets.map((offset) => {
        const at = place.map(
          (p, i) => p * (strides[i] as number) - (pad[i] as number) + (offset[i] as number),
        )
        if (at.some((each, i) => each < 0 || each >= (size[i] as number))) return -1
        return at.reduce((flat, each, i) => flat * (size[i] as number) + each, 0)
      }),
    )
    const result = { shape: [batch, ...out, filters], dtype: 'float64' as const }
    const [y] = numericOp(context, 'conv', [x, kernel, bias], [result], ([a, w, b], [to]) => {
      for (let image = 0; image < batch; image++) {
        for (const [position, taps] of sources.entries()) {
          const own = (to as Numbers).subarray(
            (image * places.length + position) * filters,
            (image * places.length + position + 1) * filters,
          )
          own.set(b!.subarray(position * filters, (position + 1) * filters))
          for (const [tap, source] of taps.entries()) {
            if (source < 0) continue
            for (let channel = 0; channel < channels; channel++) {
              const value = a![(image * elementCount(size) + source) * channels + channel]!
              const row = ((position * taps.length + tap) * channels + channel) * filters
              for (let f = 0; f < filters; f++) own[f] = own[f]! + value * w![row + f]!
            }
          }
        }
      }
    }) as [Value]
    const settings =
      layer.kind === 'locallyConnected' ? layer.locallyConnected.activation : undefined
    return [activateDouble(context, layer, settings, asGiven(context, layer, y, format))]
  },
}
