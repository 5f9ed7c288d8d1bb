import { describe, expect, it } from 'vitest'
import type { LayerSpec, SpecValue } from './model-spec.ts'
import type { Json } from './python-json.ts'
import { readInboundNodes } from './inbound-nodes.ts'
import { translateFunction } from './tensorflow-functions.ts'

const where = { file: 'model.h5', layer: 'node', place: 'inbound_nodes' }

/** A node as Keras 2 writes it: the first tensor x, everything else by keyword. */
function translate(name: string, keywords: { [key: string]: Json }): LayerSpec | undefined {
  const layer = { className: 'TFOpLambda' }
  const { calls } = readInboundNodes([['x', 0, 0, keywords]], layer, where)
  const spec: LayerSpec = {
    ...layer,
    name: 'node',
    registeredName: undefined,
    module: undefined,
    config: { name: 'node', trainable: true, dtype: 'float32', function: name },
    inputShape: undefined,
    op: undefined,
    model: undefined,
    calls,
  }
  return translateFunction(spec, 'model.h5')
}

function arrayIn(value: SpecValue | undefined): unknown {
  return value?.kind === 'array' ? [value.value.dtype, value.value.shape] : value?.kind
}

describe('TensorFlow functions in the words of keras.ops', () => {
  it.each<[string, { [key: string]: Json }, string, object]>([
    [
      'split',
      { num_or_size_splits: [1, 2, 3], axis: -1 },
      'split',
      { indices_or_sections: [1, 3], axis: -1 },
    ],
    ['split', { num_or_size_splits: 2 }, 'split', { indices_or_sections: 2, axis: 0 }],
    ['unstack', { axis: 1, num: null }, 'unstack', { axis: 1 }],
    ['compat.v1.squeeze', { axis: [1], name: null }, 'squeeze', { axis: [1] }],
    [
      'compat.v1.pad',
      { paddings: [[1, 2]], mode: 'REFLECT', constant_values: 0 },
      'pad',
      { pad_width: [[1, 2]], mode: 'reflect', constant_values: 0 },
    ],
    [
      'image.resize',
      { size: [8, 12], method: 'nearest' },
      'image.resize',
      { size: [8, 12], interpolation: 'nearest', antialias: false, data_format: 'channels_last' },
    ],
    ['nn.gelu', {}, 'nn.gelu', { approximate: false }],
    [
      'compat.v1.gather',
      { indices: [0], axis: 1, batch_dims: 1 },
      'take',
      { axis: 1, batch_dims: 1 },
    ],
    ['reverse', { axis: [1] }, 'flip', { axis: [1] }],
    [
      'linalg.matmul',
      { b: ['y', 0, 0], transpose_b: true },
      'einsum',
      { subscripts: '...ij,...kj->...ik' },
    ],
  ])('%s %j', (name, keywords, op, config) => {
    expect(translate(name, keywords)).toMatchObject({ op, config })
    expect(Object.keys(translate(name, keywords)?.config ?? {}).toSorted()).toEqual(
      Object.keys(config).toSorted(),
    )
  })

  it('take lists of numbers as constants', () => {
    const [gather] = translate('compat.v1.gather', { indices: [0, 2], axis: 1 })?.calls ?? []
    expect(gather?.positional.map(arrayIn)).toEqual(['tensor', ['int32', [2]]])
    const [bias] = translate('nn.bias_add', { bias: [0.5, 1, 2] })?.calls ?? []
    expect(bias?.positional.map(arrayIn)).toEqual(['tensor', ['float32', [3]]])
  })

  it('take tensors where a size may be one', () => {
    const [call] = translate('reshape', { shape: [['n', 0, 0], 4] })?.calls ?? []
    expect(call?.keywords.map(([name, value]) => [name, value.kind])).toEqual([
      ['newshape', 'list'],
    ])
  })

  it.each<[string, { [key: string]: Json }, string[]]>([
    ['math.squared_difference', { y: ['y', 0, 0] }, ['subtract', 'square']],
    ['math.cumsum', { axis: 1, reverse: true }, ['flip', 'cumsum', 'flip']],
    [
      'math.cumsum',
      { exclusive: true },
      ['cumsum', 'get_item', 'zeros_like', 'get_item', 'concatenate'],
    ],
    ['math.argmax', {}, ['argmax', 'cast']],
    ['one_hot', { depth: 3, on_value: 2 }, ['nn.one_hot', 'where', 'cast']],
    ['compat.v1.shape', { out_type: 'int64', name: null }, ['shape', 'cast']],
    ['linalg.band_part', { num_lower: 1, num_upper: 0 }, ['tril', 'triu', 'convert_to_tensor']],
  ])('are models of several functions: %s %j', (name, keywords, ops) => {
    const { model, calls } = translate(name, keywords) ?? {}
    expect(model?.layers.flatMap(({ op }) => op ?? [])).toEqual(ops)
    expect(calls?.[0]?.positional.every(({ kind }) => kind === 'tensor')).toBe(true)
  })

  it.each<[string, { [key: string]: Json }, string, object]>([
    ['math.cumsum', { axis: 1, exclusive: false }, 'cumsum', { axis: 1 }],
    ['one_hot', { depth: 6 }, 'nn.one_hot', { num_classes: 6, axis: -1, dtype: 'float32' }],
    ['compat.v1.shape', { out_type: 'int32', name: null }, 'shape', { stacked: true }],
    ['slice', { begin: [0, 1], size: [-1, 2] }, 'get_item', {}],
    ['nn.dropout', { rate: 0, seed: 7 }, 'convert_to_tensor', {}],
    [
      'nn.max_pool2d',
      { ksize: 2, strides: 2, padding: 'VALID' },
      'nn.max_pool',
      { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format: 'channels_last' },
    ],
  ])('are one function where one is enough: %s %j', (name, keywords, op, config) => {
    const translated = translate(name, keywords)
    expect(translated).toMatchObject({ op, config, model: undefined })
    expect(translated?.calls[0]?.positional[0]).toMatchObject({
      kind: 'tensor',
      value: { layer: 'x' },
    })
  })

  it('may be layers', () => {
    const layer = translate('keras.backend.batch_flatten', {})
    expect([layer?.className, layer?.op]).toEqual(['Flatten', undefined])
  })

  it.each<[string, { [key: string]: Json }]>([
    ['math.cumsum', { exclusive: 'yes' }],
    ['where', {}],
    ['nn.dropout', { rate: 0.5 }],
    ['nn.max_pool2d', { ksize: 2, strides: 2, padding: [[0, 0]] }],
    ['nn.max_pool2d', { ksize: 2, strides: 2, padding: 'SAME', data_format: 'NCHW' }],
    ['nn.max_pool2d', { ksize: [2, 2, 2], strides: 2, padding: 'SAME' }],
    ['strided_slice', { begin: [0], end: [1], shrink_axis_mask: 1 }],
    ['slice', { begin: [['n', 0, 0]], size: [2] }],
    ['linalg.normalize', { ord: 1 }],
    ['math.argmax', { dimension: 1 }],
    ['image.resize', { size: [2, 2], method: 'gaussian' }],
    ['image.resize', { size: [2, 2], preserve_aspect_ratio: true }],
    ['no.such.function', {}],
    ['__proto__', {}],
    ['constructor', {}],
  ])('have no counterpart where they mean something else: %s %j', (name, keywords) => {
    expect(translate(name, keywords)).toBeUndefined()
  })
})
