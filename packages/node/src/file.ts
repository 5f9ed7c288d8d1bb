import type { FileHandle } from 'node:fs/promises'
import { DotplusError, FormatError, ResourceError } from '@dotplus/core'
import {
  collect,
  modelInPlace,
  type Address,
  type Located,
  type Opened,
  type Reading,
} from '@dotplus/kernel/compressed'

// An import of it, or of node:fs/promises, would load Node's streams into every fresh process.
const fs = process.getBuiltinModule('node:fs')

const chunkBytes = 2 ** 23
/** Chunks that are read at a time, by as many of Node's threads. */
const readers = 4
/** Files up to this are read at once; waiting for them would take longer. */
const smallBytes = 2 ** 18

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'this is a folder',
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EPERM: 'permission denied',
}

const hints: Readonly<Record<string, () => string>> = {
  EISDIR: () => 'Name the .dotplus file in it',
  ENOENT: () => `Check the path; relative ones start at ${process.cwd()}`,
}

async function readAll(handle: FileHandle, reading: Reading): Promise<Uint8Array<ArrayBuffer>> {
  const stats = await handle.stat()
  // Pipes and devices do not know their length.
  if (!stats.isFile() && !stats.isDirectory()) {
    return collect(handle.createReadStream({ autoClose: false }), undefined, reading)
  }
  reading.progress.expect(stats.size)
  const bytes = new Uint8Array(stats.size)
  let next = 0
  // Less than the size where a file shrinks while it is read.
  let length = bytes.byteLength
  const readChunks = async (): Promise<void> => {
    while (next < length) {
      let at = next
      const end = Math.min(at + chunkBytes, length)
      next = end
      while (at < end) {
        reading.signal?.throwIfAborted()
        const { bytesRead } = await handle.read(bytes, at, end - at, at)
        if (bytesRead === 0) {
          length = Math.min(length, at)
          return
        }
        at += bytesRead
        reading.progress.add(bytesRead)
      }
    }
  }
  await Promise.all(Array.from({ length: readers }, readChunks))
  return bytes.subarray(0, length)
}

/** The bytes of a small regular file, undefined for any other. */
function readSmall(address: Address, reading: Reading): Uint8Array<ArrayBuffer> | undefined {
  const stats = fs.statSync(address)
  if (!stats.isFile() || stats.size > smallBytes) return undefined
  const descriptor = fs.openSync(address, 'r')
  try {
    reading.progress.expect(stats.size)
    const bytes = new Uint8Array(stats.size)
    const length = fs.readSync(descriptor, bytes)
    reading.progress.add(length)
    return bytes.subarray(0, length)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** What the operating system says of a file that cannot be read, as an error that names the way out. */
function readError(cause: unknown, file: string): unknown {
  const { code } = cause as NodeJS.ErrnoException
  if (cause instanceof DotplusError || code === undefined) return cause
  const what = meanings[code] ?? 'the file cannot be read'
  const got = code in meanings ? undefined : code
  return new ResourceError(what, { file, got, hint: hints[code]?.(), cause })
}

/**
 * All bytes of a file.
 *
 * @throws {ResourceError} when it cannot be read
 */
export async function readFile(
  address: Address,
  reading: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  let handle: FileHandle | undefined
  try {
    const small = readSmall(address, reading)
    if (small) return small
    handle = await fs.promises.open(address)
    return await readAll(handle, reading)
  } catch (cause) {
    reading.signal?.throwIfAborted()
    throw readError(cause, reading.file)
  } finally {
    await handle?.close()
  }
}

/** Files from this length on are read in place: their weights go strip by strip into the kernel's memory. */
const largeBytes = 2 ** 24

/**
 * The model in a large regular file; undefined for any other file.
 *
 * @throws {ResourceError} when it cannot be opened or read
 * @throws {FormatError} when it is no model
 */
export function openInPlace(source: Located): Opened | undefined {
  const { located: address, file } = source
  /** Weights are read after this function has returned: what then fails is typed here too. */
  const typed = <Result>(read: () => Result): Result => {
    try {
      return read()
    } catch (cause) {
      throw readError(cause, file)
    }
  }
  const stats = typed(() => fs.statSync(address))
  if (stats.size < largeBytes || !stats.isFile()) return undefined
  const descriptor = typed(() => fs.openSync(address, 'r'))
  return modelInPlace(source, {
    byteLength: stats.size,
    read(into, at) {
      for (let done = 0; done < into.byteLength;) {
        const rest = into.byteLength - done
        const count = typed(() => fs.readSync(descriptor, into, done, rest, at + done))
        if (count === 0)
          throw new FormatError('the file became shorter while it was read', { file })
        done += count
      }
    },
    close: () => fs.closeSync(descriptor),
  })
}
