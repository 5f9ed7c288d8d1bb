import { activationOf } from '../keras/activation-config.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

export const activation: LayerConverter = {
  classNames: ['Activation'],
  convert: (config) => ({ kind: 'activation', activation: { activation: config.activation() } }),
}

/** max_value None is absent; threshold and negative_slope as in keras.activations.relu. */
export const relu: LayerConverter = {
  classNames: ['ReLU'],
  convert: (config) => ({
    kind: 'activation',
    activation: {
      activation: activationOf('relu', {
        negative_slope: config.number('negative_slope', 0),
        max_value: config.optionalNumber('max_value'),
        threshold: config.number('threshold', 0),
      }),
    },
  }),
}

/** The layer's default slope is 0.3, the function's 0.2. Keras 1 and 2 call it alpha. */
export const leakyRelu: LayerConverter = {
  classNames: ['LeakyReLU'],
  convert: (config) => ({
    kind: 'activation',
    activation: {
      activation: activationOf('leaky_relu', {
        negative_slope: config.number('negative_slope', 0.3),
      }),
    },
  }),
}

/** x where x > theta, else 0: Keras 1 and 2. */
export const thresholdedRelu: LayerConverter = {
  classNames: ['ThresholdedReLU'],
  convert: (config) => ({
    kind: 'activation',
    activation: { activation: activationOf('relu', { threshold: config.number('theta', 1) }) },
  }),
}

export const elu: LayerConverter = {
  classNames: ['ELU'],
  convert: (config) => ({
    kind: 'activation',
    activation: { activation: activationOf('elu', { alpha: config.number('alpha', 1) }) },
  }),
}

export const softmax: LayerConverter = {
  classNames: ['Softmax'],
  convert: (config) => ({ kind: 'softmax', softmax: { axes: config.integers('axis', [-1]) } }),
}

export const prelu: LayerConverter = {
  classNames: ['PReLU'],
  weights: () => ownWeights(weight('alpha')),
  convert: (config, weights) => ({
    kind: 'prelu',
    prelu: { alpha: weights.index('alpha'), sharedAxes: config.integers('shared_axes', []) },
  }),
}
