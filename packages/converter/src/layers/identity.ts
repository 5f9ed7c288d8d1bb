import type { LayerConverter } from './layer-converter.ts'

/** Layers that return their input at inference and pass a mask on. */
export const identity: LayerConverter = {
  classNames: [
    'Identity',
    'Dropout',
    'AlphaDropout',
    'GaussianDropout',
    'GaussianNoise',
    'SpatialDropout1D',
    'SpatialDropout2D',
    'SpatialDropout3D',
    'ActivityRegularization',
    // EfficientNet's and ConvNeXt's, which drop whole branches in training.
    'StochasticDepth',
    // FeatureSpace's, for features that are floats already.
    'TFDIdentity',
  ],
  convert(config) {
    config.ignore(
      'rate',
      'seed',
      'noise_shape',
      'stddev',
      'data_format',
      'l1',
      'l2',
      'drop_path_rate',
    )
    return { kind: 'identity', identity: { supportsMasking: true } }
  },
}
