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
      'math.l2_normalize',
      { axis: -1, epsilon: 1e-12 },
      'nn.normalize',
      { axis: -1, order: 2, epsilon: 1e-6 },
    ],
    [
      'image.resize',
      { size: [8, 12], method: 'nearest' },
      'image.resize',
      { size: [8, 12], interpolation: 'nearest', antialias: false, data_format: 'channels_last' },
    ],
    ['one_hot', { depth: 6 }, 'nn.one_hot', { num_classes: 6, axis: -1, dtype: 'float32' }],
    ['nn.gelu', {}, 'nn.gelu', { approximate: false }],
    ['math.cumsum', { axis: 1, exclusive: false, reverse: false }, 'cumsum', { axis: 1 }],
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

  it('may be layers', () => {
    const layer = translate('keras.backend.batch_flatten', {})
    expect([layer?.className, layer?.op]).toEqual(['Flatten', undefined])
  })

  it.each<[string, { [key: string]: Json }]>([
    ['math.cumsum', { exclusive: true }],
    ['compat.v1.gather', { indices: [0], batch_dims: 1 }],
    ['image.resize', { size: [2, 2], method: 'gaussian' }],
    ['image.resize', { size: [2, 2], preserve_aspect_ratio: true }],
    ['one_hot', { depth: 3, on_value: 2 }],
    ['no.such.function', {}],
    ['__proto__', {}],
    ['constructor', {}],
  ])('have no counterpart where they mean something else: %s %j', (name, keywords) => {
    expect(translate(name, keywords)).toBeUndefined()
  })
})
