import { type Layer, type LayerKind, type LayerKinds, type Model } from '@dotplus/core'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { randomFloats } from '../wasm/testing.ts'

/** Numbers with their shape, row-major. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** A model of one layer called `layer`, whose weights are the given arrays by index. */
export function oneLayer<K extends LayerKind>(
  kind: K,
  settings: LayerKinds[K],
  inputShape: readonly number[],
  weights: readonly Numbers[],
): Model {
  const layer = { name: 'layer', className: kind, computeDtype: 'float32', kind, [kind]: settings }
  const shape = [-1, ...inputShape]
  const reference = { kind: 'ref' as const, ref: { call: 0, output: 0 } }
  return {
    formatVersion: 1,
    name: 'one-layer',
    layers: [
      {
        name: 'x',
        className: 'InputLayer',
        kind: 'input',
        input: { dtype: 'float32', shape, optional: false },
      },
      layer as unknown as Layer,
    ],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        { layer: 1, arguments: [{ name: '', value: reference }] },
      ],
      inputs: [
        { name: 'x', value: { call: 0, output: 0 }, dtype: 'float32', shape, optional: false },
      ],
      outputs: [
        { name: 'y', value: { call: 1, output: 0 }, dtype: 'float32', shape: [], optional: false },
      ],
    },
    tensors: weights.map(({ shape: of, data }, i) => ({
      name: `${i}`,
      dtype: 'float32',
      shape: [...of],
      strings: [],
      data: bytesOf(data),
    })),
    shards: [],
    cases: [],
  }
}

/** What the layer answers for x (batch, …). */
export async function answerOf<K extends LayerKind>(
  kind: K,
  settings: LayerKinds[K],
  x: Numbers,
  weights: readonly Numbers[] = [],
): Promise<Tensor> {
  using model = await instantiate(oneLayer(kind, settings, x.shape.slice(1), weights))
  return model.predict({ data: x.data, shape: [...x.shape] })
}

/** Reproducible numbers in [−1, 1). */
export function numbers(shape: readonly number[], seed: number): Numbers {
  const count = shape.reduce((a, b) => a * b, 1)
  return { shape, data: randomFloats(count, seed) }
}

/** Largest difference, relative to the largest expected value but at least to 1; Infinity for another length. */
export function errorOf(y: ArrayLike<number>, expected: readonly number[]): number {
  if (y.length !== expected.length) return Infinity
  const scale = Math.max(...expected.map(Math.abs), 1)
  const differences = Array.from(y, (value, i) => Math.abs(value - (expected[i] ?? Number.NaN)))
  return Math.max(...differences, 0) / scale
}
