import {
  InputError,
  UnsupportedError,
  type Conv,
  type LayerKind,
  type LayerKinds,
} from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import { numbers, oneLayer } from '../lower/testing.ts'

const causal: Conv = {
  rank: 1,
  filters: 3,
  kernelSize: [3],
  strides: [1],
  dilationRate: [2],
  padding: 'causal',
  dataFormat: 'channels_last',
  groups: 1,
  kernel: 0,
  bias: 1,
}
const weights = [numbers([3, 2, 3], 1), numbers([3], 2)]
const convModel = (settings: Partial<Conv> = {}) =>
  instantiate(oneLayer('conv', { ...causal, ...settings }, [-1, 2], weights))

/** Steps `start` to `end` of one sequence (1, steps, 2). */
const part = (data: Float32Array, start: number, end: number) => ({
  data: data.slice(2 * start, 2 * end),
  shape: [1, end - start, 2],
})

describe('step', () => {
  it('has the bits of the whole sequence, however it is cut, and leaves the state it is given alone', async () => {
    using model = await convModel()
    const { data } = numbers([1, 9, 2], 3)
    const whole = model.predict(part(data, 0, 9)).data
    let state = model.initialState()
    expect(state).toEqual({
      layer: { data: new Float32Array(8), shape: [1, 4, 2], dtype: 'float32' },
    })
    const before = structuredClone(state)
    const found: number[] = []
    for (const [start, end] of [
      [0, 1],
      [1, 6],
      [6, 9],
    ] as const) {
      const result = model.step(part(data, start, end), state)
      found.push(...result.y.data)
      if (start === 0) expect(state).toEqual(before)
      state = result.state
    }
    expect(Float32Array.from(found)).toEqual(whole)
  })

  it('takes zeros for what a state does not hold, and leaves the model as it was', async () => {
    using model = await convModel()
    const x = part(numbers([1, 4, 2], 4).data, 0, 4)
    const y = model.predict(x)
    expect(model.step(x, {}).y).toEqual(y)
    expect(model.step(x).y).toEqual(y)
    expect(model.predict(x)).toEqual(y)
  })

  it('refuses a state where the model keeps none', async () => {
    const settings = { dataFormat: 'channels_last' as const }
    using model = await instantiate(oneLayer('flatten', settings, [2], []))
    const x = numbers([1, 2], 4)
    const { y, state } = model.step(x)
    expect([y, state]).toEqual([model.predict(x), {}])
    expect(() => model.step(x, { other: x as never })).toThrow(
      'state other: the state is not one of this model: expected none, got other',
    )
  })

  it('refuses a state of another model, another batch or another length', async () => {
    using model = await convModel()
    const x = part(numbers([1, 4, 2], 4).data, 0, 4)
    const { state } = model.step(x)
    const { layer } = state
    expect(() => model.step(x, { other: layer! })).toThrow(
      'state other: the state is not one of this model: expected layer, got other',
    )
    expect(() => model.step(x, model.initialState(2))).toThrow(InputError)
    expect(() => model.step(x, { layer: { ...layer!, data: new Float32Array(3) } })).toThrow(
      'state layer: number of elements of a state: expected 8 for (1, 4, 2), got 3',
    )
  })

  it('takes strides in whole windows only', async () => {
    using model = await convModel({ strides: [2], dilationRate: [1] })
    const { data } = numbers([1, 4, 2], 5)
    expect(() => model.step(part(data, 0, 3))).toThrow(
      'expected a multiple of 2 steps at a time, got 3',
    )
    const { state } = model.step(part(data, 0, 2))
    const rest = model.step(part(data, 2, 4), state).y.data
    expect(rest).toEqual(model.predict(part(data, 0, 4)).data.slice(3))
  })

  const notCausal: [string, LayerKind, LayerKinds[LayerKind]][] = [
    ['a convolution that looks ahead', 'conv', { ...causal, padding: 'same' }],
    [
      'a pooling over all steps',
      'globalPooling',
      { rank: 1, reduction: 'average', keepdims: false, dataFormat: 'channels_last' },
    ],
    ['a softmax over the steps', 'softmax', { axes: [1] }],
    ['a concatenation of steps', 'concatenate', { axis: 1 }],
    ['a layer that joins all steps', 'flatten', { dataFormat: 'channels_last' }],
  ]
  it.each(notCausal)('names %s', async (_what, kind, settings) => {
    using model = await instantiate(oneLayer(kind, settings, [-1, 2], weights))
    const x = part(numbers([1, 4, 2], 6).data, 0, 4)
    for (const attempt of [() => model.step(x), () => model.initialState()]) {
      expect(attempt).toThrow(UnsupportedError)
      expect(attempt).toThrow('layer layer: ')
      expect(attempt).toThrow('the model cannot be stepped through this layer')
    }
  })
})
