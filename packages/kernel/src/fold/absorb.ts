import type { Layer, Model } from '@dotplus/core'
import type { AbsorbedWeights, WeightFolder, WeightStore } from '../lower/context.ts'
import { scaleShift } from '../lower/normalization.ts'
import { foldingsOf, type ChannelMap } from './batch-norm.ts'

/** Folds batch normalizations into the layers before them. */
export function weightFolder(model: Model, weights: WeightStore): WeightFolder {
  const { after, absorbed } = foldingsOf(model, weights)
  return {
    absorb(layer: Layer, bias: Float32Array | undefined): AbsorbedWeights {
      const map = after.get(layer)
      return map ? absorb(weights, map, bias) : { scale: undefined, bias, own: undefined }
    },
    isAbsorbed: (layer) => absorbed.has(layer),
  }
}

/** @param bias of the layer's own channels */
function absorb(
  weights: WeightStore,
  { scale, shift }: ChannelMap,
  bias: Float32Array | undefined,
): AbsorbedWeights {
  const inverse = weights.place(Float32Array.from(scale, (value) => 1 / value))
  const offset = weights.place(bias ?? new Float32Array(scale.length))
  return {
    scale,
    bias: Float32Array.from(shift, (value, i) => value + (bias?.[i] ?? 0) * (scale[i] as number)),
    own: (context, sums) => scaleShift(context, sums, inverse, offset),
  }
}
