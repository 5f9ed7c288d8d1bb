import { readFileSync } from 'node:fs'
import { decode, encode, weightsOf, type Layer, type Model } from '@dotplus/core'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { convert, doctor } from './convert.ts'
import { denseLayers, parseLayersSpec } from './arrays/layers-spec.ts'
import {
  dataSource,
  failureOf,
  fixtureBytes,
  fixtureCompositions,
  fixtureNames,
  fixtureSource,
} from './files.fixture.ts'
import { ConversionError, problemsOf } from './problems.ts'
import { sourceFromBytes, type Source } from './source.ts'
import { version } from './version.ts'

const routes: readonly (readonly [string, readonly string[], boolean])[] = [
  ['keras', ['keras/model.keras'], false],
  ['h5-keras3', ['h5-keras3/model.h5'], false],
  ['h5-keras2', ['h5-keras2/model.h5'], false],
  ['weights-h5', ['weights-h5/model.json', 'weights-h5/model.weights.h5'], false],
  [
    'npy',
    [1, 2, 3].flatMap((layer) => [`npy/L${layer}_weights.npy`, `npy/L${layer}_bias.npy`]),
    true,
  ],
  ['npz', ['npz/weights.npz'], true],
  ['object', ['object/weights.npy'], true],
]

function sources(hidden: string, files: readonly string[]): Source[] {
  return files.map((file) => fixtureSource(`sample-mlp/${hidden}/${file}`))
}

/** Every weight of every layer: what has to be the same by every route. */
function weightsIn(model: Model): unknown[] {
  return model.layers.flatMap((layer) =>
    [...weightsOf(layer)].map(({ field, index }) => {
      const { dtype, shape, data } = model.tensors[index] as Model['tensors'][number]
      return [field, dtype, shape, [...data]]
    }),
  )
}

function kindsOf(model: Model): unknown[] {
  return model.layers.map((layer) => layer.kind)
}

function denseOf(layer: Layer | undefined): Extract<Layer, { kind: 'dense' }>['dense'] {
  if (layer?.kind !== 'dense') throw new Error('no dense layer')
  return layer.dense
}

describe.each(['linear', 'relu'])('the sample MLP, %s', (hidden) => {
  it.each(routes)('gives the same weights by every route: %s', async (_, files, arraysOnly) => {
    const model = await convert(
      sources(hidden, files),
      arraysOnly ? { dense: [hidden, hidden, 'linear'] } : {},
    )
    const reference = await convert(sources(hidden, ['keras/model.keras']))
    expect(weightsIn(model)).toEqual(weightsIn(reference))
    expect(kindsOf(model)).toEqual(['input', 'dense', 'dense', 'dense'])
    expect(model.layers.slice(1).map((layer) => denseOf(layer).units)).toEqual([20, 10, 1])
    expect(model.layers.slice(1).map((layer) => denseOf(layer).activation?.function)).toEqual([
      hidden,
      hidden,
      'linear',
    ])
    expect(model.graph?.inputs.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['float32', [-1, 4]],
    ])
    expect(encode(decode(encode(model)))).toEqual(encode(model))
  })

  it.each(routes.filter(([name]) => name !== 'object'))(
    'names layers as the export does: %s',
    async (_, files, arraysOnly) => {
      const model = await convert(
        sources(hidden, files),
        arraysOnly ? { dense: [hidden, hidden, 'linear'] } : {},
      )
      const names = ['L1/kernel', 'L1/bias', 'L2/kernel', 'L2/bias', 'L3/kernel', 'L3/bias']
      expect(model.tensors.map(({ name }) => name)).toEqual(names)
    },
  )
})

describe('convert', () => {
  it('gives the same bytes each time, whatever the order of the files', async () => {
    const [, files] = routes[4] as (typeof routes)[number]
    const first = encode(await convert(sources('linear', files), { dense: 'linear,linear,linear' }))
    const second = encode(
      await convert(sources('linear', files.toReversed()), { dense: 'linear,linear,linear' }),
    )
    expect(second).toEqual(first)
  })

  it('fills in where the model comes from', async () => {
    const { provenance } = await convert(fixtureSource('sample-mlp/linear/h5-keras2/model.h5'))
    expect(provenance).toMatchObject({
      sourceName: 'model.h5',
      sourceFormat: 'keras-h5',
      kerasVersion: '2.21.0',
      backend: 'tensorflow',
      converter: `@dotplus/converter ${version}`,
    })
    const bytes = fixtureBytes('sample-mlp/linear/h5-keras2/model.h5')
    const digest = new Uint8Array(
      await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>),
    )
    expect(provenance?.sourceSha256).toEqual(digest)
  })

  it('embeds cases as evidence', async () => {
    const model = await convert(fixtureSource('sample-mlp/relu/keras/model.keras'), {
      cases: fixtureSource('sample-mlp/relu/keras/io.npz'),
    })
    const [entry] = model.cases
    expect(entry).toMatchObject({ name: 'io', inputs: [6], outputs: [7] })
    expect(model.tensors[6]?.shape).toEqual([400, 4])
    expect(decode(encode(model)).cases).toMatchObject(model.cases)
  })

  it('leaves the arrays of a case beside a model alone', async () => {
    const model = await convert([
      fixtureSource('sample-mlp/relu/keras/io.npz'),
      fixtureSource('sample-mlp/relu/keras/model.keras'),
    ])
    expect(model.provenance?.sourceName).toBe('model.keras')
  })

  it.each(fixtureNames('cases').filter((name) => !name.endsWith('.json')))(
    'converts the case %s',
    async (name) => {
      const model = await convert(fixtureSource(`cases/${name}/model.keras`), {
        cases: fixtureSource(`cases/${name}/io.npz`),
        register: fixtureCompositions,
      })
      expect(model.layers.every((layer) => layer.kind !== undefined)).toBe(true)
      expect(decode(encode(model))).toMatchObject({ name: model.name })
    },
  )

  it('keeps its version', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { version: string }
    expect(version).toBe(manifest.version)
  })
})

const config = (layers: unknown[], extra: object = {}): Source =>
  sourceFromBytes(
    'model.keras',
    zipSync({
      'config.json': new TextEncoder().encode(
        JSON.stringify({
          module: 'keras',
          class_name: 'Sequential',
          config: { name: 'm', layers },
          ...extra,
        }),
      ),
      'model.weights.h5': fixtureBytes('sample-mlp/linear/weights-h5/model.weights.h5'),
    }),
  )
const layer = (className: string, settings: object, module = 'keras.layers'): object => ({
  module,
  class_name: className,
  config: settings,
})
const input = layer('InputLayer', { name: 'x', batch_shape: [null, 4], dtype: 'float32' })

describe('what stops a conversion', () => {
  it('is listed all at once', async () => {
    const model = config([
      input,
      layer('Dense', { name: 'L1', units: 'twenty', activation: 'relu' }),
      layer('Lambda', {
        name: 'l',
        function: { class_name: '__lambda__', config: { value: 'x' } },
      }),
      layer('Dense', { name: 'L2', units: 11, activation: 'no_such', twist: 3 }),
      layer('Gate', { name: 'g' }, 'my_package.layers'),
    ])
    const problems = await doctor(model)
    const messages = problems.map(({ message }) => message)
    expect(messages).toEqual([
      'model.keras: layer L1: Dense argument units: wrong value: expected a whole number, got "twenty"',
      "model.keras: layer l: layer 3 of 5: a Lambda layer holds Python code, which is never run: got bytecode. Say what it computes with registerLayer('Lambda>l', …) or --register, or write it with keras.layers or keras.ops and save the model again",
      "model.keras: layer g: layer 5 of 5: a custom layer: got my_package.layers.Gate. Say what it computes with registerLayer('Gate', …) or --register",
      'model.keras/model.weights.h5: layer L2: layers/dense_1/vars/0: shape of kernel: expected (any, 11), got (20, 10)',
      'model.keras/model.weights.h5: layer L2: layers/dense_1/vars/1: shape of bias: expected (11), got (10,)',
      'model.keras: layer L2: Dense argument activation: wrong value: expected an activation of Keras, got "no_such". Say what it computes with registerLayer(\'no_such\', …) or --register',
      'model.keras: layer L2: Dense argument twist: unknown argument: expected units, use_bias, lora_rank, lora_alpha, activation, quantization_config, got 3',
    ])
    const error = await failureOf(() => convert(model))
    expect(error).toBeInstanceOf(ConversionError)
    expect(error.message).not.toContain('\n')
    expect(problemsOf(error)).toEqual(problems)
  })

  it('is thrown as it is when it is one thing', async () => {
    const error = await failureOf(() =>
      convert(
        config([
          input,
          layer('Dense', { name: 'L1', units: 21 }),
          layer('Dense', { name: 'L2', units: 10 }),
        ]),
      ),
    )
    expect(error).toBeInstanceOf(ConversionError)
    const one = await failureOf(() =>
      convert(config([input, layer('Dense', { name: 'L1', units: 20, activation: 'no' })])),
    )
    expect(one.tag).toBe('ModelError')
  })

  it('names weights that are missing', async () => {
    const layers = ['L1', 'L2', 'L3', 'L4'].map((name, index) =>
      layer('Dense', { name, units: [20, 10, 1, 1][index] }),
    )
    const [problem, more] = await doctor(config([input, ...layers]))
    expect(problem?.message).toMatch(
      /layer L4: weights: weights are missing: expected kernel, bias, got none$/,
    )
    expect(more).toBeUndefined()
  })

  it.each([
    [
      'a missing config',
      zipSync({ 'a.txt': new Uint8Array(1) }),
      'a zip archive that is neither .keras nor .npz',
    ],
    ['an empty file', new Uint8Array(0), 'not a zip archive'],
    [
      'a config that is no JSON',
      zipSync({
        'config.json': new TextEncoder().encode('{'),
        'model.weights.h5': new Uint8Array(1),
      }),
      'not valid JSON',
    ],
    [
      'no weights',
      zipSync({ 'config.json': new TextEncoder().encode('{}') }),
      'the archive has no weights',
    ],
  ])('is said of a .keras with %s', async (_, bytes, what) => {
    expect((await failureOf(() => convert(sourceFromBytes('model.keras', bytes)))).what).toBe(what)
  })

  it('is said of files that are something else', async () => {
    const text = new TextEncoder()
    const kinds: [string, Uint8Array, string][] = [
      ['model.h5', text.encode('no HDF5 here'), 'not an HDF5 file'],
      [
        'model.yaml',
        text.encode('backend: tensorflow\nclass_name: Sequential\n'),
        'model.to_yaml() is no longer read: YAML can run code, and Keras removed it',
      ],
      ['x.bin', text.encode('whatever'), 'not a file that converts'],
      ['model.dotplus', new Uint8Array([0x0d, 1, 0, 0, 0]), 'this is a dotplus model already'],
    ]
    for (const [name, bytes, what] of kinds) {
      expect((await failureOf(() => convert(sourceFromBytes(name, bytes)))).what).toBe(what)
    }
  })

  it('is a part that is missing', async () => {
    const weights = fixtureSource('sample-mlp/linear/weights-h5/model.weights.h5')
    const json = fixtureSource('sample-mlp/linear/weights-h5/model.json')
    expect((await failureOf(() => convert(weights))).what).toBe('the file holds weights only')
    expect((await failureOf(() => convert(json))).what).toBe(
      'the file describes layers but holds no weights',
    )
    const keras = fixtureSource('sample-mlp/linear/keras/model.keras')
    expect((await failureOf(() => convert([keras, keras]))).what).toBe('several models at once')
    expect((await failureOf(() => convert([]))).what).toBe('no model among the files')
  })

  it('is a shape that nothing says', async () => {
    const layers = [
      layer('Dense', { name: 'L1', units: 20 }),
      layer('Dense', { name: 'L2', units: 10 }),
      layer('Dense', { name: 'L3', units: 1 }),
    ]
    const error = await failureOf(() => convert(config(layers)))
    expect(error.what).toBe('the model does not say what shape its input has')
    const model = await convert(config(layers), { inputShape: [null, 4] })
    expect(model.graph?.inputs[0]?.shape).toEqual([-1, 4])
  })

  it('fails with a typed error when a model is cut at any byte', async () => {
    const bytes = fixtureBytes('sample-mlp/linear/keras/model.keras')
    for (let end = 0; end < bytes.byteLength; end += 97) {
      const error = await failureOf(() =>
        convert(sourceFromBytes('model.keras', bytes.subarray(0, end))),
      )
      expect(error.file).toContain('model.keras')
    }
  })
})

describe('arrays without an architecture', () => {
  const npz = (): Source => fixtureSource('sample-mlp/linear/npz/weights.npz')

  it('need a spec', async () => {
    const error = await failureOf(() => convert(npz()))
    expect([error.tag, error.hint]).toEqual([
      'UsageError',
      expect.stringContaining('--dense relu,relu,linear'),
    ])
  })

  it('take a JSON spec, with other layers between', async () => {
    const layers = parseLayersSpec([
      { layer: 'Dense', activation: 'relu', units: 20 },
      'BatchNormalization',
      { layer: 'Dropout', rate: 0.5 },
      { layer: 'Dense' },
      { class_name: 'Dense', config: { activation: 'sigmoid', name: 'last' } },
    ])
    const error = await failureOf(() => convert(npz(), { layers }))
    expect(error.what).toBe('number of layers with weights')
    const without = parseLayersSpec(
      JSON.stringify([
        { layer: 'Dense', activation: 'relu' },
        { layer: 'Dropout', rate: 0.5 },
        'Dense',
        { layer: 'Dense', name: 'last' },
        'Softmax',
      ]),
    )
    const model = await convert(npz(), { layers: without })
    expect(model.layers.map(({ name }) => name)).toEqual([
      'L1_input',
      'L1',
      'dropout',
      'L2',
      'last',
      'softmax',
    ])
  })

  it('say which two do not fit', async () => {
    const files = [1, 2, 3].flatMap((layer) => [
      `npy/L${layer}_weights.npy`,
      `npy/L${layer}_bias.npy`,
    ])
    const [w1, b1, w2, b2, w3, b3] = sources('linear', files) as [
      Source,
      Source,
      Source,
      Source,
      Source,
      Source,
    ]
    const renamed = (source: Source, name: string): Source => ({ ...source, name })
    const kernels = await failureOf(() =>
      convert([w1, b1, renamed(w3, 'L2_weights.npy'), renamed(b3, 'L2_bias.npy')], {
        dense: 'relu,linear',
      }),
    )
    expect(kernels.message).toBe(
      'L1_weights.npy and 3 more: two kernels do not follow on each other: expected a kernel of shape (20, any) for L1_weights.npy float32 (4, 20), got L2_weights.npy float32 (10, 1). Check that the arrays belong to the layers in this order',
    )
    const bias = await failureOf(() =>
      convert([w1, renamed(b2, 'L1_bias.npy')], { dense: 'linear' }),
    )
    expect(bias.message).toContain(
      'expected a bias of shape (20,) for L1_weights.npy float32 (4, 20), got L1_bias.npy float32 (10,)',
    )
    expect((await failureOf(() => convert([w1, b1, w2], { dense: 'linear' }))).what).toBe(
      'number of layers with weights',
    )
  })

  it('refuse a pickle that asks for os.system', async () => {
    const error = await failureOf(() =>
      convert(dataSource('pickle/refused-system-4.pkl'), { dense: 'linear' }),
    )
    expect([error.tag, error.got]).toEqual(['UnsupportedError', 'posix.system'])
  })

  it('refuse a spec that is none', async () => {
    const attempts = [
      () => parseLayersSpec('[]'),
      () => parseLayersSpec([3]),
      () => parseLayersSpec({ layers: ['Dense'], input_shape: ['x'] }),
      () => denseLayers('relu,'),
    ]
    for (const attempt of attempts) expect((await failureOf(attempt)).tag).toBe('UsageError')
    expect((await failureOf(() => parseLayersSpec('[', 'spec.json'))).message).toMatch(
      /^spec\.json: layers spec: not valid JSON/,
    )
  })
})

describe('names of layers', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const chain = (...layers: readonly string[]): Source =>
    config([
      input,
      ...layers.map((name, index) => layer('Dense', { name, units: [20, 10, 1][index] })),
    ])

  it('may be those of an object', async () => {
    for (const name of names) {
      const model = await convert(chain('a', name, 'b'))
      expect(model.layers.map((each) => each.name)).toEqual(['x', 'a', name, 'b'])
      expect([...weightsOf(model.layers[2] as Layer)]).toHaveLength(2)
    }
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('may be keys of dicts and arguments', async () => {
    const text = `{"class_name": "Functional", "config": {"name": "m", "layers": [
      {"class_name": "InputLayer", "module": "keras.layers", "name": "__proto__", "inbound_nodes": [],
       "config": {"name": "__proto__", "batch_shape": [null, 4]}},
      {"class_name": "Identity", "module": "keras.layers", "name": "y", "config": {"name": "y"},
       "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config":
         {"keras_history": ["__proto__", 0, 0]}}], "kwargs": {}}]}],
      "input_layers": {"__proto__": ["__proto__", 0, 0]}, "output_layers": {"constructor": ["y", 0, 0]}}}`
    const archive = zipSync({
      'config.json': new TextEncoder().encode(text),
      'model.weights.h5': fixtureBytes('sample-mlp/linear/weights-h5/model.weights.h5'),
    })
    const { graph } = await convert(sourceFromBytes('model.keras', archive))
    expect(graph?.inputs.map(({ name }) => name)).toEqual(['__proto__'])
    expect(graph?.outputs.map(({ name }) => name)).toEqual(['constructor'])
  })

  it('may not be there twice', async () => {
    const error = await failureOf(() => convert(chain('a', 'b', 'a')))
    expect(error.message).toBe('model.keras: model config: two layers have the same name: got a')
  })
})
