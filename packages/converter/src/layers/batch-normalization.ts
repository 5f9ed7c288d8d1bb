import { optional, ownWeights, statistic, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

/** Uses moving statistics at inference; renorm only changes training but stores three more variables. */
export const batchNormalization: LayerConverter = {
  classNames: ['BatchNormalization'],
  weights(config) {
    const renorm = config.boolean('renorm', false)
    return ownWeights(
      config.boolean('scale', true) && weight('gamma'),
      config.boolean('center', true) && weight('beta'),
      statistic('moving_mean'),
      statistic('moving_variance'),
      renorm && optional(statistic('moving_stddev')),
      renorm && optional(statistic('renorm_mean')),
      renorm && optional(statistic('renorm_stddev')),
    )
  },
  convert(config, weights) {
    config.ignore(
      'momentum',
      'synchronized',
      'renorm_clipping',
      'renorm_momentum',
      'fused',
      'virtual_batch_size',
    )
    // Keras 2 writes the axis as a list of one.
    const axes = config.integers('axis', [-1])
    if (axes.length !== 1) config.reject('axis', 'one axis')
    return {
      kind: 'batchNormalization',
      batchNormalization: {
        axis: axes[0] ?? -1,
        epsilon: config.number('epsilon', 1e-3),
        gamma: weights.index('gamma'),
        beta: weights.index('beta'),
        movingMean: weights.index('moving_mean'),
        movingVariance: weights.index('moving_variance'),
      },
    }
  },
}
