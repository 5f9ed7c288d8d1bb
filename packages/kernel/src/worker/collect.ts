import { UsageError } from '@dotplus/core'
import type { ProgressMeter } from './progress.ts'

/** What a read needs beside its address. */
export interface Reading {
  /** Name of what is read, for errors. */
  readonly file: string
  readonly progress: ProgressMeter
  readonly signal: AbortSignal | undefined
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

/**
 * All bytes of a stream in one array of their own.
 *
 * @param stream a web stream, or chunks of bytes such as a Node stream gives
 * @param expected bytes the stream will probably give
 * @throws {UsageError} when its chunks are not bytes
 */
export async function collect(
  stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  expected: number | undefined,
  { file, progress, signal }: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  progress.expect(expected)
  let bytes = new Uint8Array(Math.min(expected ?? firstBytes, trustedBytes))
  let length = 0
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
    const end = length + chunk.byteLength
    if (end > bytes.byteLength) {
      const larger = new Uint8Array(Math.max(end, 2 * bytes.byteLength))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    bytes.set(chunk, length)
    length = end
    progress.add(chunk.byteLength)
  }
  return bytes.subarray(0, length)
}
