import type { Layer, Model } from '@dotplus/core'
import {
  wholeOf,
  type AbsorbedWeights,
  type FloatsLeft,
  type WeightFolder,
  type WeightStore,
} from '../lower/context.ts'
import { scaleShift } from '../lower/normalization.ts'
import { foldingsOf, type ChannelMap } from './batch-norm.ts'

/** Folds batch normalizations into the layers before or after them. */
export function weightFolder(model: Model, weights: WeightStore): WeightFolder {
  const { after, absorbed, before } = foldingsOf(model, weights)
  return {
    absorb<Kernel extends Float32Array | FloatsLeft>(
      layer: Layer,
      kernel: Kernel,
      bias: Float32Array | undefined,
      units: number,
    ): AbsorbedWeights<Kernel> {
      const first = before.get(layer)
      const given = first ? takeUp(first, wholeOf(kernel), bias, units) : { kernel, bias }
      const map = after.get(layer)
      const held = map
        ? absorb(weights, map, given.bias)
        : { ...given, scale: undefined, own: undefined }
      return { ...held, kernel: given.kernel, takesUp: first !== undefined }
    },
    isAbsorbed: (layer) => absorbed.has(layer),
  }
}

/**
 * Weights that do to x what `map` and then the given ones do, in float64, rounded once.
 *
 * @param kernel (…, inner, units)
 * @param bias (units)
 */
function takeUp(
  { scale, shift }: ChannelMap,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  units: number,
): { kernel: Float32Array; bias: Float32Array | undefined } {
  const inner = scale.length
  const scaled = new Float32Array(kernel.length)
  const sums = Float64Array.from({ length: units }, (_, unit) => bias?.[unit] ?? 0)
  for (let row = 0; row * units < kernel.length; row++) {
    const [factor, offset] = [scale[row % inner] as number, shift[row % inner] as number]
    for (let unit = 0; unit < units; unit++) {
      const weight = kernel[row * units + unit] as number
      scaled[row * units + unit] = weight * factor
      sums[unit] = (sums[unit] as number) + weight * offset
    }
  }
  return { kernel: scaled, bias: Float32Array.from(sums) }
}

/** @param bias of the layer's own channels */
function absorb(
  weights: WeightStore,
  { scale, shift }: ChannelMap,
  bias: Float32Array | undefined,
): Pick<AbsorbedWeights, 'scale' | 'bias' | 'own'> {
  const inverse = weights.place(Float32Array.from(scale, (value) => 1 / value))
  const offset = weights.place(bias ?? new Float32Array(scale.length))
  return {
    scale,
    bias: Float32Array.from(shift, (value, i) => value + (bias?.[i] ?? 0) * (scale[i] as number)),
    own: (context, sums) => scaleShift(context, sums, inverse, offset),
  }
}
