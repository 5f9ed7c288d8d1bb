import {
  InputError,
  ModelError,
  RuntimeError,
  UnsupportedError,
  UsageError,
  type Layer,
  type Model,
} from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from './tensor.ts'

function bytesOf(values: ArrayLike<number>): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

/** Deterministic values in [-1, 1). */
function noise(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
}

interface DenseSpec {
  readonly units: number
  readonly activation: string
}

/** An MLP with weights made from a seed; layer i is called `dense_i`. */
function mlp(inputs: number, specs: readonly DenseSpec[]): Model {
  const layers: Layer[] = [
    {
      name: 'x',
      className: 'InputLayer',
      kind: 'input',
      input: { dtype: 'float32', shape: [-1, inputs], optional: false },
    },
  ]
  const tensors: Model['tensors'] = []
  let inner = inputs
  for (const [i, { units, activation }] of specs.entries()) {
    layers.push({
      name: `dense_${i}`,
      className: 'Dense',
      computeDtype: 'float32',
      kind: 'dense',
      dense: {
        units,
        kernel: 2 * i,
        bias: 2 * i + 1,
        activation: { function: activation, settings: [] },
      },
    })
    tensors.push(
      {
        name: `dense_${i}/kernel`,
        dtype: 'float32',
        shape: [inner, units],
        strings: [],
        data: bytesOf(noise(inner * units, i + 1)),
      },
      {
        name: `dense_${i}/bias`,
        dtype: 'float32',
        shape: [units],
        strings: [],
        data: bytesOf(noise(units, i + 100)),
      },
    )
    inner = units
  }
  const ref = (call: number) => ({
    name: '',
    value: { kind: 'ref' as const, ref: { call, output: 0 } },
  })
  return {
    formatVersion: 1,
    name: 'mlp',
    layers,
    graph: {
      calls: layers.map((_, i) => ({ layer: i, arguments: i === 0 ? [] : [ref(i - 1)] })),
      inputs: [
        {
          name: 'x',
          value: { call: 0, output: 0 },
          dtype: 'float32',
          shape: [-1, inputs],
          optional: false,
        },
      ],
      outputs: [
        { name: 'y', value: { call: specs.length, output: 0 }, shape: [], optional: false },
      ],
    },
    cases: [],
    shards: [],
    tensors,
  }
}

/** The MLP in float64, straight from its definition. */
function expected(model: Model, x: Float32Array): number[] {
  let rows = [...x]
  for (const layer of model.layers) {
    if (layer.kind !== 'dense') continue
    const { units, kernel, bias, activation } = layer.dense
    const [weights, biases] = [kernel, bias].map(
      (index) =>
        new Float32Array(model.tensors[index as number]?.data.slice().buffer ?? new ArrayBuffer(0)),
    )
    const inner = (weights as Float32Array).length / units
    const next: number[] = []
    for (let row = 0; row < rows.length / inner; row++) {
      for (let unit = 0; unit < units; unit++) {
        let sum = biases?.[unit] as number
        for (let k = 0; k < inner; k++)
          sum += (rows[row * inner + k] as number) * (weights?.[k * units + unit] as number)
        next.push(activation?.function === 'relu' ? Math.max(sum, 0) : sum)
      }
    }
    rows = next
  }
  return rows
}

const specs = [
  { units: 20, activation: 'relu' },
  { units: 10, activation: 'relu' },
  { units: 1, activation: 'linear' },
]

describe.each(['exact', 'fast'] as const)('predict, %s', (precision) => {
  it.each([1, 2, 3, 5, 31, 128, 129, 1000])('equals the definition for %i rows', async (rows) => {
    const model = mlp(4, specs)
    using loaded = await instantiate(model, { precision })
    const x = noise(rows * 4, 7)
    const y = loaded.predict(x)
    expect(y.shape).toEqual([rows, 1])
    const truth = expected(model, x)
    const worst = Math.max(...truth.map((value, i) => Math.abs(value - (y.data[i] as number))))
    expect(worst).toBeLessThan(4e-6)
  })

  it('gives a row the same bits in every batch', async () => {
    using loaded = await instantiate(
      mlp(37, [
        { units: 50, activation: 'tanh' },
        { units: 3, activation: 'softmax' },
      ]),
      { precision },
    )
    const x = noise(300 * 37, 3)
    const all = loaded.predict(x).data
    for (const row of [0, 1, 2, 149, 298, 299]) {
      const alone = loaded.predict(x.slice(row * 37, (row + 1) * 37)).data
      expect(alone).toEqual(all.slice(row * 3, (row + 1) * 3))
    }
  })
})

describe('LoadedModel', () => {
  it('says what it takes and gives', async () => {
    using loaded = await instantiate(mlp(4, specs))
    expect(loaded.inputs).toEqual([{ name: 'x', shape: [null, 4], dtype: 'float32' }])
    expect(loaded.outputs).toEqual([{ name: 'y' }])
    expect(loaded.name).toBe('mlp')
  })

  it('returns arrays that later calls leave alone', async () => {
    using loaded = await instantiate(mlp(4, specs))
    const first = loaded.predict(Float32Array.of(1, 2, 3, 4))
    const kept = [...first.data]
    loaded.predict(Float32Array.of(-5, 6, -7, 8))
    expect([...first.data]).toEqual(kept)
  })

  it('fills the array it is given, and the record of arrays', async () => {
    using loaded = await instantiate(mlp(4, specs))
    const x = noise(8, 1)
    const y = loaded.predict(x)
    const out = new Float32Array(2)
    for (let call = 0; call < 3; call++) {
      expect(loaded.predict(x, { out }).data).toBe(out)
      expect(out).toEqual(y.data)
    }
    const record = { y: new Float32Array(2) }
    expect(loaded.predict(x, { out: record }).data).toBe(record.y)
    expect(record.y).toEqual(y.data)
    expect(() => loaded.predict(x, { out: new Float32Array(3) })).toThrow(UsageError)
  })

  it('returns the outputs of the layers asked for', async () => {
    using loaded = await instantiate<Record<string, Tensor>>(mlp(4, specs))
    const result = loaded.predict(noise(12, 1), { layers: ['dense_0', 'dense_1'] })
    expect(
      Object.fromEntries(Object.entries(result).map(([name, { shape }]) => [name, shape])),
    ).toEqual({
      y: [3, 1],
      dense_0: [3, 20],
      dense_1: [3, 10],
    })
    expect(Math.min(...(result['dense_0']?.data ?? []))).toBe(0)
    expect(() => loaded.predict(noise(12, 1), { layers: ['nope'] })).toThrow(
      /layers: no such layer: expected one of x, dense_0/,
    )
  })

  it('changes batch sizes from call to call without growing once they have been seen', async () => {
    using loaded = await instantiate(mlp(4, specs))
    for (const rows of [1, 500, 3, 2000]) loaded.predict(noise(rows * 4, 1))
    const { total } = loaded.memory
    for (const rows of [500, 1, 2000, 3])
      expect(loaded.predict(noise(rows * 4, 1)).shape).toEqual([rows, 1])
    expect(loaded.memory.total).toBe(total)
  })

  it('takes an empty batch', async () => {
    using loaded = await instantiate(mlp(4, specs))
    expect(loaded.predict(new Float32Array(0))).toEqual({
      data: new Float32Array(0),
      shape: [0, 1],
      dtype: 'float32',
    })
  })

  it('runs a chain tile by tile, in an arena that holds tiles only', async () => {
    using loaded = await instantiate(mlp(4, specs))
    loaded.predict(noise(100_000 * 4, 1))
    const { arena, arenaLowerBound } = loaded.memory
    // Input and output of all rows, and two tiles.
    expect(arena).toBeLessThan(100_000 * 5 * 4 + 64 * 1024)
    expect(arena).toBeLessThanOrEqual(arenaLowerBound * 1.1)
    expect(
      loaded.explain().plan.map(({ kind, tileRows }) => [kind, tileRows !== undefined]),
    ).toEqual([
      ['dense', true],
      ['dense', true],
      ['dense', true],
    ])
  })

  it('lets NaN and infinities through as NumPy does', async () => {
    using loaded = await instantiate(mlp(4, [{ units: 3, activation: 'relu' }]))
    const y = loaded.predict(Float32Array.of(Number.NaN, 0, 0, 0, 1, 1, 1, 1, Infinity, 0, 0, 0))
    expect(y.data.slice(0, 3)).toEqual(new Float32Array(3).fill(Number.NaN))
    expect(y.data.slice(3, 6).every((value) => Number.isFinite(value))).toBe(true)
    expect(y.data.slice(6, 9).every((value) => value === 0 || value === Infinity)).toBe(true)
  })

  it('names the input and both shapes when they do not fit', async () => {
    using loaded = await instantiate(mlp(4, specs))
    expect(() => loaded.predict(new Float32Array(5))).toThrow(InputError)
    expect(() => loaded.predict({ data: new Float32Array(6), shape: [2, 3] })).toThrow(
      'input x: wrong shape: expected [any, 4], got [2, 3]',
    )
  })

  it('explains what runs and why', async () => {
    using loaded = await instantiate(mlp(4, specs), { threads: 4 })
    expect(loaded.explain()).toMatchObject({
      precision: 'exact',
      requestedPrecision: 'exact',
      threads: 1,
      requestedThreads: 4,
      notes: ['Runs on 1 of 4 threads: this runtime has no workers.'],
    })
  })

  it('knows every layer’s shape without running', async () => {
    using loaded = await instantiate(mlp(4, specs))
    expect(Object.fromEntries(loaded.layerShapes([[7, 4]]))).toEqual({
      x: [[7, 4]],
      dense_0: [[7, 20]],
      dense_1: [[7, 10]],
      dense_2: [[7, 1]],
    })
  })

  it('refuses to run after dispose', async () => {
    const loaded = await instantiate(mlp(4, specs))
    loaded.dispose()
    loaded.dispose()
    expect(() => loaded.predict(new Float32Array(4))).toThrow(RuntimeError)
    expect(() => loaded.predict(new Float32Array(4))).toThrow(
      'model mlp: the model was used after dispose()',
    )
  })

  it('names layer and class of what cannot run, at load time', async () => {
    const model = mlp(4, specs)
    Object.assign(model.layers[2] ?? {}, { kind: 'lstmOfTomorrow', className: 'LSTM' })
    await expect(instantiate(model, { file: 'm.dotplus' })).rejects.toThrow(UnsupportedError)
    await expect(instantiate(model, { file: 'm.dotplus' })).rejects.toThrow(
      /^m\.dotplus: layer dense_1: this layer cannot run yet: got LSTM/,
    )
  })

  it('names the layer whose weights do not fit', async () => {
    const model = mlp(4, specs)
    Object.assign(model.tensors[2] ?? {}, { shape: [10, 20] })
    await expect(instantiate(model)).rejects.toThrow(ModelError)
    await expect(instantiate(model)).rejects.toThrow(
      'layer dense_1: shape of the kernel: expected (inputs, 10), got (10, 20)',
    )
  })

  it('names an activation it does not have', async () => {
    const model = mlp(4, [{ units: 3, activation: 'warp' }])
    await expect(instantiate(model)).rejects.toThrow(
      'layer dense_0: Dense: activation function is not supported yet: got warp',
    )
  })
})
