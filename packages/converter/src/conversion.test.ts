import { decode, encode, withShards, type Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { modelFiles, type WriteOptions } from './conversion.ts'
import { convert, openConversion } from './convert.ts'
import { parseLayersSpec } from './arrays/layers-spec.ts'
import { writeNpz } from './binary/npz-writer.ts'
import { failureOf, fixtureSource } from './files.fixture.ts'
import { streamingSha256 } from './sha256.ts'
import { sourceFromBytes, type Source } from './source.ts'

const sample = fixtureSource('sample-mlp/relu/keras/model.keras')
const cases = fixtureSource('sample-mlp/relu/keras/io.npz')

/** The files that a conversion writes, by name in the order of writing. */
async function filesOf(options: Partial<WriteOptions>): Promise<Map<string, Uint8Array>> {
  const conversion = await openConversion(sample, { cases })
  const files = new Map<string, Uint8Array>()
  for await (const { name, pieces } of modelFiles(conversion, {
    name: 'net.dotplus',
    ...options,
  })) {
    const parts: Uint8Array[] = []
    for await (const piece of pieces) parts.push(piece.slice())
    files.set(name, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()))
  }
  return files
}

function decoded(files: ReadonlyMap<string, Uint8Array>): Model {
  return decode(files.get('net.dotplus') as Uint8Array)
}

describe('the files of a conversion', () => {
  it('are one with the bytes of encode, where it fits', async () => {
    const files = await filesOf({})
    expect([...files.keys()]).toEqual(['net.dotplus'])
    expect(files.get('net.dotplus')).toEqual(encode(await convert(sample, { cases })))
  })

  it('are shards and then the model where it is larger, each with its SHA-256', async () => {
    const files = await filesOf({ shardSize: 4096 })
    const names = ['net-00001-of-00002.bin', 'net-00002-of-00002.bin', 'net.dotplus']
    expect([...files.keys()]).toEqual(names)
    const model = decoded(files)
    for (const { name, byteLength, sha256 } of model.shards) {
      const bytes = files.get(name) as Uint8Array<ArrayBuffer>
      expect(bytes.byteLength).toBe(byteLength)
      expect(sha256).toEqual(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
    }
    const shards = new Map(
      model.shards.map(({ name }, index) => [index, files.get(name) as Uint8Array]),
    )
    expect(encode(withShards(model, shards))).toEqual(encode(await convert(sample, { cases })))
  })

  it('hold kernels as float16 and vectors as they are, with a bound for the cases', async () => {
    const model = decoded(await filesOf({ weights: 'f16' }))
    expect(model.tensors.slice(0, 2)).toMatchObject([
      { name: 'L1/kernel', dtype: 'float16', storedFrom: 'float32', shape: [4, 20] },
      { name: 'L1/bias', dtype: 'float32', shape: [20] },
    ])
    expect(model.cases[0]).toMatchObject({
      rtol: 5e-3,
      atol: 5e-3,
      toleranceReason: 'weights stored as float16',
    })
    expect(encode(decode(encode(model)))).toEqual(encode(model))
  })

  it('need a shard size that makes sense', async () => {
    for (const shardSize of [0, -1, NaN, 100])
      expect((await failureOf(() => filesOf({ shardSize }))).what).toBe('shard size')
  })
})

describe('a model that is written while it is read', () => {
  it('asks its source for one tensor at a time', async () => {
    const size = 1024
    const tensorBytes = size * size * 4
    const kernel = {
      dtype: 'float32',
      shape: [size, size],
      data: new Uint8Array(tensorBytes),
    } as const
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const archive = writeNpz(names.map((name) => [name, kernel]))
    const source = sourceFromBytes('weights.npz', archive)
    let largest = 0
    const watched: Source = {
      ...source,
      slice: (start, end) => {
        largest = Math.max(largest, end - start)
        return source.slice(start, end)
      },
    }
    const layers = parseLayersSpec(names.map(() => ({ layer: 'Dense', use_bias: false })))
    const conversion = await openConversion(watched, { layers, sha256: streamingSha256 })
    expect(largest).toBeLessThanOrEqual(4 * 2 ** 20)
    const read: number[] = []
    const { model } = conversion
    const counted = {
      model,
      read: (index: number) => {
        read.push(index)
        return conversion.read(index)
      },
    }
    let written = 0
    for await (const { pieces } of modelFiles(counted, { name: 'm.dotplus', shardSize: 3e6 }))
      for await (const piece of pieces) written += piece.byteLength
    expect(written).toBeGreaterThan(names.length * tensorBytes)
    expect(largest).toBeLessThan(tensorBytes + 1000)
    // Each once, though every tensor is spread over two shards.
    expect(read).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('a model beyond what one protobuf message may hold', () => {
  it('is split whatever the shard size', async () => {
    // Four gigabytes that are never made: only where they would go is looked at.
    const { model, read } = await openConversion(sample)
    const tensors = model.tensors.map((tensor, index) =>
      index % 2 === 0 && index < 4 ? { ...tensor, shape: [2 ** 15, 2 ** 14] } : tensor,
    )
    const large = { model: { ...model, tensors }, read }
    const options = { name: 'net.dotplus', shardSize: Infinity }
    const names: string[] = []
    for await (const { name } of modelFiles(large, options)) names.push(name)
    const shard = (n: number): string => `net-0000${n}-of-00003.bin`
    expect(names).toEqual([shard(1), shard(2), shard(3), 'net.dotplus'])
  })
})
