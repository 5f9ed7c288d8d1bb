import {
  InputError,
  type Activation,
  type Argument,
  type Cell,
  type DType,
  type Layer,
  type Model,
  type Scan,
} from '@dotplus/core'
import { describe, expect, it } from 'vitest'

import { instantiate } from '../instantiate.fixture.ts'
import { recurrent } from '../reference/recurrent.ts'
import { activation } from '../wasm/activations.ts'
import { randomFloats } from '../wasm/testing.ts'

const functionOf = (name: string): Activation => ({ function: name, settings: [] })
const bytesOf = (values: Float32Array) => new Uint8Array(values.slice().buffer)

/** Collects layers and weights of a model whose layers are called one after the other. */
class Chain {
  readonly layers: Layer[] = []
  readonly tensors: Model['tensors'] = []
  readonly #calls: Argument[][] = []
  readonly #input: { dtype: DType; shape: number[] }

  constructor(dtype: DType, shape: number[]) {
    this.#input = { dtype, shape }
    this.add({
      name: 'x',
      className: 'InputLayer',
      kind: 'input',
      input: { dtype, shape, optional: false },
    })
  }

  /** A layer that is called with the output of the one before and `more`. */
  add(layer: Layer, more: Argument[] = []): this {
    const before = this.layers.length - 1
    const ref: Argument = { name: '', value: { kind: 'ref', ref: { call: before, output: 0 } } }
    this.#calls.push(before < 0 ? [] : [ref, ...more])
    this.layers.push(layer)
    return this
  }

  tensor(values: Float32Array, shape: number[]): number {
    this.tensors.push({
      name: `t${this.tensors.length}`,
      dtype: 'float32',
      shape,
      strings: [],
      data: bytesOf(values),
    })
    return this.tensors.length - 1
  }

  embedding(inputDim: number, outputDim: number, maskZero: boolean): this {
    const table = this.tensor(randomFloats(inputDim * outputDim, 7), [inputDim, outputDim])
    return this.add({
      name: 'embedding',
      className: 'Embedding',
      kind: 'embedding',
      embedding: { inputDim, outputDim, maskZero, table, reversible: false },
    })
  }

  recurrent(
    name: string,
    inner: number,
    units: number,
    type: Cell['type'],
    scan: Partial<Scan>,
  ): this {
    const gates = type === 'lstm' ? 4 : type === 'gru' ? 3 : 1
    const columns = gates * units
    const cell: Cell = {
      type,
      units,
      activation: functionOf('tanh'),
      recurrentActivation: functionOf('sigmoid'),
      kernel: this.tensor(randomFloats(inner * columns, 1), [inner, columns]),
      recurrentKernel: this.tensor(randomFloats(units * columns, 2), [units, columns]),
      resetAfter: true,
    }
    return this.add({
      name,
      className: type,
      kind: 'recurrent',
      recurrent: { cells: [cell], scan: { ...still, ...scan } },
    })
  }

  model(): Model {
    return {
      formatVersion: 1,
      name: 'chain',
      layers: this.layers,
      graph: {
        calls: this.layers.map((_, layer) => ({
          layer,
          arguments: this.#calls[layer] as Argument[],
        })),
        inputs: [{ name: 'x', value: { call: 0, output: 0 }, optional: false, ...this.#input }],
        outputs: [
          {
            name: 'y',
            value: { call: this.layers.length - 1, output: 0 },
            shape: [],
            optional: false,
          },
        ],
      },
      cases: [],
      shards: [],
      tensors: this.tensors,
    }
  }
}

const still: Scan = {
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  stateful: false,
  zeroOutputForMask: false,
  timeMajor: false,
  unroll: false,
}

describe('Embedding', () => {
  const chain = () => new Chain('int32', [-1, 3]).embedding(5, 2, false).model()
  const table = randomFloats(10, 7)

  it.each([
    ['int32', Int32Array.of(4, 0, -1)],
    ['int64', BigInt64Array.of(4n, 0n, -1n)],
    ['nested', [[4, 0, -1]]],
    ['fractions', Float32Array.of(4.9, 0, -1.9)],
  ])('takes indices as %s', async (_, x) => {
    using model = await instantiate(chain())
    const y = model.predict(x)
    expect(y.shape).toEqual([1, 3, 2])
    expect([...y.data]).toEqual([...table.slice(8), ...table.slice(0, 2), ...table.slice(8)])
  })

  it('names the layer and the index outside its table, and runs on', async () => {
    using model = await instantiate(chain())
    expect(() => model.predict(Int32Array.of(0, 5, 1))).toThrow(InputError)
    expect(() => model.predict(Int32Array.of(0, 5, 1))).toThrow(
      'layer embedding: index out of range: expected -5…4, got 5',
    )
    expect(model.predict(Int32Array.of(0, 0, 0)).shape).toEqual([1, 3, 2])
  })

  it('refuses integers beyond 32 bits', async () => {
    using model = await instantiate(chain())
    expect(() => model.predict(BigInt64Array.of(0n, 2n ** 40n, 0n))).toThrow(
      /^input x: integer out of range: expected integers from -2147483648 to 2147483647, got 1099511627776 at element 1$/,
    )
    expect(() => model.predict(Float32Array.of(0, Number.NaN, 0))).toThrow(InputError)
  })
})

describe('masks', () => {
  it('reach a recurrent layer through others', async () => {
    const chain = new Chain('int32', [-1, 4])
      .embedding(6, 3, true)
      .add({
        name: 'dropout',
        className: 'Dropout',
        kind: 'identity',
        identity: { supportsMasking: true },
      })
      .recurrent('gru', 3, 2, 'gru', {})
      .model()
    using model = await instantiate(chain)
    // Skipped steps say nothing, wherever they are.
    const y = model.predict(Int32Array.of(1, 2, 0, 0, 0, 1, 0, 2, 1, 2, 0, 3)).data
    expect(y.slice(0, 2)).toEqual(y.slice(2, 4))
    expect(y.slice(4)).not.toEqual(y.slice(0, 2))
  })

  it('end at a layer that does not support them', async () => {
    const chain = (supportsMasking: boolean) =>
      new Chain('int32', [-1, 2])
        .embedding(6, 3, true)
        .add({ name: 'i', className: 'Dropout', kind: 'identity', identity: { supportsMasking } })
        .recurrent('gru', 3, 2, 'gru', {})
        .model()
    using stopped = await instantiate(chain(false))
    using passed = await instantiate(chain(true))
    const x = Int32Array.of(1, 0)
    expect(stopped.predict(x).data).not.toEqual(passed.predict(x).data)
  })
})

describe('recurrent layers', () => {
  it('equal the definition from input to output', async () => {
    const chain = new Chain('float32', [-1, -1, 3]).recurrent('lstm', 3, 4, 'lstm', {
      returnSequences: true,
    })
    using model = await instantiate(chain.model())
    const [kernel, own] = [randomFloats(3 * 16, 1), randomFloats(4 * 16, 2)]
    // The reference has Keras's gates i, f, c, o as i, f, o, c.
    const order = [0, 1, 3, 2]
    const moved = (data: Float32Array) =>
      data.map((_, at) => data[at - (at % 16) + order[(at % 16) >> 2]! * 4 + (at % 4)]!)
    for (const [rows, steps] of [
      [1, 1],
      [3, 5],
      [2, 9],
    ] as const) {
      const x = randomFloats(rows * steps * 3, steps)
      const w = moved(kernel)
      const projected = Float64Array.from({ length: rows * steps * 16 }, (_, at) =>
        [0, 1, 2].reduce(
          (sum, k) => sum + x[Math.floor(at / 16) * 3 + k]! * w[k * 16 + (at % 16)]!,
          0,
        ),
      )
      const truth = recurrent(
        { rows, steps },
        {
          type: 'lstm',
          units: 4,
          recurrent: moved(own),
          activation: activation('tanh'),
          gateActivation: activation('sigmoid'),
        },
        projected,
        new Float64Array(rows * 4),
        new Float64Array(rows * 4),
        null,
      )
      const y = model.predict({ data: x, shape: [rows, steps, 3] })
      expect(y.shape).toEqual([rows, steps, 4])
      for (const [i, value] of truth.entries())
        expect(Math.abs(value - y.data[i]!)).toBeLessThan(1e-6)
    }
  })

  it('keep their state from call to call until it is reset', async () => {
    const x = randomFloats(2 * 6 * 3)
    const split = (from: number) =>
      Float32Array.from(
        { length: 18 },
        (_, at) => x[Math.floor(at / 9) * 18 + from * 9 + (at % 9)]!,
      )
    using whole = await instantiate(
      new Chain('float32', [2, 6, 3]).recurrent('lstm', 3, 4, 'lstm', {}).model(),
    )
    using parts = await instantiate(
      new Chain('float32', [-1, 3, 3]).recurrent('lstm', 3, 4, 'lstm', { stateful: true }).model(),
    )
    const truth = whole.predict(x).data
    const first = parts.predict(split(0)).data
    expect(parts.predict(split(1)).data).toEqual(truth)
    expect(() => parts.predict(split(1).slice(9))).toThrow(
      /^layer lstm: batch of a stateful layer: expected 2 as in the calls before, got 1/,
    )
    parts.resetState()
    expect(parts.predict(split(0)).data).toEqual(first)
    parts.resetState()
    expect(parts.predict(split(1).slice(9)).shape).toEqual([1, 4])
  })

  it('give a sequence the same bits in every batch', async () => {
    using model = await instantiate(
      new Chain('float32', [-1, 7, 3]).recurrent('gru', 3, 19, 'gru', {}).model(),
    )
    const x = randomFloats(9 * 21)
    const all = model.predict(x).data
    for (const row of [0, 4, 8])
      expect(model.predict(x.slice(row * 21, (row + 1) * 21)).data).toEqual(
        all.slice(row * 19, (row + 1) * 19),
      )
  })
})
