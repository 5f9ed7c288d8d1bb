import {
  ModelError,
  UnsupportedError,
  type Graph,
  type Layer,
  type Model,
  type Scan,
} from '@dotplus/core'
import { describe, expect, it } from 'vitest'

import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { numbers } from './testing.ts'

const [batch, steps, units] = [2, 5, 3]

const still: Scan = {
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  stateful: false,
  zeroOutputForMask: false,
  timeMajor: false,
  unroll: false,
}

type Outputs = readonly (readonly [call: number, output: number])[]

function graphOf(calls: Graph['calls'], inputs: readonly number[][], outputs: Outputs): Graph {
  return {
    calls,
    inputs: inputs.map((shape, call) => ({
      name: `in${call}`,
      value: { call, output: 0 },
      dtype: 'float32',
      shape,
      optional: false,
    })),
    outputs: outputs.map(([call, output], i) => ({
      name: `out${i}`,
      value: { call, output },
      shape: [],
      optional: false,
    })),
  }
}

const called = (layer: number, ...calls: number[]): Graph['calls'][number] => ({
  layer,
  arguments: calls.map((call) => ({ name: '', value: { kind: 'ref', ref: { call, output: 0 } } })),
})

const input = (name: string, shape: number[]): Layer => ({
  name,
  className: 'InputLayer',
  kind: 'input',
  input: { dtype: 'float32', shape, optional: false },
})

/** RNN over a cell that gives x + h / 2, which is the state too; `outputs` are those of the cell. */
function model(
  scan: Partial<Scan>,
  cellOutputs: Outputs = [
    [3, 0],
    [3, 0],
  ],
): Model {
  const masked = scan.timeMajor !== true
  const layers: Layer[] = [
    input('x', scan.timeMajor ? [steps, -1, units] : [-1, -1, units]),
    {
      name: 'masking',
      className: 'Masking',
      kind: 'masking',
      masking: { maskValue: 0 },
    },
    {
      name: 'rnn',
      className: 'RNN',
      kind: 'recurrent',
      recurrent: {
        cells: [{ type: 'layer', units: 0, resetAfter: false, layer: 3 }],
        scan: { ...still, ...scan },
      },
    },
    {
      name: 'rnn/cell',
      className: 'Decay',
      kind: 'submodel',
      submodel: {
        graph: graphOf(
          [called(4), called(5), called(6, 1), called(7, 0, 2)],
          [
            [-1, units],
            [-1, units],
          ],
          cellOutputs,
        ),
      },
    },
    input('rnn/cell/x', [-1, units]),
    input('rnn/cell/h', [-1, units]),
    {
      name: 'rnn/cell/half',
      className: 'Rescaling',
      kind: 'rescaling',
      rescaling: { scale: [0.5], offset: [0] },
    },
    { name: 'rnn/cell/sum', className: 'Add', kind: 'merge', merge: { operation: 'add' } },
  ]
  const calls = masked ? [called(0), called(1, 0), called(2, 1)] : [called(0), called(2, 0)]
  const last = calls.length - 1
  const outputs: Outputs = scan.returnState
    ? [
        [last, 0],
        [last, 1],
      ]
    : [[last, 0]]
  return {
    formatVersion: 1,
    name: 'decay',
    layers,
    graph: graphOf(calls, [scan.timeMajor ? [steps, -1, units] : [-1, -1, units]], outputs),
    cases: [],
    shards: [],
    tensors: [],
  }
}

/** The definition, for one sequence (steps, units): outputs in the order of the walk, and the state after them. */
function decay(
  x: readonly (readonly number[])[],
  scan: Partial<Scan>,
  before: readonly number[] = Array<number>(units).fill(0),
): { outputs: number[][]; state: number[] } {
  const order = scan.goBackwards ? x.toReversed() : x
  let state = [...before]
  let last = Array<number>(units).fill(0)
  const outputs = order.map((row) => {
    const counts = row.some((value) => value !== 0)
    if (counts) last = state = state.map((h, i) => Math.fround((row[i] as number) + h / 2))
    return counts || !scan.zeroOutputForMask ? last : last.map(() => 0)
  })
  return { outputs, state }
}

/** Rows of a tensor (batch, steps, units), some of them 0. */
function sequences(): { data: Float32Array; rows: number[][][] } {
  const { data } = numbers([batch, steps, units], 5)
  for (const step of [0, 3, batch * steps - 1]) data.fill(0, step * units, (step + 1) * units)
  const row = (at: number) => [...data.subarray(at * units, (at + 1) * units)]
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: steps }, (__, t) => row(b * steps + t)),
  )
  return { data, rows }
}

describe('an RNN layer over a cell of the user’s own', () => {
  const flags = [false, true]
  const grid = flags.flatMap((returnSequences) =>
    flags.flatMap((goBackwards) =>
      flags.map((zeroOutputForMask) => ({ returnSequences, goBackwards, zeroOutputForMask })),
    ),
  )

  it.each(grid)('equals the definition, masked steps skipped: %o', async (scan) => {
    using ours = await instantiate<Record<'out0' | 'out1', Tensor>>(
      model({ ...scan, returnState: true }),
    )
    const { data, rows } = sequences()
    const y = ours.predict({ data, shape: [batch, steps, units] })
    const truth = rows.map((row) => decay(row, scan))
    const wanted = truth.map(({ outputs }) => (scan.returnSequences ? outputs : outputs.at(-1)))
    expect([...y.out0.data]).toEqual(wanted.flat(2))
    expect([...y.out1.data]).toEqual(truth.flatMap(({ state }) => state))
  })

  it('walks along the first axis where time comes first', async () => {
    using ours = await instantiate(model({ timeMajor: true, returnSequences: true }))
    const { data } = numbers([steps, batch, units], 6)
    const row = (t: number, b: number) => {
      const at = (t * batch + b) * units
      return [...data.subarray(at, at + units)]
    }
    const truth = Array.from({ length: batch }, (_, b) =>
      decay(
        Array.from({ length: steps }, (__, t) => row(t, b)),
        {},
      ),
    )
    const y = ours.predict({ data, shape: [steps, batch, units] })
    const wanted = Array.from({ length: steps }, (_, t) => truth.map(({ outputs }) => outputs[t]))
    expect([...y.data]).toEqual(wanted.flat(2))
  })

  it('keeps its states from call to call until they are reset', async () => {
    using ours = await instantiate(model({ stateful: true }))
    const { data, rows } = sequences()
    const run = () => [...ours.predict({ data, shape: [batch, steps, units] }).data]
    const first = rows.map((row) => decay(row, {}))
    const second = rows.map((row, b) => decay(row, {}, first[b]?.state))
    expect(run()).toEqual(first.flatMap(({ outputs }) => outputs.at(-1)))
    expect(run()).toEqual(second.flatMap(({ outputs }) => outputs.at(-1)))
    ours.resetState()
    expect(run()).toEqual(first.flatMap(({ outputs }) => outputs.at(-1)))
  })

  it('can be stepped through, where no step is masked', async () => {
    const whole = model({ returnSequences: true })
    const layers = whole.layers.filter(({ kind }) => kind !== 'masking')
    const shifted = layers.map((layer): Layer => {
      if (layer.kind === 'recurrent')
        return {
          ...layer,
          recurrent: {
            ...layer.recurrent,
            cells: [{ type: 'layer', units: 0, resetAfter: false, layer: 2 }],
          },
        }
      if (layer.kind !== 'submodel') return layer
      const graph = layer.submodel.graph as Graph
      const calls = graph.calls.map((call) => ({ ...call, layer: call.layer - 1 }))
      return { ...layer, submodel: { graph: { ...graph, calls } } }
    })
    using ours = await instantiate({
      ...whole,
      layers: shifted,
      graph: graphOf([called(0), called(1, 0)], [[-1, -1, units]], [[1, 0]]),
    })
    const { data } = numbers([1, steps, units], 7)
    const all = [...ours.predict({ data, shape: [1, steps, units] }).data]
    const head = ours.step({ data: data.slice(0, 2 * units), shape: [1, 2, units] })
    const tail = ours.step({ data: data.slice(2 * units), shape: [1, 3, units] }, head.state)
    expect([...head.y.data, ...tail.y.data]).toEqual(all)
  })

  it('does not step where a step may be masked', async () => {
    using ours = await instantiate(model({}))
    const x = { data: new Float32Array(units), shape: [1, 1, units] }
    expect(() => ours.step(x)).toThrow(UnsupportedError)
    expect(() => ours.step(x)).toThrow(
      /^layer rnn: RNN: stepping with a mask is not supported yet: got a cell/,
    )
  })

  it('names a cell whose outputs do not pair with its states', async () => {
    await expect(instantiate(model({}, [[3, 0]]))).rejects.toThrow(ModelError)
    await expect(instantiate(model({}, [[3, 0]]))).rejects.toThrow(
      'layer rnn/cell: outputs of a cell: expected the output and 1 state(s), got 1',
    )
  })

  it('names a cell that computes in float64', async () => {
    const whole = model({})
    const layers = whole.layers.map((layer) =>
      layer.kind === 'recurrent' ? { ...layer, computeDtype: 'float64' as const } : layer,
    )
    await expect(instantiate({ ...whole, layers })).rejects.toThrow(
      /^layer rnn: RNN: float64 with a cell of type is not supported yet: got layer/,
    )
  })
})
