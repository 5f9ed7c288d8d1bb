import { createHash } from 'node:crypto'
import { encode, type Model } from '@dotplus/core'

/** kernel (4, 3): 0.5, 0.75, … row by row. */
const kernel = Float32Array.from({ length: 12 }, (_, i) => 0.5 + 0.25 * i)
const bias = Float32Array.of(-1, 0, 1)

/** x (…, 4) · kernel + bias; exact in float32 for small integers. */
export function expectedOf(x: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: (x.length / 4) * 3 }, (_, i) => {
    const row = Math.floor(i / 3)
    let sum = bias[i % 3] ?? 0
    for (let k = 0; k < 4; k++) sum += (x[row * 4 + k] ?? 0) * (kernel[k * 3 + (i % 3)] ?? 0)
    return sum
  })
}

/** One Dense layer from 4 to 3. */
export function denseModel(): Model {
  return {
    formatVersion: 1,
    name: 'tiny',
    layers: [
      {
        kind: 'input',
        name: 'x',
        className: 'InputLayer',
        input: { dtype: 'float32', shape: [-1, 4], optional: false },
      },
      {
        kind: 'dense',
        name: 'dense',
        className: 'Dense',
        dense: { units: 3, kernel: 0, bias: 1 },
      },
    ],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        {
          layer: 1,
          arguments: [{ name: '', value: { kind: 'ref', ref: { call: 0, output: 0 } } }],
        },
      ],
      inputs: [
        {
          name: 'x',
          value: { call: 0, output: 0 },
          dtype: 'float32',
          shape: [-1, 4],
          optional: false,
        },
      ],
      outputs: [{ name: 'dense', value: { call: 1, output: 0 }, shape: [], optional: false }],
    },
    cases: [],
    shards: [],
    tensors: [stored('dense/kernel', [4, 3], kernel), stored('dense/bias', [3], bias)],
  }
}

/** An Embedding of 4 rows of 64, which refuses indices outside them. */
export function embeddingModel(): Model {
  const table = Float32Array.from({ length: 256 }, (_, i) => i)
  const dense = denseModel()
  return {
    ...dense,
    layers: [
      ...dense.layers.slice(0, 1),
      {
        kind: 'embedding',
        name: 'embedding',
        className: 'Embedding',
        embedding: { inputDim: 4, outputDim: 64, maskZero: false, table: 0, reversible: false },
      },
    ],
    tensors: [stored('embedding/table', [4, 64], table)],
  }
}

function stored(name: string, shape: number[], data: Float32Array): Model['tensors'][number] {
  return { name, dtype: 'float32', shape, strings: [], data: new Uint8Array(data.buffer) }
}

/** The bytes of its file. */
export function denseBytes(): Uint8Array {
  return encode(denseModel())
}

/** The same model with each tensor in a shard: files by name. `name` is that of the first shard. */
export function shardedFiles(name = 'tiny-00001-of-00002.bin'): Map<string, Uint8Array> {
  const model = denseModel()
  const names = [name, 'tiny-00002-of-00002.bin']
  const files = new Map(names.map((file, i) => [file, model.tensors[i]?.data ?? new Uint8Array(0)]))
  const shards = [...files].map(([file, bytes]) => ({
    name: file,
    byteLength: bytes.byteLength,
    sha256: new Uint8Array(createHash('sha256').update(bytes).digest()),
  }))
  const tensors = model.tensors.map((tensor, shard) => ({
    ...tensor,
    external: { shard, offset: 0, byteLength: tensor.data.byteLength },
    data: new Uint8Array(0),
  }))
  return files.set('tiny.dotplus', encode({ ...model, shards, tensors }))
}
