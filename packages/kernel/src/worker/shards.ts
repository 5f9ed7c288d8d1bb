import { FormatError, ModelError, ResourceError, type Model, type Shard } from '@dotplus/core'
import type { Reading } from './collect.ts'
import { nameOfUrl } from './download.ts'
import type { Address, Files, Opened } from './source.ts'
import { refuseSubstitute } from './substitute.ts'

/** Anything that could lead out of the model's folder: separators, drives, schemes, control characters. */
// oxlint-disable-next-line no-control-regex
const unsafeName = /[/\\:\u0000-\u001F\u007F]|^\.{0,2}$/

/** The shards that hold bytes which the model does not have yet. */
function neededShards(model: Model, file: string | undefined): Shard[] {
  const indices = new Set<number>()
  for (const { external, data } of model.tensors) {
    if (external && data.byteLength === 0) indices.add(external.shard)
  }
  const shards = model.shards.filter((_, index) => indices.has(index))
  for (const [number, { name }] of shards.entries()) {
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

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  // Pages that are not a secure context have no subtle.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes))
  return (await import('./sha256.ts')).sha256(bytes)
}

async function check(bytes: Uint8Array<ArrayBuffer>, shard: Shard): Promise<void> {
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
  const got = hex(await digestOf(bytes))
  if (got !== expected) throw new FormatError('SHA-256 of the shard', { file, expected, got, hint })
}

function addressBeside(address: Address, name: string, files: Files): Address {
  if (typeof address !== 'string') return new URL(encodeURIComponent(name), address)
  return files.besidePath?.(address, name) ?? name
}

async function readAll(
  shards: readonly Shard[],
  address: Address,
  files: Files,
  { progress, signal }: Omit<Reading, 'file'>,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const stop = new AbortController()
  const abort = (): void => stop.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const entries = shards.map(async (shard) => {
      const beside = addressBeside(address, shard.name, files)
      const file = typeof beside === 'string' ? beside : nameOfUrl(beside)
      const bytes = await files.read(beside, { file, progress, signal: stop.signal })
      await check(bytes, shard)
      return [shard.name, bytes] as const
    })
    return new Map(await Promise.all(entries))
  } catch (error) {
    stop.abort(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** The model with every tensor's bytes in place. */
function withBytes(model: Model, bytes: ReadonlyMap<string, Uint8Array>): Model {
  const tensors = model.tensors.map((tensor) => {
    const { external } = tensor
    const shard = external && bytes.get(model.shards[external.shard]?.name ?? '')
    if (!shard) return tensor
    const data = shard.subarray(external.offset, external.offset + external.byteLength)
    return { ...tensor, external: undefined, data }
  })
  return { ...model, shards: [], tensors }
}

/**
 * Reads the shards beside a model, side by side, and checks length and SHA-256 of each. The first failure stops the
 * others.
 *
 * @returns the model with every tensor's bytes in place
 * @throws {ResourceError} when a shard cannot be read, or the model has no address to read beside
 * @throws {FormatError} when a shard is not the one the model was written with
 * @throws {ModelError} when the name of a shard is no plain file name
 */
export async function readShards(
  opened: Opened,
  files: Files,
  reading: Omit<Reading, 'file'>,
): Promise<Opened> {
  const { model, file, address, buffers } = opened
  const shards = neededShards(model, file)
  if (address === undefined) {
    throw new ResourceError('the model keeps its weights in other files', {
      file,
      place: shards.map(({ name }) => name).join(', '),
      hint: 'Load it from a path or URL, so that they can be read beside it, or convert it without shards',
    })
  }
  reading.progress.expectLast(shards.reduce((sum, { byteLength }) => sum + byteLength, 0))
  const bytes = await readAll(shards, address, files, reading)
  const shardBuffers = [...bytes.values()].map((shard) => shard.buffer)
  return { ...opened, model: withBytes(model, bytes), buffers: [...buffers, ...shardBuffers] }
}
