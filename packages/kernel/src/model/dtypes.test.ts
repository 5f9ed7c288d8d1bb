import type { DType, Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import { input, opModel } from '../lower/model.fixture.ts'
import { ownedCopy } from '../worker/owned-copy.ts'
import type { ModelInput, TensorData } from './tensor.ts'

/** A model of one function node whose inputs have these dtypes. */
function typed(
  dtypes: readonly DType[],
  name: string,
  ranks: readonly number[],
  given: readonly unknown[],
  settings: Readonly<Record<string, unknown>> = {},
): Model {
  const model = opModel(name, ranks, given, settings)
  for (const [i, dtype] of dtypes.entries()) {
    model.graph!.inputs[i]!.dtype = dtype
    const layer = model.layers[i]!
    if (layer.kind === 'input') layer.input.dtype = dtype
  }
  return model
}

async function reshaped(dtype: DType, x: ModelInput) {
  const model = typed([dtype], 'reshape', [1], [input(0)], { newshape: [2, 2] })
  using loaded = await instantiate(model)
  return loaded.predict(x)
}

describe('elements of every dtype', () => {
  const cases: [DType, ModelInput, TensorData][] = [
    ['float32', [1.5, -2, 0, 1], Float32Array.of(1.5, -2, 0, 1)],
    ['float64', [0.1, 1e300, -0, NaN], Float64Array.of(0.1, 1e300, -0, NaN)],
    [
      'float16',
      [0.1, 65504, 1e6, 2 ** -24],
      Float32Array.of(0.0999755859375, 65504, Infinity, 2 ** -24),
    ],
    ['bfloat16', [0.1, 1, 257, -3], Float32Array.of(0.10009765625, 1, 256, -3)],
    ['int8', [-128, 127, 0, 1.9], Int8Array.of(-128, 127, 0, 1)],
    ['uint8', Uint8Array.of(255, 0, 1, 2), Uint8Array.of(255, 0, 1, 2)],
    ['int16', [-32768, 32767, 1, 2], Int16Array.of(-32768, 32767, 1, 2)],
    ['uint16', [65535, 0, 1, 2], Uint16Array.of(65535, 0, 1, 2)],
    ['int32', [-(2 ** 31), 2 ** 31 - 1, 1, 2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1, 2)],
    ['uint32', [2 ** 32 - 1, 0, 1, 2], Uint32Array.of(2 ** 32 - 1, 0, 1, 2)],
    ['int64', [2n ** 62n, -1n, 3, 4], BigInt64Array.of(2n ** 62n, -1n, 3n, 4n)],
    [
      'uint64',
      BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n),
      BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n),
    ],
    ['bool', [true, false, true, true], Uint8Array.of(1, 0, 1, 1)],
    ['string', ['a', '', 'ü', 'a'], ['a', '', 'ü', 'a']],
  ]

  it.each(cases)('%s comes back in the array of its dtype', async (dtype, given, data) => {
    expect(await reshaped(dtype, given)).toEqual({ data, shape: [2, 2], dtype })
  })

  it.each(cases)('%s can be copied for a worker', (_, given) => {
    const buffers: ArrayBuffer[] = []
    expect(ownedCopy(given, buffers)).toEqual(given)
  })

  it.each([
    ['int8', [128, 0, 0, 0], 'integers from -128 to 127, got 128 at element 0'],
    ['uint8', [0, -1, 0, 0], 'integers from 0 to 255, got -1 at element 1'],
    ['int64', [0, 2n ** 63n, 0, 0], 'got 9223372036854775808 at element 1'],
    ['int32', [NaN, 0, 0, 0], 'got NaN at element 0'],
    ['string', [1, 2, 3, 4], 'wrong kind of value: expected string [any]'],
    ['float32', ['a', 'b', 'c', 'd'], 'wrong kind of value: expected float32 [any]'],
    ['float32', BigInt64Array.of(1n, 2n, 3n, 4n), 'got BigInt64Array'],
  ] as [DType, ModelInput, string][])(
    '%s refuses what is not one of its elements',
    async (dtype, given, message) => {
      await expect(reshaped(dtype, given)).rejects.toThrow(message)
    },
  )

  it('out has to be of the kind of its dtype', async () => {
    using model = await instantiate(typed(['int64'], 'negative', [1], [input(0)]))
    const out = new BigInt64Array(2)
    expect(model.predict([1n, 2n], { out })).toEqual({ data: out, shape: [2], dtype: 'int64' })
    expect(out).toEqual(BigInt64Array.of(-1n, -2n))
    expect(() => model.predict([1n, 2n], { out: new Float32Array(2) })).toThrow(
      'output y0: kind of out: expected BigInt64Array for int64, got Float32Array',
    )
  })
})

describe('steps on the host', () => {
  it('are named by explain(), beside those in WebAssembly', async () => {
    using model = await instantiate(typed(['float64'], 'sin', [1], [input(0)]))
    model.predict(Float64Array.of(1))
    expect(model.explain().plan).toMatchObject([{ layer: 'node', kind: 'sin', host: true }])
  })

  it('wrap integers around and round half floats', async () => {
    using bytes = await instantiate(typed(['int8', 'int8'], 'add', [1, 1], [input(0), input(1)]))
    expect(bytes.predict([Int8Array.of(127), Int8Array.of(1)])).toMatchObject({
      data: Int8Array.of(-128),
    })
    using halves = await instantiate(typed(['float16'], 'add', [1], [input(0), 0.0004]))
    expect(halves.predict([1])).toMatchObject({ data: Float32Array.of(1) })
  })

  it('find how many elements there are, call by call', async () => {
    using model = await instantiate(typed(['int32'], 'nonzero', [1], [input(0)]))
    expect(model.predict([0, 3, 0, 5])).toMatchObject({ data: Int32Array.of(1, 3) })
    expect(model.predict([0, 0, 0, 0])).toMatchObject({ shape: [0] })
    expect(model.predict([1, 1, 0, 1])).toMatchObject({ data: Int32Array.of(0, 1, 3) })
  })

  it('name the index that is out of range', async () => {
    using model = await instantiate(
      typed(['float32', 'int32'], 'take', [1, 1], [input(0), input(1)]),
    )
    expect(() => model.predict([Float32Array.of(1, 2), Int32Array.of(2)])).toThrow(
      'layer node: index out of range: expected -2…1, got 2',
    )
  })
})
