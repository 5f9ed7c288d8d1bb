import type { Layer, Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { numbers, type Numbers } from './testing.ts'

type Settings = Readonly<Record<string, unknown>>

/** ZeroPadding2D, then a layer, over x (batch, height, width, channels); `relu` puts one before. */
function padded(
  kind: string,
  settings: Settings,
  amounts: readonly number[],
  weights: readonly Numbers[],
  dataFormat: string,
  relu: boolean,
): Model {
  const layerOf = (name: string, of: string, values: Settings): Layer =>
    ({ name, className: of, computeDtype: 'float32', kind: of, [of]: values }) as unknown as Layer
  const shape = [-1, -1, -1, -1]
  const layers = [
    layerOf('x', 'input', { dtype: 'float32', shape, optional: false }),
    layerOf('first', 'activation', {
      activation: { function: relu ? 'relu' : 'linear', settings: [] },
    }),
    layerOf('padding', 'zeroPadding', { rank: 2, amounts, dataFormat }),
    layerOf('layer', kind, { ...settings, dataFormat }),
  ]
  return {
    formatVersion: 1,
    name: 'padded',
    layers,
    graph: {
      calls: layers.map((_, i) => ({
        layer: i,
        arguments:
          i === 0 ? [] : [{ name: '', value: { kind: 'ref', ref: { call: i - 1, output: 0 } } }],
      })),
      inputs: [
        { name: 'x', value: { call: 0, output: 0 }, dtype: 'float32', shape, optional: false },
      ],
      outputs: [
        { name: 'y', value: { call: 3, output: 0 }, dtype: 'float32', shape: [], optional: false },
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

const windows = {
  rank: 2,
  kernelSize: [3, 3],
  strides: [2, 2],
  dilationRate: [1, 1],
  kernel: 0,
  bias: 1,
}
const pooling = { rank: 2, poolSize: [3, 3], strides: [2, 2] }

const layers: Readonly<Record<string, [kind: string, settings: Settings, kernel: number[]]>> = {
  Conv2D: ['conv', { ...windows, filters: 6, groups: 1, padding: 'valid' }, [3, 3, 4, 6]],
  'Conv2D, same': ['conv', { ...windows, filters: 6, groups: 1, padding: 'same' }, [3, 3, 4, 6]],
  DepthwiseConv2D: [
    'depthwiseConv',
    { ...windows, depthMultiplier: 1, padding: 'valid' },
    [3, 3, 4, 1],
  ],
  MaxPooling2D: ['pooling', { ...pooling, reduction: 'max', padding: 'valid' }, []],
  AveragePooling2D: ['pooling', { ...pooling, reduction: 'average', padding: 'valid' }, []],
}

describe.each(Object.entries(layers))('ZeroPadding2D before %s', (_, [kind, settings, kernel]) => {
  it.each([
    ['channels_last', [0, 1, 0, 1], true],
    ['channels_last', [2, 1, 0, 3], true],
    ['channels_last', [2, 1, 0, 3], false],
    ['channels_last', [4, 4, 4, 4], true],
    ['channels_first', [1, 2, 3, 0], true],
  ] as const)(
    'gives what the padded tensor gives: %s, %j, relu %j',
    async (format, amounts, relu) => {
      const last = format === 'channels_last'
      const shape = last ? [2, 7, 8, 4] : [2, 4, 7, 8]
      const channels = kind === 'conv' ? 6 : 4
      const weights = [numbers(kernel, 1), numbers([channels], 2)]
      const x = { ...numbers(shape, 3), shape }
      using model = await instantiate<Record<string, Tensor>>(
        padded(kind, settings, amounts, weights, format, relu),
      )
      // The padded tensor, and the layer over it as an input of its own.
      const { y, padding } = model.predict(x, { layers: ['padding'] })
      using plain = await instantiate(padded(kind, settings, [0, 0, 0, 0], weights, format, false))
      const expected = plain.predict({
        data: padding!.data as Float32Array,
        shape: [...padding!.shape],
      })
      expect(y!.shape).toEqual(expected.shape)
      expect(y!.data).toEqual(expected.data)
    },
  )

  it('takes a pass of its own only where means are over the padded tensor', async () => {
    const weights = [numbers(kernel, 1), numbers([kind === 'conv' ? 6 : 4], 2)]
    using model = await instantiate(
      padded(kind, settings, [1, 1, 1, 1], weights, 'channels_last', true),
    )
    model.predict({ ...numbers([1, 7, 8, 4], 3), shape: [1, 7, 8, 4] })
    const kinds = model.explain().plan.map((step) => step.kind)
    expect(kinds.includes('take')).toBe(settings['reduction'] === 'average')
  })
})
