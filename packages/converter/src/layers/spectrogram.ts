import type { LayerConfig } from '../keras/layer-config.ts'
import { optional, ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

const modes = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'] as const

/** Its kernels are variables: real_kernel unless the mode is "imag", imag_kernel unless it is "real". */
export const stftSpectrogram: LayerConverter = {
  classNames: ['STFTSpectrogram'],
  weights(config) {
    const mode = config.text('mode', 'log')
    return ownWeights(
      mode !== 'imag' && optional(weight('real_kernel')),
      mode !== 'real' && optional(weight('imag_kernel')),
    )
  },
  convert(config, weights) {
    const frameLength = config.size('frame_length', 256)
    const frameStep = optionalSize(config, 'frame_step') ?? Math.floor(frameLength / 2)
    const fftLength = optionalSize(config, 'fft_length') ?? 2 ** Math.ceil(Math.log2(frameLength))
    return {
      kind: 'spectrogram',
      spectrogram: {
        mel: false,
        mode: config.word('mode', modes, 'log'),
        frameLength,
        frameStep,
        fftLength,
        window: config.text('window', ''),
        periodic: config.boolean('periodic', false),
        scaling:
          config.value('scaling') !== null &&
          config.values.scaling !== undefined &&
          config.values.scaling !== false,
        padding: config.word('padding', ['valid', 'same'], 'valid'),
        expandDims: config.boolean('expand_dims', false),
        dataFormat: config.dataFormat(),
        ...noMel,
        constants: [weights.index('real_kernel'), weights.index('imag_kernel')].filter(
          (index) => index !== undefined,
        ),
      },
    }
  },
}

const optionalSize = (config: LayerConfig, name: string): number | undefined =>
  config.optionalInteger(name) === undefined ? undefined : config.size(name)

const noMel = {
  numMelBins: 0,
  samplingRate: 0,
  minFreq: 0,
  maxFreq: 0,
  powerToDb: 0,
  topDb: 0,
  magExp: 0,
  minPower: 0,
  refPower: 0,
} as const

export const melSpectrogram: LayerConverter = {
  classNames: ['MelSpectrogram'],
  convert(config) {
    const fftLength = config.size('fft_length', 2048)
    const samplingRate = config.number('sampling_rate', 16_000)
    const minFreq = config.number('min_freq', 20)
    const maxFreq = config.number('max_freq', Math.trunc(samplingRate / 2))
    if (!(samplingRate > 0)) config.reject('sampling_rate', 'a number above 0')
    if (!(minFreq >= 0)) config.reject('min_freq', '0 or more')
    if (!(maxFreq > minFreq)) config.reject('max_freq', 'more than min_freq')
    return {
      kind: 'spectrogram',
      spectrogram: {
        mel: true,
        mode: '',
        frameLength: optionalSize(config, 'sequence_length') ?? fftLength,
        frameStep: config.size('sequence_stride', 512),
        fftLength,
        window:
          config.value('window') === undefined
            ? 'hann'
            : config.word('window', ['', 'hann', 'hamming'], ''),
        periodic: true,
        scaling: false,
        padding: '',
        expandDims: false,
        dataFormat: '',
        numMelBins: config.size('num_mel_bins', 128),
        samplingRate,
        minFreq,
        maxFreq,
        powerToDb: config.boolean('power_to_db', true) ? 1 : 0,
        topDb: config.number('top_db', 80),
        magExp: config.number('mag_exp', 2),
        minPower: config.number('min_power', 1e-10),
        refPower: config.number('ref_power', 1),
        constants: [],
      },
    }
  },
}
