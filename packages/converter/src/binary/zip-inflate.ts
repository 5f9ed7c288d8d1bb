import { DotplusError, FormatError, UnsupportedError } from '@dotplus/core'
import { Inflate, inflateSync } from 'fflate'
import type { Scratch } from '../scratch.ts'
import { readRange, type Source } from '../source.ts'
import type { Budget } from './budget.ts'
import { concatenate } from './concatenate.ts'
import { crc32 } from './crc32.ts'
import type { DirectoryEntry } from './zip-directory.ts'

const deflated = 8
/** Deflate cannot expand further than this. */
const largestRatio = 1032
/** Entries up to this size are inflated in one piece; of larger ones only a piece is in memory beside the result. */
const wholeLimit = 1 << 20
const headChunk = 4096

/** Where an entry's bytes are. */
export interface Compressed {
  readonly source: Source
  readonly entry: DirectoryEntry
  /** Offset of the first byte, after the local header. */
  readonly start: number
}

/**
 * A deflated entry as it was, its length checked.
 *
 * @throws {FormatError} when the data is damaged, or grows beyond what the archive's size explains
 * @throws {UnsupportedError} for other compression methods
 */
export async function inflateEntry(compressed: Compressed, budget: Budget): Promise<Uint8Array> {
  const { source, entry, start } = compressed
  const { name, size, compressedSize } = entry
  take(compressed, budget)
  if (compressedSize > wholeLimit && 'DecompressionStream' in globalThis)
    return inflateInPieces(compressed)
  const raw = await readRange(source, start, start + compressedSize, name)
  const bytes = await undamaged(compressed, () => inflateSync(raw, { out: new Uint8Array(size) }))
  if (bytes.byteLength !== size) throw wrongSize(compressed, bytes.byteLength)
  return bytes
}

/**
 * Inflates an entry piece by piece into a scratch.
 *
 * @returns its CRC-32
 * @throws as {@link inflateEntry}
 */
export async function inflateTo(
  compressed: Compressed,
  budget: Budget,
  scratch: Scratch,
): Promise<number> {
  take(compressed, budget)
  let crc = 0
  await inflatePieces(compressed, async (piece) => {
    crc = crc32(piece, crc)
    await scratch.write(piece)
  })
  return crc
}

/** Checks what an entry promises, and takes it from the budget: a disk has an end too. */
function take(compressed: Compressed, budget: Budget): void {
  const { source, entry } = compressed
  const { name, size, compressedSize } = entry
  rejectMethod(compressed)
  if (size > compressedSize * largestRatio + 64) {
    throw new FormatError('the archive promises more than deflate can hold', {
      file: source.name,
      place: name,
      expected: `at most ${compressedSize * largestRatio + 64} bytes`,
      got: `${size}`,
    })
  }
  budget.take(size, name)
}

/** The first `length` bytes of a deflated entry. */
export async function inflateHead(compressed: Compressed, length: number): Promise<Uint8Array> {
  const { source, entry, start } = compressed
  rejectMethod(compressed)
  const pieces: Uint8Array[] = []
  const stream = new Inflate((bytes) => pieces.push(bytes))
  const inflated = (): number => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
  for (let from = 0; from < entry.compressedSize && inflated() < length; from += headChunk) {
    const to = Math.min(entry.compressedSize, from + headChunk)
    const raw = await readRange(source, start + from, start + to, entry.name)
    await undamaged(compressed, () => stream.push(raw, to === entry.compressedSize))
  }
  return concatenate(pieces).subarray(0, length)
}

async function inflateInPieces(compressed: Compressed): Promise<Uint8Array> {
  const bytes = new Uint8Array(compressed.entry.size)
  await inflatePieces(compressed, (piece, offset) => bytes.set(piece, offset))
  return bytes
}

/** By the platform, which is faster and takes the entry piece by piece. Checks the length in all. */
async function inflatePieces(
  compressed: Compressed,
  use: (piece: Uint8Array, offset: number) => void | Promise<void>,
): Promise<void> {
  const { entry } = compressed
  let filled = 0
  await undamaged(compressed, async () => {
    const stream = new DecompressionStream('deflate-raw')
    const fed = feed(compressed, stream.writable.getWriter())
    // Its failure comes out of the reading side too.
    fed.catch(() => {})
    const reader = stream.readable.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (filled + value.byteLength > entry.size) {
        await reader.cancel()
        throw wrongSize(compressed, `more than ${entry.size}`)
      }
      await use(value, filled)
      filled += value.byteLength
    }
    await fed
  })
  if (filled !== entry.size) throw wrongSize(compressed, filled)
}

async function feed(
  { source, entry, start }: Compressed,
  writer: WritableStreamDefaultWriter<BufferSource>,
): Promise<void> {
  try {
    for (let from = 0; from < entry.compressedSize; from += wholeLimit) {
      const to = Math.min(entry.compressedSize, from + wholeLimit)
      const raw = await readRange(source, start + from, start + to, entry.name)
      await writer.write(raw as Uint8Array<ArrayBuffer>)
    }
    await writer.close()
  } catch (error) {
    await writer.abort(error).catch(() => {})
    throw error
  }
}

/** @throws {UnsupportedError} for entries that are neither stored nor deflated */
function rejectMethod({ source, entry: { method, name } }: Compressed): void {
  if (method === deflated) return
  throw new UnsupportedError('compression method of a zip entry', {
    file: source.name,
    place: name,
    expected: 'stored or deflate',
    got: `${method}`,
  })
}

/** What inflating gives; its failures are those of the file. */
async function undamaged<T>(
  { source, entry: { name } }: Compressed,
  inflate: () => T | Promise<T>,
): Promise<T> {
  try {
    return await inflate()
  } catch (cause) {
    if (cause instanceof DotplusError) throw cause
    throw new FormatError('compressed data is damaged', { file: source.name, place: name, cause })
  }
}

function wrongSize({ source, entry }: Compressed, got: number | string): FormatError {
  return new FormatError('decompressed size', {
    file: source.name,
    place: entry.name,
    expected: `${entry.size}`,
    got: `${got}`,
  })
}
