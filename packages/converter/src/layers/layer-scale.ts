import { elementCount } from '@dotplus/core'
import { float32Array } from '../array.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

/**
 * ConvNeXt's y = x * gamma over the last axis: a BatchNormalization whose statistics are 0 and 1, without epsilon.
 */
export const layerScale: LayerConverter = {
  classNames: ['LayerScale'],
  weights: (config) => ownWeights(weight('gamma', [config.size('projection_dim')])),
  convert(config, weights, scope) {
    config.ignore('init_values')
    config.size('projection_dim')
    const shape = weights.shape('gamma') ?? []
    const filled = (value: number): ReturnType<typeof float32Array> =>
      float32Array(
        shape,
        Array.from({ length: elementCount(shape) }, () => value),
      )
    return {
      kind: 'batchNormalization',
      batchNormalization: {
        axis: -1,
        epsilon: 0,
        gamma: weights.index('gamma'),
        movingMean: scope.addTensor('zeros', filled(0)),
        movingVariance: scope.addTensor('ones', filled(1)),
      },
    }
  },
}
