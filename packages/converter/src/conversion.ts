import {
  encodeStream,
  ModelError,
  planShards,
  shardedTensors,
  storedByteLength,
  UsageError,
  type Case,
  type Model,
  type ShardPlan,
  type StoredTensor,
  type TensorIndex,
} from '@dotplus/core'
import { streamingSha256, type StreamingHash } from './sha256.ts'
import { halfTensors, toHalf } from './weights/half.ts'

/** A model that has been read but for the bytes of its tensors, which are read one by one as they are written. */
export interface Conversion {
  /** Complete but for `data` of its tensors; evidence has it already. */
  readonly model: Model
  /**
   * The bytes of one tensor.
   *
   * @throws {FormatError} when the source is damaged there
   */
  read(tensor: TensorIndex): Promise<Uint8Array>
}

/** How a model is written. */
export interface WriteOptions {
  /** Name of the model's file, "model.dotplus"; shards are named after it. */
  readonly name: string
  /** Largest file in bytes, 24 MiB by default: what is larger is split into shards. Infinity for one file up to 2 GiB. */
  readonly shardSize?: number | undefined
  /** "f16" stores kernels and tables as float16; they are widened when the model is loaded. */
  readonly weights?: 'f32' | 'f16' | undefined
  /** SHA-256 of the platform, where it has one that takes bytes piece by piece. */
  readonly sha256?: (() => StreamingHash) | undefined
}

/** A file to be written: its pieces have to be taken to the end before the next file is asked for. */
export interface OutputFile {
  readonly name: string
  readonly pieces: AsyncIterable<Uint8Array>
}

/** What every static host and edge platform takes. */
export const defaultShardSize: number = 24 * 1024 * 1024
const smallestShardSize = 4096
/** No protobuf library reads a message of 2 GiB. */
const largestFile = 2 ** 31 - 2 ** 20

/**
 * The files of a converted model, one after the other: shards first, the model's own file last. One tensor at a time is
 * in memory.
 *
 * @throws {UsageError} when the shard size makes no sense
 * @throws {UnsupportedError} when a weight is too large for float16
 */
export async function* modelFiles(
  conversion: Conversion,
  { name, shardSize = defaultShardSize, weights = 'f32', sha256 }: WriteOptions,
): AsyncGenerator<OutputFile> {
  if (!(shardSize >= smallestShardSize)) {
    throw new UsageError('shard size', {
      expected: `at least ${smallestShardSize} bytes`,
      got: `${shardSize}`,
    })
  }
  const { model, read } = weights === 'f16' ? inHalf(conversion) : conversion
  const limit = Math.min(shardSize, largestFile)
  const plans = bytesOf(model) > limit ? planShards(model, limit) : []
  const stem = name.replace(/\.dotplus$/, '')
  const tensors = shardedTensors(model.tensors, plans)
  const shards: Model['shards'] = []
  const reader = oneAtATime(read)
  for (const [number, plan] of plans.entries()) {
    const file = `${stem}-${ordinal(number + 1)}-of-${ordinal(plans.length)}.bin`
    const hash = (sha256 ?? streamingSha256)()
    yield { name: file, pieces: hashed(shardPieces(plan, reader), hash) }
    shards.push({ name: file, byteLength: plan.byteLength, sha256: new Uint8Array(hash.digest()) })
  }
  yield { name, pieces: encodeStream({ ...model, shards, tensors }, reader) }
}

function ordinal(number: number): string {
  return String(number).padStart(5, '0')
}

function bytesOf({ tensors }: Model): number {
  return tensors.reduce(
    (sum, { dtype, shape }) => sum + (dtype === undefined ? 0 : storedByteLength(dtype, shape)),
    0,
  )
}

/** Keeps the tensor that was read last: one that is spread over several shards is asked for several times. */
function oneAtATime(read: Conversion['read']): Conversion['read'] {
  let known: { readonly tensor: TensorIndex; readonly bytes: Uint8Array } | undefined
  return async (tensor) => {
    if (known?.tensor === tensor) return known.bytes
    known = undefined
    known = { tensor, bytes: await read(tensor) }
    return known.bytes
  }
}

async function* shardPieces(
  { pieces }: ShardPlan,
  read: Conversion['read'],
): AsyncGenerator<Uint8Array> {
  let written = 0
  for (const { tensor, start, end, offset } of pieces) {
    if (offset > written) yield new Uint8Array(offset - written)
    yield (await read(tensor)).subarray(start, end)
    written = offset + end - start
  }
}

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  hash: StreamingHash,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

/** What rounding the weights to float16 may change in recorded outputs, as where Keras computes in it. */
const halfBound = { rtol: 5e-3, atol: 5e-3, toleranceReason: 'weights stored as float16' }

function withHalfBound(entry: Case): Case {
  return entry.rtol === undefined && entry.atol === undefined ? { ...entry, ...halfBound } : entry
}

/** The conversion with its large weights as float16. */
function inHalf({ model, read }: Conversion): Conversion {
  const halves = halfTensors(model)
  const tensors = model.tensors.map((tensor, index): StoredTensor =>
    halves.has(index) ? { ...tensor, dtype: 'float16', storedFrom: 'float32' } : tensor,
  )
  return {
    model: { ...model, tensors, cases: model.cases.map(withHalfBound) },
    read: async (index) => {
      const bytes = await read(index)
      return halves.has(index) ? toHalf(bytes, model.tensors[index]?.name ?? '') : bytes
    },
  }
}

/** The reader of a conversion: checks that a tensor is as long as its dtype and shape say. */
export function checkedRead(
  model: Model,
  file: string,
  read: Conversion['read'],
): Conversion['read'] {
  return async (index) => {
    const { name, dtype, shape } = model.tensors[index] as StoredTensor
    const bytes = await read(index)
    const expected = dtype === undefined ? 0 : storedByteLength(dtype, shape)
    if (bytes.byteLength === expected) return bytes
    throw new ModelError(`bytes of ${dtype} [${shape.join(', ')}]`, {
      file,
      place: `tensor ${name}`,
      expected: `${expected}`,
      got: `${bytes.byteLength}`,
    })
  }
}
