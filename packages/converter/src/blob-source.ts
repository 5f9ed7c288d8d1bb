import { sourceFromBytes, type Source } from './source.ts'

/** The part of the web platform's `Blob` and `File` that reading needs. */
export interface BlobLike {
  readonly size: number
  readonly name?: string
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** A file up to this size is read once and kept: it is hashed as a whole anyway. */
const wholeLimit = 128 * 1024 * 1024
/** Of larger ones, reads shorter than this come out of blocks of it, of which a few are kept. */
const blockSize = 256 * 1024
const blocksKept = 8

/**
 * A dropped `File` or a `Blob` as a {@link Source}; nothing is read before it is asked for. Every read goes to another
 * process of the browser, so that small files are read at once and large ones in blocks.
 */
export function sourceFromBlob(blob: BlobLike, name: string = blob.name ?? 'blob'): Source {
  const read = async (start: number, end: number): Promise<Uint8Array> =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer())
  const slice = blob.size <= wholeLimit ? sliceOfWhole(name, blob.size, read) : sliceOfBlocks(read)
  return { name, byteLength: blob.size, slice }
}

function sliceOfWhole(name: string, size: number, read: Source['slice']): Source['slice'] {
  let whole: Promise<Source> | undefined
  const open = async (): Promise<Source> => {
    try {
      return sourceFromBytes(name, await read(0, size))
    } catch (cause) {
      // A later read may go well.
      whole = undefined
      throw cause
    }
  }
  return async (start, end) => (await (whole ??= open())).slice(start, end)
}

function sliceOfBlocks(read: Source['slice']): Source['slice'] {
  /** By number, the one that was used last at the end. */
  const blocks = new Map<number, Uint8Array>()
  const blockAt = async (number: number): Promise<Uint8Array> => {
    const known = blocks.get(number)
    const block = known ?? (await read(number * blockSize, (number + 1) * blockSize))
    blocks.delete(number)
    blocks.set(number, block)
    const [oldest] = blocks.keys()
    if (blocks.size > blocksKept && oldest !== undefined) blocks.delete(oldest)
    return block
  }
  return async (start, end) => {
    const number = Math.floor(start / blockSize)
    if (end > (number + 1) * blockSize) return read(start, end)
    const offset = number * blockSize
    return (await blockAt(number)).subarray(start - offset, end - offset)
  }
}
