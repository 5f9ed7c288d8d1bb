import { InputError, UnsupportedError, type Argument, type Model, type Value } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import { numbers, oneLayer } from '../lower/testing.ts'

const x: Value = { kind: 'ref', ref: { call: 0, output: 0 } }
const yes: Value = { kind: 'boolean', boolean: true }
const causal: Argument = { name: 'use_causal_mask', value: yes }

/** Attention of a sequence (batch, steps, 3) to itself. */
function model({
  scoreMode = 'dot',
  steps = -1,
  further = [causal],
}: {
  scoreMode?: string
  steps?: number
  further?: Argument[]
} = {}): Model {
  const made = oneLayer('attention', { scoreMode } as never, [steps, 3], [])
  const items = [x, x]
  const inputs: Argument = { name: '', value: { kind: 'list', list: { items } } }
  const call = made.graph?.calls[1] as { arguments: Argument[] }
  call.arguments = [inputs, ...further]
  return made
}

/** Steps `start` to `end` of one sequence. */
const part = (data: Float32Array, start: number, end: number) => ({
  data: data.slice(3 * start, 3 * end),
  shape: [1, end - start, 3],
})

describe('steps of causal attention', () => {
  it('keep what has been attended to, with room that grows, and have the bits of the whole', async () => {
    using loaded = await instantiate(model())
    const { data } = numbers([1, 150, 3], 1)
    const whole = loaded.predict(part(data, 0, 150)).data
    let state = loaded.initialState()
    const zeros = (shape: number[]) => ({
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
      shape,
      dtype: 'float32',
    })
    expect(state).toEqual({
      'layer:steps': zeros([1]),
      'layer:keys': zeros([1, 64, 1, 3]),
      'layer:values': zeros([1, 64, 1, 3]),
    })
    const room: (number | undefined)[] = []
    for (const [start, end] of [
      [0, 1],
      [1, 60],
      [60, 65],
      [65, 66],
      [66, 150],
    ] as const) {
      const before = structuredClone(state)
      const result = loaded.step(part(data, start, end), state)
      expect(state).toEqual(before)
      expect(result.y.data).toEqual(whole.slice(3 * start, 3 * end))
      state = result.state
      room.push(state['layer:keys']?.shape[1])
    }
    expect(room).toEqual([64, 64, 128, 128, 256])
    expect(state['layer:steps']?.data).toEqual(Float32Array.of(150))
  })

  it('refuse a state that says of no whole number that so many steps came before', async () => {
    using loaded = await instantiate(model())
    const { state } = loaded.step(part(numbers([1, 2, 3], 1).data, 0, 2))
    for (const steps of [-1, 0.5, Number.NaN, Infinity]) {
      const odd = { ...state['layer:steps']!, data: Float32Array.of(steps) }
      const attempt = () =>
        loaded.step(part(numbers([1, 1, 3], 1).data, 0, 1), { ...state, 'layer:steps': odd })
      expect(attempt).toThrow(InputError)
      expect(attempt).toThrow('steps before')
    }
    const far = { ...state['layer:steps']!, data: Float32Array.of(2 ** 24) }
    expect(() =>
      loaded.step(part(numbers([1, 1, 3], 1).data, 0, 1), { 'layer:steps': far }),
    ).toThrow('steps of a sequence: expected 16777216 at most')
  })

  it('refuse the state of another batch', async () => {
    using loaded = await instantiate(model())
    const { state } = loaded.step(part(numbers([1, 2, 3], 1).data, 0, 2))
    expect(() => loaded.step({ data: new Float32Array(6), shape: [2, 1, 3] }, state)).toThrow(
      InputError,
    )
  })

  it.each([
    ['attention to later steps', { further: [] }, 'expected use_causal_mask'],
    ['scores', { further: [causal, { name: 'return_attention_scores', value: yes }] }, 'scores'],
    ['another score_mode', { scoreMode: 'concat' }, 'expected score_mode dot, got concat'],
  ])('name the layer of %s', async (_, given, message) => {
    using loaded = await instantiate(model(given))
    for (const attempt of [
      () => loaded.initialState(),
      () => loaded.step(part(new Float32Array(6), 0, 2)),
    ]) {
      expect(attempt).toThrow(UnsupportedError)
      expect(attempt).toThrow('layer layer: attention: the model cannot be stepped through')
      expect(attempt).toThrow(message)
    }
  })
})

describe('steps beside other tensors', () => {
  const beside = async (shape: number[]) => {
    const made = oneLayer(
      'op',
      { name: 'multiply', attributes: [] } as never,
      [-1, 3],
      [numbers(shape, 2)],
    )
    const call = made.graph?.calls[1] as { arguments: Argument[] }
    call.arguments = [
      { name: '', value: x },
      { name: '', value: { kind: 'tensor', tensor: 0 } },
    ]
    return instantiate(made)
  }

  it('take their places in a table of positions, as long as that is', async () => {
    using loaded = await beside([4, 3])
    const { data } = numbers([1, 4, 3], 3)
    const whole = loaded.predict(part(data, 0, 4)).data
    const first = loaded.step(part(data, 0, 1))
    const second = loaded.step(part(data, 1, 4), first.state)
    expect([...first.y.data, ...second.y.data]).toEqual([...whole])
    expect(() => loaded.step(part(data, 0, 1), second.state)).toThrow(
      'layer layer: steps of a sequence: expected 4 at most, with those before, got 5',
    )
  })

  it('refuse one that makes another axis of time', async () => {
    using loaded = await beside([2, 1, 1, 3])
    expect(() => loaded.step(part(new Float32Array(6), 0, 2))).toThrow(
      'expected sequences of one rank, and nothing of a higher one, got rank 4 beside 3',
    )
  })
})
