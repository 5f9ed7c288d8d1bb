import type { Layer, Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { numbers, type Numbers } from '../lower/testing.ts'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'

/** Layers called one after the other; `weights` are tensors by index. */
function chain(
  layers: readonly object[],
  inputShape: readonly number[],
  weights: readonly Numbers[],
): Model {
  const shape = [-1, ...inputShape]
  const input = {
    name: 'x',
    className: 'InputLayer',
    kind: 'input',
    input: { dtype: 'float32', shape, optional: false },
  }
  return {
    formatVersion: 1,
    name: 'chain',
    layers: [input, ...layers] as unknown as Layer[],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        ...layers.map((_, i) => ({
          layer: i + 1,
          arguments: [{ name: '', value: { kind: 'ref' as const, ref: { call: i, output: 0 } } }],
        })),
      ],
      inputs: [
        { name: 'x', value: { call: 0, output: 0 }, dtype: 'float32', shape, optional: false },
      ],
      outputs: [
        {
          name: 'y',
          value: { call: layers.length, output: 0 },
          dtype: 'float32',
          shape: [],
          optional: false,
        },
      ],
    },
    tensors: weights.map(({ shape: of, data }, i) => ({
      name: `${i}`,
      dtype: 'float32',
      shape: [...of],
      strings: [],
      data: new Uint8Array(data.slice().buffer),
    })),
    shards: [],
    cases: [],
  } as unknown as Model
}

const layerOf = (name: string, kind: string, settings: object) => ({
  name,
  className: kind,
  computeDtype: 'float32',
  kind,
  [kind]: settings,
})
const relu = layerOf('relu', 'activation', { activation: { function: 'relu', settings: [] } })
const images = { strides: [1, 1], dilationRate: [1, 1], padding: 'same', groups: 1 }
const [last, first] = ['channels_last', 'channels_first']

interface Case {
  readonly layer: object
  readonly kernel: readonly (readonly number[])[]
  readonly input: readonly number[]
  readonly channels: number
  readonly axis: number
}

/** Tensors 0 and 1 are kernels, 2 the bias. */
const cases: Readonly<Record<string, Case>> = {
  Conv2D: {
    layer: layerOf('layer', 'conv', {
      ...images,
      rank: 2,
      filters: 9,
      kernelSize: [3, 3],
      strides: [2, 2],
      dataFormat: last,
      kernel: 0,
      bias: 2,
    }),
    kernel: [[3, 3, 5, 9]],
    input: [7, 6, 5],
    channels: 9,
    axis: 3,
  },
  'Conv2D 1×1 without bias': {
    layer: layerOf('layer', 'conv', {
      ...images,
      rank: 2,
      filters: 13,
      kernelSize: [1, 1],
      dataFormat: last,
      kernel: 0,
    }),
    kernel: [[1, 1, 21, 13]],
    input: [7, 6, 21],
    channels: 13,
    axis: -1,
  },
  'Conv2D, channels first': {
    layer: layerOf('layer', 'conv', {
      ...images,
      rank: 2,
      filters: 4,
      kernelSize: [3, 2],
      dataFormat: first,
      kernel: 0,
      bias: 2,
    }),
    kernel: [[3, 2, 5, 4]],
    input: [5, 7, 6],
    channels: 4,
    axis: 1,
  },
  'Conv2D in groups': {
    layer: layerOf('layer', 'conv', {
      ...images,
      groups: 2,
      rank: 2,
      filters: 6,
      kernelSize: [3, 3],
      dataFormat: last,
      kernel: 0,
      bias: 2,
    }),
    kernel: [[3, 3, 2, 6]],
    input: [7, 6, 4],
    channels: 6,
    axis: -1,
  },
  DepthwiseConv2D: {
    layer: layerOf('layer', 'depthwiseConv', {
      ...images,
      rank: 2,
      kernelSize: [3, 3],
      depthMultiplier: 2,
      dataFormat: last,
      kernel: 0,
      bias: 2,
    }),
    kernel: [[3, 3, 5, 2]],
    input: [7, 6, 5],
    channels: 10,
    axis: 3,
  },
  SeparableConv2D: {
    layer: layerOf('layer', 'separableConv', {
      ...images,
      rank: 2,
      filters: 7,
      kernelSize: [3, 3],
      depthMultiplier: 1,
      dataFormat: last,
      depthwiseKernel: 0,
      pointwiseKernel: 1,
      bias: 2,
    }),
    kernel: [
      [3, 3, 5, 1],
      [1, 1, 5, 7],
    ],
    input: [7, 6, 5],
    channels: 7,
    axis: 3,
  },
  'Dense of few inputs': {
    layer: layerOf('layer', 'dense', { units: 10, kernel: 0, bias: 2 }),
    kernel: [[4, 10]],
    input: [4],
    channels: 10,
    axis: -1,
  },
  Dense: {
    layer: layerOf('layer', 'dense', { units: 10, kernel: 0, bias: 2 }),
    kernel: [[30, 10]],
    input: [30],
    channels: 10,
    axis: -1,
  },
}

function weightsOf({ kernel, channels }: Case): Numbers[] {
  const [a, b = a] = kernel.map((shape, i) => numbers(shape, 3 + i))
  const positive = (seed: number): Numbers => {
    const { shape, data } = numbers([channels], seed)
    return { shape, data: data.map((value) => 1.5 + value) }
  }
  return [
    a as Numbers,
    b as Numbers,
    numbers([channels], 5),
    positive(6),
    numbers([channels], 7),
    numbers([channels], 8),
    positive(9),
  ]
}

const normOf = (axis: number) =>
  layerOf('norm', 'batchNormalization', {
    axis,
    epsilon: 1e-3,
    gamma: 3,
    beta: 4,
    movingMean: 5,
    movingVariance: 6,
  })

/** gamma · (x − mean) / √(variance + epsilon) + beta along the axis, in float64. */
function normalized({ data, shape }: Tensor, axis: number, weights: readonly Numbers[]): number[] {
  const at = axis < 0 ? axis + shape.length : axis
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1)
  const [gamma, beta, mean, variance] = weights.slice(3).map(({ data: of }) => of) as Float32Array[]
  return Array.from(data as Float32Array, (value, i) => {
    const c = Math.floor(i / inner) % (shape[at] as number)
    return (gamma![c]! * (value - mean![c]!)) / Math.sqrt(variance![c]! + 1e-3) + beta![c]!
  })
}

function errorOf(y: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, i) => Math.abs(value - (y[i] as number)))) / scale
}

describe.each(Object.entries(cases))('%s before BatchNormalization', (_, given) => {
  const weights = weightsOf(given)
  const shape = [2, ...given.input]
  const x = { data: numbers(shape, 1).data, shape }

  async function truths() {
    using alone = await instantiate(chain([given.layer], given.input, weights))
    const own = alone.predict(x)
    const norm = normalized(own, given.axis, weights)
    return { own, norm, relu: norm.map((value) => Math.max(value, 0)) }
  }

  it('runs as one op, within 1e-6 of the largest value', async () => {
    const truth = await truths()
    using model = await instantiate(
      chain([given.layer, normOf(given.axis), relu], given.input, weights),
    )
    const y = model.predict(x)
    expect(errorOf(y.data as Float32Array, truth.relu)).toBeLessThan(1e-6)
    const kinds = model.explain().plan.map(({ kind }) => kind)
    expect(kinds).not.toContain('scale_shift')
  })

  it('still gives its own output when asked, within 1e-6 of the largest value', async () => {
    const truth = await truths()
    using model = await instantiate<Record<string, Tensor>>(
      chain([given.layer, normOf(given.axis), relu], given.input, weights),
    )
    const { y, layer, norm } = model.predict(x, { layers: ['layer', 'norm'] })
    expect(layer!.shape).toEqual(truth.own.shape)
    expect(
      errorOf(layer!.data as Float32Array, [...(truth.own.data as Float32Array)]),
    ).toBeLessThan(1e-6)
    expect(errorOf(norm!.data as Float32Array, truth.norm)).toBeLessThan(1e-6)
    expect(errorOf(y!.data as Float32Array, truth.relu)).toBeLessThan(1e-6)
  })
})

const valid = { ...images, padding: 'valid' }

/** Layers whose weights take up the normalization before them. */
const takers: Readonly<Record<string, Case>> = {
  Conv2D: {
    layer: layerOf('layer', 'conv', {
      ...valid,
      rank: 2,
      filters: 9,
      kernelSize: [3, 3],
      dataFormat: last,
      kernel: 0,
      bias: 2,
    }),
    kernel: [[3, 3, 5, 9]],
    input: [7, 6, 5],
    channels: 5,
    axis: 3,
  },
  'Conv2D by Winograd without bias': {
    layer: layerOf('layer', 'conv', {
      ...valid,
      rank: 2,
      filters: 16,
      kernelSize: [3, 3],
      dataFormat: last,
      kernel: 0,
    }),
    kernel: [[3, 3, 16, 16]],
    input: [6, 7, 16],
    channels: 16,
    axis: -1,
  },
  'Conv2D 1×1, channels first': {
    layer: layerOf('layer', 'conv', {
      ...images,
      rank: 2,
      filters: 4,
      kernelSize: [1, 1],
      strides: [2, 1],
      dataFormat: first,
      kernel: 0,
    }),
    kernel: [[1, 1, 5, 4]],
    input: [5, 7, 6],
    channels: 5,
    axis: 1,
  },
  Dense: {
    layer: layerOf('layer', 'dense', { units: 10, kernel: 0, bias: 2 }),
    kernel: [[30, 10]],
    input: [30],
    channels: 30,
    axis: -1,
  },
}

describe.each(Object.entries(takers))('BatchNormalization before %s', (_, given) => {
  const weights = weightsOf(given)
  const outputs = given.kernel[0]!.at(-1)!
  weights[2] = numbers([outputs], 5)
  const x = { data: numbers([2, ...given.input], 1).data, shape: [2, ...given.input] }
  const layers = [relu, normOf(given.axis), given.layer]

  it('goes into the weights, within 1e-6 of the largest value; its own output stays', async () => {
    using normed = await instantiate(chain(layers.slice(0, 2), given.input, weights))
    const norm = normed.predict(x)
    using alone = await instantiate(chain([given.layer], given.input, weights))
    const expected = alone.predict({ data: norm.data as Float32Array, shape: [...norm.shape] })
    using model = await instantiate<Record<string, Tensor>>(chain(layers, given.input, weights))
    const { y, norm: own } = model.predict(x, { layers: ['norm'] })
    expect(own!.data).toEqual(norm.data)
    expect(errorOf(y!.data as Float32Array, [...(expected.data as Float32Array)])).toBeLessThan(
      1e-6,
    )
    model.predict(x)
    expect(model.explain().plan.map(({ kind }) => kind)).not.toContain('scale_shift')
  })
})

it('BatchNormalization before windows that take in padding stays what it is', async () => {
  const given = cases['Conv2D']!
  const weights = weightsOf({ ...given, channels: 5 })
  weights[2] = numbers([9], 5)
  using model = await instantiate(chain([relu, normOf(3), given.layer], given.input, weights))
  model.predict({ data: numbers([1, ...given.input], 1).data, shape: [1, ...given.input] })
  expect(model.explain().plan.map(({ kind }) => kind)).toContain('scale_shift')
})
