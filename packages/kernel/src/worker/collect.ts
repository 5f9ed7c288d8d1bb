import { UsageError } from '@dotplus/core'
import type { FileProgress } from './progress.ts'

/** What a read needs beside its address. */
export interface Reading {
  /** Name of what is read, for errors. */
  readonly file: string
  readonly progress: FileProgress
  readonly signal: AbortSignal | undefined
  /** SHA-256 in hexadecimal that the bytes should have, where it is known before they are read. */
  readonly sha256?: string | undefined
  /** True when what was read before was damaged, so that no cache may answer. */
  readonly isAgain?: boolean
}

const firstBytes = 2 ** 16
/** Most that is set aside on a server's word alone. */
const trustedBytes = 2 ** 28

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  let isDone = false
  try {
    while (!isDone) {
      const { done, value } = await reader.read()
      isDone = done
      if (value) yield value
    }
  } finally {
    // Left early, the source is told that nobody reads on.
    if (!isDone) await reader.cancel()
    reader.releaseLock()
  }
}

/** Bytes in one array that grows as they arrive. */
export class Collected {
  #bytes = new Uint8Array(0)
  #length = 0

  /** What has arrived so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }

  get length(): number {
    return this.#length
  }

  /** Forgets what has arrived. */
  clear(): void {
    this.#length = 0
  }

  /** Makes room for as many bytes as will probably come. */
  reserve(bytes: number | undefined): void {
    if (this.#bytes.byteLength > 0) return
    this.#bytes = new Uint8Array(Math.min(bytes ?? firstBytes, trustedBytes))
  }

  append(chunk: Uint8Array): void {
    const end = this.#length + chunk.byteLength
    if (end > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.byteLength))
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = end
  }
}

/**
 * All bytes of a stream in one array of their own.
 *
 * @param stream a web stream, or chunks of bytes such as a Node stream gives
 * @param expected bytes the stream will probably give
 * @param into keeps what has arrived when the stream breaks off
 * @throws {UsageError} when its chunks are not bytes
 */
export async function collect(
  stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  expected: number | undefined,
  { file, progress, signal }: Reading,
  into: Collected = new Collected(),
): Promise<Uint8Array<ArrayBuffer>> {
  progress.expect(expected)
  into.reserve(expected)
  // Not every browser iterates its streams.
  for await (const chunk of 'getReader' in stream ? chunksOf(stream) : stream) {
    signal?.throwIfAborted()
    if (!ArrayBuffer.isView(chunk)) {
      throw new UsageError('a stream of bytes', {
        file,
        expected: 'Uint8Array chunks',
        got: typeof chunk,
      })
    }
    into.append(chunk)
    progress.add(chunk.byteLength)
  }
  return into.bytes
}
