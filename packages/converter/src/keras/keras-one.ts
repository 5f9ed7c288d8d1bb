import { renamed, type DialectRule, type StoredForm } from './dialects.ts'
import { outputPaddingOf } from './keras-one-deconvolution.ts'
import { dataFormatOf } from './keras-one-format.ts'
import type { Json, JsonObject } from './python-json.ts'

/** How arrays are filled at first, and sizes that the weights say too. */
const unused = [
  'init',
  'inner_init',
  'forget_bias_init',
  'depthwise_init',
  'pointwise_init',
  'beta_init',
  'gamma_init',
  'input_dim',
  'input_length',
  'dropout_W',
  'dropout_U',
]

const names = {
  output_dim: 'units',
  bias: 'use_bias',
  inner_activation: 'recurrent_activation',
  nb_filter: 'filters',
  filter_length: 'kernel_size',
  border_mode: 'padding',
  subsample: 'strides',
  subsample_length: 'strides',
  atrous_rate: 'dilation_rate',
  pool_length: 'pool_size',
  stride: 'strides',
}

/** The arguments in Keras 2's names, sizes that stood apart as a list, and the data format in its new words. */
function modernArguments(config: JsonObject, dropped: readonly string[] = []): JsonObject {
  const { nb_row: rows, nb_col: columns, kernel_dim1: depth, dim_ordering: ordering } = config
  const made: Record<string, Json> = {}
  if (rows !== undefined && columns !== undefined) made.kernel_size = [rows, columns]
  if (depth !== undefined)
    made.kernel_size = [depth, config.kernel_dim2 ?? null, config.kernel_dim3 ?? null]
  if (ordering !== undefined) made.data_format = dataFormatOf(ordering)
  const sizes = ['nb_row', 'nb_col', 'kernel_dim1', 'kernel_dim2', 'kernel_dim3', 'dim_ordering']
  return { ...renamed(config, names, [...unused, ...sizes, ...dropped]), ...made }
}

function layer(className: string, ...dropped: readonly string[]): DialectRule {
  return (config) => ({ className, config: modernArguments(config, dropped) })
}

function convolution(className: string): DialectRule {
  return (config) => ({ className, config: modernArguments(config), form: kernelForm(config) })
}

function kernelForm(config: JsonObject): StoredForm {
  return { kernel: config.dim_ordering === 'th' ? 'filters_first' : 'filters_last' }
}

const convolution1d: DialectRule = (config) => ({
  className: 'Conv1D',
  config: modernArguments(config),
  form: { kernel: 'one_row' },
})

const deconvolution: DialectRule = (config) => {
  const modern = modernArguments(config, ['output_shape'])
  const padding = outputPaddingOf(config.output_shape, modern)
  return {
    className: 'Conv2DTranspose',
    config: padding ? { ...modern, output_padding: padding } : modern,
    form: kernelForm(config),
  }
}

/** `consume_less="gpu"` keeps one array for all gates. */
function gated(className: string): DialectRule {
  return (config) => ({
    className,
    config: modernArguments(config, ['consume_less']),
    ...(config.consume_less !== 'gpu' && { form: { gates: 'apart' } }),
  })
}

/** Layers that move pixels and do not store where the channels are. */
function unordered(className: string, amounts?: string): DialectRule {
  return (config, { imageFormat }) => {
    const modern = modernArguments(config)
    const value = amounts === undefined ? undefined : modern[amounts]
    return {
      className,
      config: {
        data_format: imageFormat,
        ...modern,
        ...(amounts !== undefined && value !== undefined && { [amounts]: sidesOf(value) }),
      },
    }
  }
}

/** Padding of four sides as two pairs: [top, bottom, left, right], or an object of them. */
function sidesOf(value: Json): Json {
  if (Array.isArray(value) && value.length === 4) return [value.slice(0, 2), value.slice(2)]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const side = (name: string): Json => value[name] ?? 0
  const across = [side('left_pad'), side('right_pad')]
  return 'top_pad' in value || 'bottom_pad' in value
    ? [[side('top_pad'), side('bottom_pad')], across]
    : across
}

const identity = (className: string): DialectRule => {
  return (config) => ({
    className,
    config: renamed(config, { p: 'rate', sigma: 'stddev' }, unused),
  })
}

/** Only mode 0 is what later Keras does; another one stays and is reported. */
const batchNormalization: DialectRule = (config) => ({
  className: 'BatchNormalization',
  config: renamed(config, {}, config.mode === 0 ? [...unused, 'mode'] : unused),
})

const input: DialectRule = (config) => ({
  className: 'InputLayer',
  config: { ...config, dtype: config.input_dtype ?? null },
})

/** The size of the vocabulary stays. */
const embedding: DialectRule = (config) => ({
  className: 'Embedding',
  config: renamed(config, {}, ['init', 'dropout']),
})

const dimensions = ['1D', '2D', '3D']
const everyRank = (
  prefix: string,
  rule: (className: string) => DialectRule,
): [string, DialectRule][] =>
  dimensions.map((rank) => [`${prefix}${rank}`, rule(`${prefix}${rank}`)])

/** Layers of Keras 1 whose arguments were called otherwise. */
export const kerasOneRules: Readonly<Record<string, DialectRule>> = {
  InputLayer: input,
  Dense: layer('Dense'),
  TimeDistributedDense: layer('Dense'),
  Embedding: embedding,
  BatchNormalization: batchNormalization,
  PReLU: layer('PReLU'),
  Convolution1D: convolution1d,
  AtrousConvolution1D: convolution1d,
  Convolution2D: convolution('Conv2D'),
  AtrousConvolution2D: convolution('Conv2D'),
  Convolution3D: convolution('Conv3D'),
  Deconvolution2D: deconvolution,
  SeparableConvolution2D: convolution('SeparableConv2D'),
  LocallyConnected1D: layer('LocallyConnected1D'),
  LocallyConnected2D: layer('LocallyConnected2D'),
  ConvLSTM2D: (config) => ({
    className: 'ConvLSTM2D',
    config: modernArguments(config, ['consume_less']),
    form: { ...kernelForm(config), gates: 'apart' },
  }),
  SimpleRNN: layer('SimpleRNN', 'consume_less'),
  LSTM: gated('LSTM'),
  GRU: gated('GRU'),
  ...Object.fromEntries([
    ...['Dropout', 'GaussianDropout', 'GaussianNoise'].map((name) => [name, identity(name)]),
    ...everyRank('SpatialDropout', identity),
    ...everyRank('MaxPooling', layer),
    ...everyRank('AveragePooling', layer),
    ...everyRank('GlobalMaxPooling', layer),
    ...everyRank('GlobalAveragePooling', layer),
    ...everyRank('ZeroPadding', (name) => unordered(name, 'padding')),
    ...everyRank('Cropping', (name) => unordered(name)),
    ...everyRank('UpSampling', (name) => unordered(name)),
  ] as [string, DialectRule][]),
  UpSampling1D: (config) => ({
    className: 'UpSampling1D',
    config: renamed(config, { length: 'size' }),
  }),
}
