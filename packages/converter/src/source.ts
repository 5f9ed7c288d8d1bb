import { FormatError } from '@dotplus/core'

/**
 * A file as random-access bytes: the only form of input the converter takes, so that a path, a URL, a dropped `File`
 * and bytes in memory are read the same way.
 */
export interface Source {
  /** File name, used in error messages and provenance; may contain folders. */
  readonly name: string
  readonly byteLength: number
  /** Bytes from `start` (inclusive) to `end` (exclusive), 0 <= start <= end <= byteLength. */
  slice(start: number, end: number): Promise<Uint8Array>
}

/** Bytes in memory as a {@link Source}; slices are views, not copies. */
export function sourceFromBytes(name: string, bytes: Uint8Array): Source {
  // A plain view: Node's Buffer has a `slice` of its own.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    name,
    byteLength: plain.byteLength,
    slice: (start, end) => Promise.resolve(plain.subarray(start, end)),
  }
}

/**
 * The bytes of `source` from `start` to `end`.
 *
 * @throws {FormatError} naming both ends when the range is not inside the file or the source answers with fewer bytes
 */
export async function readRange(
  source: Source,
  start: number,
  end: number,
  what: string,
): Promise<Uint8Array> {
  if (!(start >= 0 && start <= end && end <= source.byteLength)) {
    throw new FormatError(`${what} is cut off`, {
      file: source.name,
      place: `byte ${start}`,
      expected: `${end - start} bytes`,
      got: `${Math.max(0, source.byteLength - Math.max(0, start))} bytes`,
    })
  }
  const bytes = await source.slice(start, end)
  if (bytes.byteLength !== end - start) {
    throw new FormatError(`${what} is cut off`, {
      file: source.name,
      place: `byte ${start}`,
      expected: `${end - start} bytes`,
      got: `${bytes.byteLength} bytes`,
    })
  }
  return bytes
}

/** Everything in `source`. */
export function readAll(source: Source): Promise<Uint8Array> {
  return readRange(source, 0, source.byteLength, 'the file')
}

/** The last part of a source's name, without folders. */
export function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}
