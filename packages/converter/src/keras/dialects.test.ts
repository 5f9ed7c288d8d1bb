import { describe, expect, it } from 'vitest'
import { convert } from '../convert.ts'
import { fixtureNames, fixtureSource } from '../files.fixture.ts'
import { modernize } from './dialects.ts'
import { outputPaddingOf } from './keras-one-deconvolution.ts'
import type { JsonObject } from './python-json.ts'
import { readModel } from './read-model.ts'

const folders = fixtureNames('dialects').filter((name) => !name.endsWith('.json'))

function layer(className: string, config: JsonObject): JsonObject {
  return { class_name: className, config: { name: className.toLowerCase(), ...config } }
}

function sequential(...layers: readonly JsonObject[]): JsonObject {
  return { class_name: 'Sequential', config: [...layers] }
}

/** The layers of a modernized Sequential model of Keras 1. */
function modern(...layers: readonly JsonObject[]): JsonObject[] {
  return (modernize(sequential(...layers), 1) as JsonObject).config as JsonObject[]
}

const containers = {
  'keras-1.2': ['h5', 'weights'],
  'keras-2.0': ['h5', 'weights'],
  'keras-2.3': ['h5', 'weights'],
  'tf-keras-2': ['h5', 'weights', 'keras'],
  'keras-3': ['h5', 'weights', 'keras'],
}
const models = [
  'sequential',
  'functional',
  'nested',
  'shared',
  'multi-io',
  'rnn',
  'batchnorm',
  'separable',
  'mask',
]

describe('models of every generation', () => {
  it('are there: every model in every container that the generation writes', () => {
    const cells = Object.entries(containers).flatMap(([generation, own]) =>
      own.flatMap((container) => models.map((model) => `${generation}-${model}-${container}`)),
    )
    expect(cells).toHaveLength(108)
    expect(cells.filter((cell) => !folders.includes(cell))).toEqual([])
  })

  it.each(folders)('converts %s', async (folder) => {
    const sources = fixtureNames(`dialects/${folder}`)
      .filter((name) => name.startsWith('model.'))
      .map((name) => fixtureSource(`dialects/${folder}/${name}`))
    const model = await convert(sources, { cases: fixtureSource(`dialects/${folder}/io.npz`) })
    expect(model.layers.every(({ kind }) => kind !== undefined)).toBe(true)
  })
})

describe('Keras 1', () => {
  it('calls the arguments of a convolution otherwise', () => {
    const [conv] = modern(
      layer('AtrousConvolution2D', {
        nb_filter: 3,
        nb_row: 2,
        nb_col: 5,
        init: 'uniform',
        border_mode: 'same',
        subsample: [1, 1],
        atrous_rate: [2, 2],
        dim_ordering: 'th',
        bias: false,
      }),
    )
    expect(conv).toMatchObject({
      class_name: 'Conv2D',
      config: {
        filters: 3,
        kernel_size: [2, 5],
        padding: 'same',
        strides: [1, 1],
        dilation_rate: [2, 2],
        data_format: 'channels_first',
        use_bias: false,
      },
      stored_form: { kernel: 'filters_first' },
    })
  })

  it('leaves what it does not know, to be reported', () => {
    const [known, unknown] = modern(
      layer('BatchNormalization', { mode: 0, axis: -1 }),
      layer('BatchNormalization', { mode: 1, axis: -1 }),
    )
    expect(known?.config).not.toHaveProperty('mode')
    expect(unknown?.config).toHaveProperty('mode', 1)
    const highway = layer('Highway', { batch_input_shape: [null, 3] })
    expect(modern(highway)).toEqual([highway])
  })

  it('takes the data format that a layer does not store from the others', () => {
    const padding = layer('ZeroPadding2D', { padding: [1, 2, 3, 4] })
    const pool = (ordering: string): JsonObject =>
      layer('MaxPooling2D', { name: ordering, dim_ordering: ordering })
    expect(modern(padding, pool('th'))[0]?.config).toMatchObject({
      data_format: 'channels_first',
      padding: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(modern(padding)[0]?.config).toMatchObject({ data_format: 'channels_last' })
    expect(modern(padding, pool('th'), pool('tf'))[0]?.config).toMatchObject({
      data_format: 'not stored, and layers differ',
    })
  })

  it('merges models in the first layer of a Sequential one', () => {
    const dense = (name: string): JsonObject =>
      layer('Dense', { name, output_dim: 2, batch_input_shape: [null, 3] })
    const given = layer('InputLayer', { name: 'given', batch_input_shape: [null, 3] })
    const branches = [sequential(dense('left')), sequential(given, dense('right'))]
    const merge = layer('Merge', { name: 'join', mode: 'cos', dot_axes: [1, 1], layers: branches })
    const model = readModel(sequential(merge, dense('last')), { file: 'x.h5', kerasMajor: 1 }, '')
    expect(model.inputs.map(({ name }) => name)).toEqual(['left_input', 'given'])
    expect(model.layers.map(({ name, className }) => [name, className])).toEqual([
      ['left_input', 'InputLayer'],
      ['left', 'Dense'],
      ['given', 'InputLayer'],
      ['right', 'Dense'],
      ['join_product', 'Dot'],
      ['join', 'Reshape'],
      ['last', 'Dense'],
    ])
  })

  it.each([
    ['valid', [11, 8], [3, 2], [2, 2], undefined],
    ['valid', [12, 8], [3, 2], [2, 2], [1, 0]],
    ['valid', [3, 4], [2, 2], [1, 1], undefined],
    ['same', [10, 8], [3, 3], [2, 2], undefined],
    ['same', [9, 7], [3, 3], [2, 2], [0, 0]],
    ['same', [9, 7], [4, 4], [2, 2], [1, 1]],
  ])('finds the output padding: %s %j %j %j', (padding, output, kernel, strides, expected) => {
    const config = { kernel_size: kernel, strides, padding, data_format: 'channels_last' }
    expect(outputPaddingOf([null, ...output, 7], config)).toEqual(expected)
  })
})

describe('Keras 2', () => {
  it('has layers for cuDNN, also within others', () => {
    const inner = layer('CuDNNGRU', { units: 2 })
    const model = modernize(sequential(layer('Bidirectional', { layer: inner })), 2)
    const gru = {
      class_name: 'GRU',
      config: { reset_after: true, recurrent_activation: 'sigmoid' },
      stored_form: { cudnn: true },
    }
    expect(model).toMatchObject({ config: [{ config: { layer: gru } }] })
  })

  it('is not read into files of Keras 3', () => {
    const model = sequential(layer('LeakyReLU', { alpha: 0.5 }))
    expect(modernize(model, 3)).toBe(model)
  })
})
