import { encode, type Layer, type Model } from '@dotplus/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { convertOpened } from './convert.ts'
import { dataJson } from './files.fixture.ts'
import { registry } from './layers/registry.ts'
import { openSkeleton, type Skeleton } from './skeleton.fixture.ts'

const skeletons = dataJson<Skeleton[]>('models.json')
const models = new Map<string, Model>()

/** Variables that inference has no use for: counters, histories of quantization, a kernel that is stored twice. */
const unused =
  /seed_generator|_lookup_layer|\/count:0 |layers\/normalization\/vars\/2 |layers\/spectral_normalization\/vars\/0 | float32 1024$/

async function convertAll(): Promise<void> {
  for (const skeleton of skeletons) {
    models.set(skeleton.name, await convertOpened(await openSkeleton(skeleton), {}))
  }
}

function modelNamed(name: string): Model {
  const model = models.get(name)
  if (!model) throw new Error(`no model ${name}`)
  return model
}

/** The settings of the first layer that is no input, with each tensor index replaced by the tensor's shape. */
function settings(name: string): unknown {
  const model = modelNamed(name)
  const layer = model.layers.find(({ kind }) => kind !== 'input') as Layer
  return (layer as unknown as Record<string, unknown>)[layer.kind as string]
}

describe('models of every kind, as Keras 3 and tf-keras write them', () => {
  beforeAll(convertAll)

  it.each(skeletons.map(({ name }) => name))(
    'converts %s, with every weight in its place',
    (name) => {
      const model = modelNamed(name)
      const skeleton = skeletons.find((each) => each.name === name) as Skeleton
      expect(model.layers.every(({ kind }) => kind !== undefined)).toBe(true)
      const stored = Object.entries(skeleton.members).filter(
        ([path, description]) => !unused.test(`${path} ${description}`),
      )
      const constants = /\/(vocabulary|bin_boundaries|constant|zeros|ones)(_\d+)?$/
      const used = model.tensors.filter((tensor) => !constants.test(tensor.name))
      // Given means and variances are in the config, nothing of them is stored.
      if (name !== 'normalization-1') expect(used.length).toBe(stored.length)
      expect(encode(model).byteLength).toBeGreaterThan(0)
    },
  )

  it('covers every converter', () => {
    const present = new Set(
      [...models.values()].flatMap((model) => model.layers.map(({ className }) => className)),
    )
    const missing = registry.filter(
      ({ classNames }) => !classNames.some((name) => present.has(name)),
    )
    // Keras makes its STFT layer with SciPy only.
    expect(missing.flatMap(({ classNames }) => classNames)).toEqual(['STFTSpectrogram'])
  })

  it('gives the same model by .keras and .h5 of tf-keras', () => {
    for (const [name, model] of models) {
      const other = models.get(`${name} (.h5)`)
      if (name.startsWith('tf-keras') && other) expect(other.layers, name).toEqual(model.layers)
    }
  })

  it.each([
    [
      'conv2d',
      { rank: 2, filters: 5, kernelSize: [2, 2], strides: [1, 1], padding: 'valid', groups: 1 },
    ],
    ['conv1dtranspose', { rank: 1, outputPadding: [], strides: [2] }],
    ['lstm', { cells: [{ type: 'lstm', units: 3, recurrentActivation: { function: 'sigmoid' } }] }],
    ['gru', { cells: [{ type: 'gru', resetAfter: true }] }],
    [
      'rnn-14',
      {
        cells: [{ type: 'simple_rnn', units: 3 }, { units: 4 }, { units: 5 }],
        scan: { returnSequences: true },
      },
    ],
    ['tf-keras rnn-cells', { cells: [{ type: 'lstm' }, { type: 'gru', resetAfter: true }] }],
    [
      'multiheadattention',
      { numHeads: 2, query: { equation: 'abc,cde->abde' }, output: { equation: 'abcd,cde->abe' } },
    ],
    [
      'multiheadattention-0',
      {
        attentionAxes: [1, 2],
        query: { equation: 'abcd,def->abcef' },
        output: { equation: 'abcde,def->abcf' },
      },
    ],
    ['groupedqueryattention', { grouped: true, query: { equation: 'bqm,muh->bquh' } }],
    ['cropping2d', { rank: 2, amounts: [1, 2, 3, 4] }],
    [
      'leakyrelu',
      {
        activation: { function: 'leaky_relu', settings: [{ name: 'negative_slope', value: 1 }] },
      },
    ],
    ['dense-int8', { quantization: { mode: 'int8', unpackedShape: [6, 8], dynamicInputs: true } }],
    ['dense-int4', { quantization: { mode: 'int4', blockSize: 128 } }],
    ['textvec', { ngrams: [1, 2], lookup: { numOovIndices: 1, maskToken: '' } }],
    [
      'hash',
      {
        numBins: 5,
        key: new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]),
        maskValue: '',
      },
    ],
    ['pipeline', { operation: 'pipeline' }],
  ])('reads the settings of %s', (name, expected) => {
    expect(settings(name)).toMatchObject(expected)
  })

  it('keeps vocabularies without their special tokens, wherever they are stored', () => {
    const vocabulary = (name: string): unknown =>
      modelNamed(name).tensors.find((tensor) => tensor.name.endsWith('/vocabulary'))
    expect(vocabulary('lookup')).toMatchObject({ dtype: 'string', strings: ['q', 'p'] })
    expect(vocabulary('textvec-given')).toMatchObject({ strings: ['x', 'y'] })
    expect(vocabulary('intlookup')).toMatchObject({ dtype: 'int64', shape: [2] })
    const idf = modelNamed('textvec-idf').tensors.find((tensor) =>
      tensor.name.endsWith('/idf_weights'),
    )
    // With one for the out-of-vocabulary index.
    expect(idf?.shape).toEqual([4])
  })

  it('reads dtype policies', () => {
    const layers = modelNamed('bf16').layers.slice(1)
    expect(layers.map(({ computeDtype, variableDtype }) => [computeDtype, variableDtype])).toEqual([
      ['bfloat16', 'bfloat16'],
      ['float16', 'float32'],
      ['float64', 'float64'],
    ])
  })

  it('keeps what hard_sigmoid meant before Keras 3', () => {
    const last = modelNamed('tf-keras sequential').layers.at(-1)
    expect(last?.kind === 'dense' && last.dense.activation).toEqual({
      function: 'hard_sigmoid',
      settings: [{ name: 'slope', value: 0.2 }],
    })
  })

  it('writes the initial states of Keras 2 as Keras 3 does', () => {
    const model = modelNamed('tf-keras rnn-state')
    const call = model.graph?.calls.at(-1)
    expect(call?.arguments.map(({ name, value }) => [name, value?.kind])).toEqual([
      ['', 'ref'],
      ['initial_state', 'list'],
    ])
  })

  it('translates TensorFlow functions of Keras 2', () => {
    const ops = modelNamed('tf-keras ops').layers.map((layer) =>
      layer.kind === 'op'
        ? layer.op.name
        : layer.kind === 'activation'
          ? layer.activation.activation?.function
          : layer.kind,
    )
    expect(ops).toEqual([
      'input',
      'dense',
      'multiply',
      'add',
      'relu',
      'get_item',
      'concatenate',
      'divide',
      'dense',
    ])
  })

  it('tells function nodes of a .h5 of Keras 3 from layers of the same name', () => {
    const kinds = modelNamed('graph-operators (.h5)').layers.map((layer) =>
      layer.kind === 'op' ? layer.op.name : layer.kind,
    )
    expect(kinds).toEqual([
      'input',
      'dense',
      'dense',
      'multiply',
      'square',
      'subtract',
      'add',
      'divide',
      'multiply',
      'add',
    ])
  })
})
