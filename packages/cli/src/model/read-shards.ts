import { dirname, join } from 'node:path'
import { FormatError, ModelError, withShards, type Model } from '@dotplus/core'
import { readBytes } from '../files/source.ts'
import { sha256, type ReadModel } from './read-model.ts'

/**
 * The model with the bytes of all its shards in place, evidence included, which running it leaves out.
 *
 * @throws {ResourceError} when a shard is not beside the model
 * @throws {FormatError} when it is not the one the model was written with
 */
export async function withShardBytes(read: ReadModel): Promise<ReadModel> {
  const { model, path } = read
  if (path === undefined || model.shards.length === 0) return read
  const shards = new Map<number, Uint8Array>()
  for (const [index, shard] of model.shards.entries())
    shards.set(index, await readShard(path, shard))
  return { ...read, model: withShards(model, shards), path: undefined }
}

async function readShard(
  path: string,
  { name, byteLength, sha256: expected }: Model['shards'][number],
): Promise<Uint8Array> {
  if (/[/\\:]|^\.{0,2}$/.test(name)) {
    throw new ModelError('name of a shard', {
      file: path,
      expected: 'a plain file name',
      got: JSON.stringify(name),
    })
  }
  const file = join(dirname(path), name)
  const bytes = await readBytes(file)
  const hash = sha256()
  hash.update(bytes)
  if (bytes.byteLength === byteLength && Buffer.compare(hash.digest(), expected) === 0) return bytes
  throw new FormatError('not the shard that the model was written with', {
    file,
    expected: `${byteLength} bytes with SHA-256 ${Buffer.from(expected).toString('hex')}`,
    got: `${bytes.byteLength} bytes`,
    hint: 'Copy all files of the model again',
  })
}
