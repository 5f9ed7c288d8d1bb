import { decode, encode, withShards, type Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { modelFiles, type WriteOptions } from './conversion.ts'
import { convert, openConversion } from './convert.ts'
import { failureOf, fixtureSource } from './files.fixture.ts'

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
