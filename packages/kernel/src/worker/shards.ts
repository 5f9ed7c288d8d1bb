import {
  evidenceTensors,
  FormatError,
  heldByteLength,
  ModelError,
  placesOf,
  ResourceError,
  withShards,
  type Model,
  type Shard,
} from '@dotplus/core'
import { isOfNetwork, nameOfUrl } from './download.ts'
import type { Address, Files, Opened, Readings } from './source.ts'
import { refuseSubstitute } from './substitute.ts'

/** Anything that could lead out of the model's folder: separators, drives, schemes, control characters. */
// oxlint-disable-next-line no-control-regex
const unsafeName = /[/\\:\u0000-\u001F\u007F]|^\.{0,2}$/

/** The shards, by index, that hold bytes which the model needs to run and does not have yet. */
function neededShards(model: Model, file: string | undefined): Map<number, Shard> {
  const shards = new Map<number, Shard>()
  const evidence = evidenceTensors(model)
  for (const [index, tensor] of model.tensors.entries()) {
    if (heldByteLength(tensor) > 0 || evidence.has(index)) continue
    for (const { shard } of placesOf(tensor)) shards.set(shard, model.shards[shard] as Shard)
  }
  for (const [number, { name }] of shards) {
    if (unsafeName.test(name)) {
      throw new ModelError('name of a shard', {
        file,
        place: `shard ${number}`,
        expected: 'a plain file name',
        got: JSON.stringify(name),
      })
    }
  }
  return shards
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>, files: Files): Promise<Uint8Array> {
  // Pages that are not a secure context have no subtle.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle && !files.mustShareThread?.(bytes.byteLength))
    return new Uint8Array(await subtle.digest('SHA-256', bytes))
  return (await import('./sha256.ts')).sha256(bytes)
}

async function check(bytes: Uint8Array<ArrayBuffer>, shard: Shard, files: Files): Promise<void> {
  const { name: file, byteLength } = shard
  const hint = 'It is damaged or belongs to another model: copy all files of the model again'
  if (bytes.byteLength !== byteLength) {
    refuseSubstitute(bytes, file)
    throw new FormatError('length of the shard', {
      file,
      expected: `${byteLength} bytes`,
      got: `${bytes.byteLength}`,
      hint,
    })
  }
  const expected = hex(shard.sha256)
  const got = hex(await digestOf(bytes, files))
  if (got !== expected) throw new FormatError('SHA-256 of the shard', { file, expected, got, hint })
}

function addressBeside(address: Address, name: string, files: Files): Address {
  if (typeof address !== 'string') return new URL(encodeURIComponent(name), address)
  return files.besidePath?.(address, name) ?? name
}

async function readAll(
  shards: ReadonlyMap<number, Shard>,
  address: Address,
  files: Files,
  { progress, signal, keeping }: Readings,
): Promise<Map<number, Uint8Array<ArrayBuffer>>> {
  const stop = new AbortController()
  const abort = (): void => stop.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const entries = [...shards].map(async ([index, shard]) => {
      const beside = addressBeside(address, shard.name, files)
      const file = typeof beside === 'string' ? beside : nameOfUrl(beside)
      const sha256 = hex(shard.sha256)
      const reading = { file, sha256, progress: progress.file(), signal: stop.signal }
      let bytes = await files.read(beside, reading)
      try {
        await check(bytes, shard, files)
      } catch (error) {
        // What came over a network, or out of a cache, may be whole the second time.
        if (typeof beside === 'string' || !isOfNetwork(beside)) throw error
        reading.progress.restart(0)
        bytes = await files.read(beside, { ...reading, isAgain: true })
        await check(bytes, shard, files)
      }
      const kept = files.keep?.(beside, bytes, sha256)
      if (kept) keeping.push(kept)
      return [index, bytes] as const
    })
    return new Map(await Promise.all(entries))
  } catch (error) {
    stop.abort(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * Reads the shards beside a model, side by side, and checks length and SHA-256 of each; one that came over the network
 * is asked for once more. The first failure stops the others.
 *
 * @returns the model with every tensor's bytes in place
 * @throws {ResourceError} when a shard cannot be read, or the model has no address to read beside
 * @throws {FormatError} when a shard is not the one the model was written with
 * @throws {ModelError} when the name of a shard is no plain file name
 */
export async function readShards(opened: Opened, files: Files, reading: Readings): Promise<Opened> {
  const { model, file, address, buffers } = opened
  const shards = neededShards(model, file)
  if (shards.size === 0) return opened
  if (address === undefined) {
    throw new ResourceError('the model keeps its weights in other files', {
      file,
      place: [...shards.values()].map(({ name }) => name).join(', '),
      hint: 'Load it from a path or URL, so that they can be read beside it, or convert it without shards',
    })
  }
  const lengths = [...shards.values()].map(({ byteLength }) => byteLength)
  reading.progress.expectLast(lengths.reduce((sum, length) => sum + length, 0))
  const bytes = await readAll(shards, address, files, reading)
  const shardBuffers = [...bytes.values()].map((shard) => shard.buffer)
  return { ...opened, model: withShards(model, bytes), buffers: [...buffers, ...shardBuffers] }
}
