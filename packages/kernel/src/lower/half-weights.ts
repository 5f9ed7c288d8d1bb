import type { Layer } from '@dotplus/core'

import { rounded } from '../dtype/half.ts'
import type { WeightStore } from './context.ts'

/** The weights as the layer computes with them: cast to its dtype. */
export function weightsIn(layer: Layer, weights: WeightStore): WeightStore {
  const dtype = layer.computeDtype
  if (layer.kind === 'op' || (dtype !== 'float16' && dtype !== 'bfloat16')) return weights
  return {
    floats: (index) => weights.floats(index).map((value) => rounded(dtype, value)),
    doubles: (index) => weights.doubles(index).map((value) => rounded(dtype, value)),
    stored: (index) => weights.stored(index),
    texts: (index) => weights.texts(index),
    shape: (index) => weights.shape(index),
    layer: (index) => weights.layer(index),
    place: (data) => weights.place(data),
    packDense: (...given) => weights.packDense(...given),
    largestTile: weights.largestTile,
    packWinograd: (...given) => weights.packWinograd(...given),
  }
}
