import { decode, encode, type Model } from '@dotplus/core'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { convert, doctor } from '../convert.ts'
import {
  dataSource,
  failureOf,
  fixtureBytes,
  fixtureCompositions,
  fixtureSource,
} from '../files.fixture.ts'
import { sourceFromBytes, type Source } from '../source.ts'
import { registerLayer, type ComposeLayer, type Compositions } from './composition.ts'

const { default: register } = (await import(
  new URL('../../test-data/custom-layers/register.mjs', import.meta.url).href
)) as { default: Compositions }
const functional = dataSource('custom-layers/functional.keras')
const subclassed = dataSource('custom-layers/subclassed.keras')

/** Converts with one of the compositions replaced. */
function convertWith(name: string, compose: ComposeLayer): Promise<Model> {
  return convert(functional, { register: { ...register, [name]: compose } })
}

describe('registered compositions', () => {
  it.each(['functional.keras', 'functional.h5', 'subclassed.keras'])(
    'give %s every weight, under names of where it is',
    async (file) => {
      const model = await convert(dataSource(`custom-layers/${file}`), { register })
      expect(model.tensors.map(({ name }) => name).toSorted()).toMatchSnapshot()
      expect(encode(decode(encode(model)))).toEqual(encode(model))
    },
  )

  it('become models within the model, under the name of the class', async () => {
    const { layers } = await convert(functional, { register })
    const gated = layers.find(({ name }) => name === 'gated')
    expect([gated?.kind, gated?.className]).toEqual(['submodel', 'my>Gated'])
  })

  it('hold for every conversion until they are taken back', async () => {
    const undo = Object.entries(register).map(([name, compose]) => registerLayer(name, compose))
    const model = await convert(functional)
    for (const each of undo) each()
    expect(encode(model)).toEqual(encode(await convert(functional, { register })))
    await expect(convert(functional)).rejects.toThrow('6 problems stop the conversion')
  })

  it('are never taken from the prototype of an object', async () => {
    const { 'my>Gated': _, ...rest } = register
    const inherited = Object.assign(Object.create({ 'my>Gated': register['my>Gated'] }), rest)
    await expect(convert(functional, { register: inherited as Compositions })).rejects.toThrow(
      'a custom layer: got my>Gated',
    )
  })

  it('take a subclassed model as a whole', async () => {
    const { graph } = await convert(subclassed, { register })
    expect(graph?.inputs.map(({ name, shape }) => [name, shape])).toEqual([['input', [-1, 6]]])
    const { 'my>Gated': _, ...without } = register
    expect((await doctor(subclassed, { register: without })).map(({ layer }) => layer)).toEqual([
      'subclassed/gated',
    ])
  })
})

describe('registered functions', () => {
  const config = (layers: object[]): Source => {
    const input = { class_name: 'InputLayer', config: { batch_shape: [null, 3], name: 'x' } }
    const model = { class_name: 'Sequential', config: { name: 'm', layers: [input, ...layers] } }
    const archive = zipSync({
      ...unzipSync(fixtureBytes('cases/custom-function-activation/model.keras')),
      'config.json': new TextEncoder().encode(JSON.stringify(model)),
    })
    return sourceFromBytes('model.keras', archive)
  }
  const named = (name: string) => ({ class_name: 'function', config: name })
  const square: ComposeLayer = (_, block) => block.op('square', [block.input])

  it.each([
    ['an activation', { class_name: 'Activation', config: { activation: named('my>square') } }],
    [
      'an activation of an old file',
      { class_name: 'Activation', config: { activation: 'my>square' } },
    ],
    [
      'what a Lambda layer calls',
      { class_name: 'Lambda', config: { function: named('my>square') } },
    ],
  ])('are %s', async (_, layer) => {
    const { layers } = await convert(config([layer]), { register: { 'my>square': square } })
    expect(layers.flatMap((each) => (each.kind === 'op' ? [each.op.name] : []))).toEqual(['square'])
    expect((await doctor(config([layer]))).map(({ message }) => message)).toHaveLength(1)
  })

  it('are none where gates compute with them', async () => {
    const layer = { class_name: 'LSTM', config: { units: 2, activation: named('my>square') } }
    const problems = await doctor(config([layer]), { register: { 'my>square': square } })
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('LSTM argument activation: wrong value'),
    )
  })
})

describe('registered cells', () => {
  const stack = () => fixtureSource('cases/custom-cell-stack/model.keras')

  it('become cells of the recurrent layer, between those of Keras, with their states', async () => {
    const model = await convert(stack(), { register: fixtureCompositions })
    const [rnn] = model.layers.flatMap((layer) => (layer.kind === 'recurrent' ? [layer] : []))
    const cells = rnn?.recurrent.cells ?? []
    expect(cells.map(({ type }) => type)).toEqual(['layer', 'lstm', 'layer', 'gru'])
    const steps = cells.flatMap(({ layer }) => (layer === undefined ? [] : [model.layers[layer]]))
    expect(
      steps.map((step) => [
        step?.className,
        step?.kind === 'submodel' && step.submodel.graph?.inputs.map(({ shape }) => shape),
      ]),
    ).toEqual([
      [
        'cells>Leaky',
        [
          [-1, 4],
          [-1, 3],
        ],
      ],
      [
        'cells>Peephole',
        [
          [-1, 5],
          [-1, 4],
          [-1, 4],
        ],
      ],
    ])
    expect(encode(decode(encode(model)))).toEqual(encode(model))
  })

  it('are named, each with how to register it, where nobody does', async () => {
    expect((await doctor(stack())).map(({ message }) => message)).toEqual(
      ['Leaky', 'Peephole'].map(
        (name) =>
          `model.keras: layer rnn/${name.toLowerCase()}: a recurrent cell of a class of its own: got cells>${name}. Say what one of its steps computes with registerLayer('cells>${name}', …) or --register, its states with block.state`,
      ),
    )
  })

  it.each<[string, ComposeLayer, string]>([
    [
      'has no states',
      (_, block) => block.input,
      'the composition of a cell: expected its states, made with block.state, got none',
    ],
    [
      'forgets the states after the step',
      ({ units }, block) => [block.input, block.state(units as number), block.input],
      'what the composition of a cell answers: expected the output and 1 state, got 3 tensors',
    ],
    [
      'gives a state no size',
      (_, block) => block.state(0),
      'size of a state: expected whole numbers above 0, got 0',
    ],
    [
      'takes an output that no call can have',
      ({ units }, block) => block.output(block.state(units as number), -1),
      'number of an output: expected a whole number from 0 on, got -1',
    ],
    [
      'has another shape in mind',
      ({ units }, block) => {
        const weight = block.weight('kernel', { shape: [7, units as number] })
        const x = block.op('matmul', [block.input, weight])
        block.weight('recurrent_kernel')
        block.weight('bias')
        return [x, block.state(units as number)]
      },
      'shape of kernel: expected (7, 3), got (4, 3)',
    ],
  ])('that %s', async (_, compose, message) => {
    const register = { ...fixtureCompositions, 'cells>Leaky': compose }
    const error = await failureOf(() => convert(stack(), { register }))
    expect(error.message).toMatch(/^model\.keras.*: layer rnn\/(cell\/)?leaky: /)
    expect(error.message).toContain(message)
  })
})

describe('what is wrong with a composition', () => {
  it.each<[string, ComposeLayer, string]>([
    [
      'throws',
      () => {
        throw new TypeError('units is not iterable')
      },
      'layer gated: the registered composition fails: got units is not iterable',
    ],
    ['answers nothing', () => [], 'layer gated: what the composition answers: expected'],
    [
      'answers with a tensor of somewhere else',
      () => ({ layer: 'x', node: 0, output: 0 }),
      'layer gated: what the composition answers: expected a tensor of this block, got object',
    ],
    [
      'uses a layer that does not exist',
      (_, block) => block.layer('Dens', { units: 4 })(block.input),
      'layer gated/dens: layer 2 of 2: unknown layer: got Dens',
    ],
    [
      'forgets where the weights are',
      ({ units }, block) => block.layer('Dense', { units: units as number })(block.input),
      'layer gated/dense: weights: weights are missing: expected kernel, bias, got none',
    ],
    [
      'has another shape in mind',
      (_, block) => block.op('multiply', [block.input, block.weight('scale', { shape: [7] })]),
      'shape of scale: expected (7), got (4,)',
    ],
  ])('is said where it %s', async (_, compose, message) => {
    const error = await failureOf(() => convertWith('my>Gated', compose))
    expect(error.message).toContain(message)
    expect(error.message).toMatch(/^custom-layers\/functional\.keras/)
  })
})
