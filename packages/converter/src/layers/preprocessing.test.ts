import type { Layer, Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { convertOpened } from '../convert.ts'
import type { Json, JsonObject } from '../keras/python-json.ts'
import { openSkeleton } from '../skeleton.fixture.ts'

/** A Sequential model of one layer, as a `.keras` file has it. */
function converted(
  className: string,
  settings: JsonObject,
  assets: Readonly<Record<string, string>> = {},
): Promise<Model> {
  const config: Json = {
    class_name: 'Sequential',
    config: {
      name: 'model',
      layers: [
        {
          class_name: 'InputLayer',
          config: { batch_shape: [null, 1], dtype: 'string', name: 'x' },
        },
        { class_name: className, module: 'keras.layers', config: { name: 'layer', ...settings } },
      ],
    },
  }
  return openSkeleton({
    name: 'model',
    layout: 'keras',
    kerasVersion: '3.15.1',
    config,
    members: {},
    attributes: {},
    assets,
  }).then((opened) => convertOpened(opened, {}))
}

function lastLayer(model: Model): Layer {
  return model.layers.at(-1) as Layer
}

const vocabulary = ['a', 'b']

describe('what preprocessing layers refuse, naming layer and argument', () => {
  it.each<[string, JsonObject, string]>([
    ['StringLookup', { vocabulary, sparse: true, output_mode: 'count' }, 'sparse'],
    ['StringLookup', { vocabulary, output_mode: 'int', num_oov_indices: -1 }, 'num_oov_indices'],
    ['StringLookup', { vocabulary, salt: [1, 2, 3] }, 'salt'],
    ['StringLookup', { vocabulary, salt: 1.5 }, 'salt'],
    ['StringLookup', {}, 'vocabulary'],
    ['IntegerLookup', { vocabulary: [1], oov_method: 'md5' }, 'oov_method'],
    ['Hashing', { num_bins: 0 }, 'num_bins'],
    ['Hashing', { num_bins: 3, output_mode: 'two_hot' }, 'output_mode'],
    ['HashedCrossing', { num_bins: 3, output_mode: 'count' }, 'output_mode'],
    ['CategoryEncoding', { output_mode: 'count' }, 'num_tokens'],
    ['Discretization', { bin_boundaries: null, num_bins: 3 }, 'bin_boundaries'],
    ['TextVectorization', { vocabulary, standardize: { class_name: 'function' } }, 'standardize'],
    ['TextVectorization', { vocabulary, split: { class_name: 'function' } }, 'split'],
    ['TextVectorization', { vocabulary, ngrams: 0 }, 'ngrams'],
    ['MelSpectrogram', { window: 'blackman' }, 'window'],
    ['STFTSpectrogram', { mode: 'phase' }, 'mode'],
  ])('%s with %o', async (className, settings, argument) => {
    await expect(converted(className, settings)).rejects.toThrow(
      new RegExp(`layer layer: \\w+ argument ${argument}`),
    )
  })

  it.each<[string, JsonObject]>([
    ['StringLookup', { vocabulary }],
    ['IntegerLookup', { vocabulary: [1] }],
    ['TextVectorization', { vocabulary }],
    ['Hashing', { num_bins: 2 }],
    ['HashedCrossing', { num_bins: 2 }],
    ['CategoryEncoding', { num_tokens: 2 }],
    ['Discretization', { bin_boundaries: [1] }],
    ['MelSpectrogram', {}],
  ])('%s with an argument of a later Keras', async (className, settings) => {
    await expect(converted(className, { ...settings, flavour: 'new' })).rejects.toThrow(
      /argument flavour: unknown argument/,
    )
  })

  it('an integer that is none in a vocabulary', async () => {
    await expect(converted('IntegerLookup', { vocabulary: ['1', 'x'] })).rejects.toThrow(
      'vocabulary',
    )
    await expect(converted('IntegerLookup', { vocabulary: [2n ** 63n] })).rejects.toThrow(
      'vocabulary',
    )
  })
})

describe('what preprocessing layers read', () => {
  it('terms that were bytes in Python', async () => {
    const bytes = (value: string): Json => ({ class_name: '__bytes__', config: { value } })
    const model = await converted('StringLookup', { vocabulary: [bytes('a'), bytes('é')] })
    expect(model.tensors[0]?.strings).toEqual(['a', 'é'])
  })

  it('an adapted vocabulary without its special tokens', async () => {
    const assets = { 'layers/text_vectorization/vocabulary.txt': '\n[UNK]\nthe\nfox' }
    const model = await converted('TextVectorization', { vocabulary_size: 4 }, assets)
    expect(model.tensors[0]?.strings).toEqual(['the', 'fox'])
  })

  it('integers of 64 bits, in vocabularies and salts', async () => {
    const settings = { vocabulary: [2n ** 63n - 1n, -(2n ** 63n)], salt: [-1, 2n ** 62n + 1n] }
    const model = await converted('IntegerLookup', { ...settings, oov_method: 'farmhash' })
    const { data } = model.tensors[0] as Model['tensors'][number]
    expect(new BigInt64Array(data.slice().buffer)).toEqual(
      BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)),
    )
    const layer = lastLayer(model)
    const key = layer.kind === 'indexLookup' ? layer.indexLookup.key : new Uint8Array(0)
    expect(new BigInt64Array(key.slice().buffer)).toEqual(BigInt64Array.of(-1n, 2n ** 62n + 1n))
  })

  it('weights given by hand, padded as Keras pads them', async () => {
    const settings = { vocabulary, output_mode: 'tf_idf', idf_weights: [1, 3], num_oov_indices: 2 }
    const padded = { ...settings, max_tokens: 6, pad_to_max_tokens: true }
    const { data } = (await converted('StringLookup', padded))
      .tensors[1] as Model['tensors'][number]
    expect(Array.from(new Float32Array(data.slice().buffer))).toEqual([2, 2, 1, 3, 0, 0])
  })

  it('a FeatureSpace saved by itself, only as a whole', async () => {
    const damaged = { class_name: 'FeatureSpace', config: { features: { a: { config: {} } } } }
    const opened = openSkeletonOf(damaged)
    await expect(opened).rejects.toThrow('the config of the FeatureSpace is damaged')
  })
})

async function openSkeletonOf(config: Json): Promise<unknown> {
  const layout = 'keras' as const
  const empty = { members: {}, attributes: {} }
  return await openSkeleton({ name: 'space', layout, kerasVersion: '3.15.1', config, ...empty })
}
