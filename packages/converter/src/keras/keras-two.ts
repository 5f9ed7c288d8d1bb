import { renamed, type DialectRule } from './dialects.ts'

/** What Keras 2 calls otherwise than Keras 3. CuDNN layers are the ordinary ones with fixed activations. */
export const kerasTwoRules: Readonly<Record<string, DialectRule>> = {
  LeakyReLU: (config) => ({
    className: 'LeakyReLU',
    config: renamed(config, { alpha: 'negative_slope' }),
  }),
  CuDNNLSTM: (config) => ({
    className: 'LSTM',
    config: { ...config, activation: 'tanh', recurrent_activation: 'sigmoid' },
    form: { cudnn: true },
  }),
  CuDNNGRU: (config) => ({
    className: 'GRU',
    config: { ...config, activation: 'tanh', recurrent_activation: 'sigmoid', reset_after: true },
    form: { cudnn: true },
  }),
}
