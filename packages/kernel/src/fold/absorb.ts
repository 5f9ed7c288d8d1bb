import type { Layer, Model } from '@dotplus/core'
import type { AbsorbedWeights, WeightFolder, WeightStore } from '../lower/context.ts'
import { scaleShift } from '../lower/normalization.ts'
import { foldingsOf, type ChannelMap } from './batch-norm.ts'

/** Folds batch normalizations into the layers before them. */
export function weightFolder(model: Model, weights: WeightStore): WeightFolder {
  const { after, absorbed } = foldingsOf(model, weights)
  return {
    absorb(layer: Layer, kernel: Float32Array, bias: Float32Array | undefined): AbsorbedWeights {
      const map = after.get(layer)
      return map ? absorb(weights, map, kernel, bias) : { kernel, bias, own: undefined }
    },
    isAbsorbed: (layer) => absorbed.has(layer),
  }
}

/**
 * Multiplies a map of channels into weights: in float64, rounded once.
 *
 * @param kernel (…, units)
 * @param bias (units)
 */
function absorb(
  weights: WeightStore,
  { scale, shift }: ChannelMap,
  kernel: Float32Array,
  bias: Float32Array | undefined,
): AbsorbedWeights {
  const units = scale.length
  const scaled = new Float32Array(kernel.length)
  for (let start = 0; start < kernel.length; start += units)
    for (let i = 0; i < units; i++)
      scaled[start + i] = (kernel[start + i] as number) * (scale[i] as number)
  const inverse = weights.place(Float32Array.from(scale, (value) => 1 / value))
  const offset = weights.place(bias ?? new Float32Array(units))
  return {
    kernel: scaled,
    bias: Float32Array.from(shift, (value, i) => value + (bias?.[i] ?? 0) * (scale[i] as number)),
    own: (context, sums) => scaleShift(context, sums, inverse, offset),
  }
}
