import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

/** Statistics of each call's own input over `axis`; gamma and beta have x's shape along those axes. */
export const layerNormalization: LayerConverter = {
  classNames: ['LayerNormalization'],
  weights(config) {
    const rms = config.boolean('rms_scaling', false)
    return ownWeights(
      (rms || config.boolean('scale', true)) && weight('gamma'),
      !rms && config.boolean('center', true) && weight('beta'),
    )
  },
  convert(config, weights) {
    config.ignore('scale', 'center')
    return {
      kind: 'layerNormalization',
      layerNormalization: {
        axes: config.integers('axis', [-1]),
        epsilon: config.number('epsilon', 1e-3),
        gamma: weights.index('gamma'),
        beta: weights.index('beta'),
        rmsScaling: config.boolean('rms_scaling', false),
      },
    }
  },
}

export const groupNormalization: LayerConverter = {
  classNames: ['GroupNormalization'],
  weights: (config) =>
    ownWeights(
      config.boolean('scale', true) && weight('gamma', [undefined]),
      config.boolean('center', true) && weight('beta', [undefined]),
    ),
  convert: (config, weights) => ({
    kind: 'groupNormalization',
    groupNormalization: {
      groups: config.integer('groups', 32),
      axis: config.integer('axis', -1),
      epsilon: config.number('epsilon', 1e-3),
      gamma: weights.index('gamma'),
      beta: weights.index('beta'),
    },
  }),
}

/** Keras names the variable "scale". */
export const rmsNormalization: LayerConverter = {
  classNames: ['RMSNormalization'],
  weights: () => ownWeights(weight('scale')),
  convert: (config, weights) => ({
    kind: 'rmsNormalization',
    rmsNormalization: {
      axes: config.integers('axis', [-1]),
      epsilon: config.number('epsilon', 1e-6),
      gamma: weights.index('scale'),
    },
  }),
}

export const unitNormalization: LayerConverter = {
  classNames: ['UnitNormalization'],
  convert: (config) => ({
    kind: 'unitNormalization',
    unitNormalization: { axes: config.integers('axis', [-1]) },
  }),
}
