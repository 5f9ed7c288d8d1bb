import type {
  IndexLookup,
  Layer,
  LayerKind,
  LayerKinds,
  Model,
  TextVectorization,
} from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { LoadedModel } from './loaded-model.ts'
import type { Prediction, Tensor, TensorData } from './tensor.ts'

const noKey = new Uint8Array(0)

const lookup: IndexLookup = {
  vocabularyDtype: 'string',
  vocabulary: 0,
  numOovIndices: 1,
  maskToken: '',
  oovToken: '[UNK]',
  invert: false,
  outputMode: 'int',
  padToMaxTokens: false,
  sparse: false,
  oovMethod: 'floormod',
  key: noKey,
}

const vectorize: TextVectorization = {
  standardize: 'lower_and_strip_punctuation',
  split: 'whitespace',
  ngrams: [],
  lookup,
  ragged: false,
}

const convolution: LayerKinds['conv'] = {
  rank: 1,
  filters: 1,
  kernelSize: [3],
  strides: [1],
  dilationRate: [1],
  padding: 'valid',
  dataFormat: 'channels_last',
  groups: 1,
  kernel: 2,
}

const embedding: LayerKinds['embedding'] = {
  inputDim: 4,
  outputDim: 1,
  maskZero: false,
  table: 1,
  reversible: false,
}

function layer<K extends LayerKind>(name: string, kind: K, settings: LayerKinds[K]): Layer {
  return {
    name,
    className: kind,
    computeDtype: 'float32',
    kind,
    [kind]: settings,
  } as unknown as Layer
}

function floats(name: string, shape: number[], values: number[]): Model['tensors'][number] {
  const data = new Uint8Array(Float32Array.from(values).buffer)
  return { name, dtype: 'float32', shape, strings: [], data }
}

/** Layers one after the other, from an input (batch, …) of this dtype. */
function chain(layers: readonly Layer[], dtype: 'string' | 'int64' | 'float32', rank = 2): Model {
  const shape = Array<number>(rank).fill(-1)
  return {
    formatVersion: 1,
    name: 'texts',
    layers: [
      {
        name: 'x',
        className: 'InputLayer',
        kind: 'input',
        input: { dtype, shape, optional: false },
      },
      ...layers,
    ],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        ...layers.map((_, i) => ({
          layer: i + 1,
          arguments: [{ name: '', value: { kind: 'ref' as const, ref: { call: i, output: 0 } } }],
        })),
      ],
      inputs: [{ name: 'x', value: { call: 0, output: 0 }, dtype, shape, optional: false }],
      outputs: [
        { name: 'y', value: { call: layers.length, output: 0 }, shape: [], optional: false },
      ],
    },
    tensors: [
      { name: 'vocabulary', dtype: 'string', shape: [2], strings: ['the', 'fox'], data: noKey },
      floats('table', [4, 1], [0, 1, 10, 100]),
      floats('kernel', [3, 1, 1], [1, 1, 1]),
      floats('idf', [3], [1, 2, 3]),
    ],
    shards: [],
    cases: [],
  }
}

function load(
  layers: readonly Layer[],
  dtype: 'string' | 'int64' | 'float32' = 'string',
): Promise<LoadedModel<Prediction>> {
  return instantiate<Prediction>(chain(layers, dtype))
}

async function answer(layers: readonly Layer[], x: string[][]): Promise<Tensor<TensorData>> {
  using model = await load(layers)
  return model.predict(x) as Tensor<TensorData>
}

describe('a size that texts decide', () => {
  it('is that of the longest text of each call', async () => {
    using model = await load([layer('v', 'textVectorization', vectorize)])
    const run = (x: string[][]): unknown => model.predict(x)
    expect(run([['The fox, the'], ['a']])).toMatchObject({
      shape: [2, 3],
      data: BigInt64Array.of(2n, 3n, 2n, 1n, 0n, 0n),
    })
    expect(run([['fox']])).toMatchObject({ shape: [1, 1], data: BigInt64Array.of(3n) })
    expect(run([['']])).toMatchObject({ shape: [1, 0] })
    expect(run([['fox fox'], ['']])).toMatchObject({ shape: [2, 2] })
  })

  it('reaches the layers behind, one call after the other', async () => {
    const layers = [
      layer('v', 'textVectorization', vectorize),
      layer('e', 'embedding', embedding),
      layer('c', 'conv', convolution),
    ]
    using model = await load(layers)
    const sums = (text: string): number[] => Array.from((model.predict([[text]]) as Tensor).data)
    expect(sums('the fox the a')).toEqual([120, 111])
    expect(sums('the fox the')).toEqual([120])
    // Too short for the convolution, which is an error of this call alone.
    expect(() => sums('the fox')).toThrow('layer c')
    expect(sums('a a the fox')).toEqual([12, 111])
    expect(model.explain().plan.map(({ layer: name }) => name)).toContain('c')
  })

  it('is found for each of two layers', async () => {
    const model = chain([layer('v', 'textVectorization', vectorize)], 'string')
    const second = layer('w', 'textVectorization', {
      ...vectorize,
      ngrams: [2],
      split: 'character',
    })
    const [, , ...calls] = chain([layer('v', 'textVectorization', vectorize), second], 'string')
      .graph!.calls
    const reference = { kind: 'ref' as const, ref: { call: 0, output: 0 } }
    model.layers.push(second)
    model.graph!.calls.push({ ...calls[0]!, layer: 2, arguments: [{ name: '', value: reference }] })
    model.graph!.outputs.push({
      name: 'z',
      value: { call: 2, output: 0 },
      shape: [],
      optional: false,
    })
    using loaded = await instantiate<Prediction>(model)
    for (const text of ['the fox', 'a', 'fox the fox the']) {
      expect(loaded.predict([[text]])).toMatchObject({
        y: { shape: [1, text.split(' ').length] },
        z: { shape: [1, text.length - 1] },
      })
    }
  })
})

describe('errors of texts and categories', () => {
  it.each<[string, Layer, RegExp]>([
    [
      'a sparse lookup',
      layer('l', 'indexLookup', { ...lookup, outputMode: 'count', sparse: true }),
      /layer l.*sparse/,
    ],
    [
      'ragged texts',
      layer('l', 'textVectorization', { ...vectorize, ragged: true }),
      /layer l.*ragged/,
    ],
    [
      'an unknown split',
      layer('l', 'textVectorization', { ...vectorize, split: 'words' }),
      /split.*words/,
    ],
    [
      'an unknown standardization',
      layer('l', 'textVectorization', { ...vectorize, standardize: 'upper' }),
      /standardize.*upper/,
    ],
    [
      'no vocabulary',
      layer('l', 'indexLookup', { ...lookup, vocabulary: undefined }),
      /no vocabulary/,
    ],
    [
      'weights of another number',
      layer('l', 'indexLookup', { ...lookup, outputMode: 'tf_idf', idfWeights: 1 }),
      /tf_idf with 4 weights.*3 indices/,
    ],
  ])('%s is refused when the model is loaded', async (_, refused, message) => {
    await expect(load([refused])).rejects.toThrow(message)
  })

  it('a term that has no index is named', async () => {
    const strict = layer('l', 'indexLookup', { ...lookup, numOovIndices: 0 })
    await expect(answer([strict], [['fox'], ['wolf']])).rejects.toThrow(/layer l.*"wolf"/)
  })

  it('texts of a shape that cannot be split are refused', async () => {
    await expect(
      answer([layer('l', 'textVectorization', vectorize)], [['a', 'b']]),
    ).rejects.toThrow(/layer l.*expected .*1 as the last dimension, got \(1, 2\)/)
  })

  it('half of a surrogate pair by itself is no text', async () => {
    const first = [layer('l', 'indexLookup', lookup)]
    await expect(answer(first, [['fox'], ['\u{1F98A}']])).resolves.toBeDefined()
    for (const half of ['\uD83E', 'a\uDD8A'])
      await expect(answer(first, [['fox'], [half]])).rejects.toThrow(/input x.*element 1/)
  })

  it('an index below 0 cannot be counted', async () => {
    const settings = { numTokens: 3, outputMode: 'count', sparse: false }
    using model = await load([layer('l', 'categoryEncoding', settings)], 'int64')
    expect(() => model.predict([[0, -1]])).toThrow(/layer l.*expected 0 to 2, got -1/)
  })

  it('numbers with a fraction cannot be crossed', async () => {
    const settings = { numBins: 3, outputMode: 'int', sparse: false }
    using model = await load([layer('l', 'hashedCrossing', settings)], 'float32')
    expect(() => model.predict([[0.5]])).toThrow(/layer l.*2 or more/)
  })
})
