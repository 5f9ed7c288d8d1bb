import { decode, DotplusError, UsageError, type Model } from '@dotplus/core'
import { collect, type Reading } from './collect.ts'
import { nameOfUrl, readResponse } from './download.ts'
import type { ProgressMeter } from './progress.ts'
import { refuseSubstitute } from './substitute.ts'

/** Where a model can come from. Strings are paths or URLs, as the runtime takes them. */
export type ModelSource =
  | string
  | URL
  | ArrayBuffer
  | ArrayBufferView
  | Response
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Model

/** A URL, or a string that is a path. */
export type Address = string | URL

/** A file at an address that means the same in every thread. */
export interface Located {
  readonly located: Address
  /** What errors call it. */
  readonly file: string
}

/** What all reads of one load have in common. */
export interface Readings {
  readonly progress: ProgressMeter
  readonly signal: AbortSignal | undefined
  /** What is being kept for the next load. */
  readonly keeping: Promise<void>[]
}

/** How a runtime reads addresses. */
export interface Files {
  /**
   * What an address given by the caller means, wherever it is read.
   *
   * @throws {ResourceError} when this runtime cannot read there
   */
  resolve(address: Address): Address
  /**
   * All bytes at an address, in a buffer that nobody else holds.
   *
   * @throws {ResourceError} naming `reading.file` and the way out
   */
  read(address: Address, reading: Reading): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Keeps bytes for the next load, which were checked and will be moved away when this returns.
   *
   * @param sha256 theirs, in hexadecimal, where the model names it
   * @returns a promise that they are kept, which is never rejected
   */
  keep?(address: Address, bytes: Uint8Array<ArrayBuffer>, sha256: string | undefined): Promise<void>
  /**
   * A large file whose weights are read one by one while they are packed; undefined for what is better read at once.
   *
   * @throws {ResourceError} when it cannot be read
   * @throws {FormatError} when it is no model
   */
  openInPlace?(source: Located): Opened | undefined
  /** True where the runtime's own SHA-256 of that many bytes would keep others from the thread for too long. */
  mustShareThread?(byteLength: number): boolean
  /** The path of the file called `name` in the folder of the file at `path`; for runtimes with paths. */
  besidePath?(path: string, name: string): string
}

/** A decoded model and what is known about where it came from. */
export interface Opened {
  readonly model: Model
  /** Name of its file, for errors. */
  readonly file: string | undefined
  /** Where its shards are beside it. */
  readonly address: Address | undefined
  /** Buffers under its tensors that nobody else holds. */
  readonly buffers: readonly ArrayBuffer[]
  /** Ends what the model's tensors are read from, once they have been packed. */
  readonly close?: (() => void) | undefined
}

interface Content {
  readonly bytes: Uint8Array
  readonly file?: string | undefined
  readonly address?: Address | undefined
  /** True when nobody else holds the bytes. */
  readonly isOwn: boolean
}

function describe(source: unknown): string {
  if (source === null) return 'null'
  return typeof source === 'object' ? (source.constructor?.name ?? 'an object') : typeof source
}

function isBuffer(source: object): source is ArrayBuffer {
  // Not instanceof: test runners and frames have classes of their own.
  return /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source))
}

function isModel(source: object): source is Model {
  return 'layers' in source && 'tensors' in source
}

/** A URL that can have something beside it, unlike data: and blob: URLs. */
function withFolder(url: URL): URL | undefined {
  return url.pathname.startsWith('/') ? url : undefined
}

async function read(
  source: Exclude<ModelSource, Model | string | URL> | Located,
  files: Files,
  { progress, signal }: Readings,
): Promise<Content> {
  const reading = { progress: progress.file(), signal }
  if ('located' in source) {
    const { located: address, file } = source
    const bytes = await files.read(address, { ...reading, file })
    return {
      bytes,
      file,
      address: typeof address === 'string' ? address : withFolder(address),
      isOwn: true,
    }
  }
  if (isBuffer(source)) return { bytes: new Uint8Array(source), isOwn: false }
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source
    return { bytes: new Uint8Array(buffer, byteOffset, byteLength), isOwn: false }
  }
  if ('headers' in source) {
    const url = source.url ? new URL(source.url) : undefined
    const file = url ? nameOfUrl(url) : 'response'
    const bytes = await readResponse(source, { ...reading, file })
    return { bytes, file, address: url && withFolder(url), isOwn: true }
  }
  if ('arrayBuffer' in source) {
    const file = 'name' in source ? String(source.name) : 'blob'
    const bytes = await collect(source.stream(), source.size, { ...reading, file })
    return { bytes, file, isOwn: true }
  }
  if ('getReader' in source || Symbol.asyncIterator in source) {
    const file = 'stream'
    return { bytes: await collect(source, undefined, { ...reading, file }), file, isOwn: true }
  }
  return refuse(source)
}

function refuse(source: unknown): never {
  throw new UsageError('the source of the model', {
    expected: 'a path, URL, ArrayBuffer, typed array, Response, Blob, stream or decoded model',
    got: describe(source),
  })
}

/** As the caller wrote it, but for URLs that may hold data or a secret. */
function nameOfString(address: string): string {
  return /^(https?|data):/i.test(address) ? nameOfUrl(new URL(address)) : address
}

function resolve(address: Address, files: Files): Address {
  try {
    return files.resolve(address)
  } catch (cause) {
    if (cause instanceof DotplusError) throw cause
    throw new UsageError('not an address', { got: JSON.stringify(address), cause })
  }
}

/** A string or URL as the address of a file; any other source as it is. */
export function locate(
  source: ModelSource,
  files: Files,
): Exclude<ModelSource, string | URL> | Located {
  if (source === null || !['string', 'object'].includes(typeof source)) refuse(source)
  if (typeof source !== 'string' && !('href' in source)) return source
  const file = typeof source === 'string' ? nameOfString(source) : nameOfUrl(source)
  return { located: resolve(source, files), file }
}

/**
 * Reads and decodes a model.
 *
 * @param willMove copies bytes that the caller holds, so that they can move to a worker
 */
export async function open(
  source: Exclude<ModelSource, string | URL> | Located,
  files: Files,
  reading: Readings,
  willMove: boolean,
): Promise<Opened> {
  if (isModel(source)) {
    return { model: source, file: undefined, address: undefined, buffers: [] }
  }
  if ('located' in source && !reading.progress.isHeard) {
    const opened = files.openInPlace?.(source)
    if (opened) return opened
  }
  const { bytes: given, file, address, isOwn } = await read(source, files, reading)
  const bytes = willMove && !isOwn ? new Uint8Array(given) : given
  refuseSubstitute(bytes, file)
  const model = decode(bytes, file === undefined ? {} : { file })
  if (address !== undefined && 'located' in source) {
    const kept = files.keep?.(address, bytes as Uint8Array<ArrayBuffer>, undefined)
    if (kept) reading.keeping.push(kept)
  }
  const buffers = isOwn || willMove ? [bytes.buffer as ArrayBuffer] : []
  return { model, file, address, buffers }
}
