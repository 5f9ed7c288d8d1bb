import { open, type FileHandle } from 'node:fs/promises'
import { DotplusError, ResourceError } from '@dotplus/core'
import { collect, type Address, type Reading } from '@dotplus/kernel/worker'

const chunkBytes = 2 ** 24

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
  let length = 0
  while (length < bytes.byteLength) {
    reading.signal?.throwIfAborted()
    const wanted = Math.min(chunkBytes, bytes.byteLength - length)
    const { bytesRead } = await handle.read(bytes, length, wanted, length)
    if (bytesRead === 0) break
    length += bytesRead
    reading.progress.add(bytesRead)
  }
  return bytes.subarray(0, length)
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
    handle = await open(address)
    return await readAll(handle, reading)
  } catch (cause) {
    reading.signal?.throwIfAborted()
    const { code } = cause as NodeJS.ErrnoException
    if (cause instanceof DotplusError || code === undefined) throw cause
    const what = meanings[code] ?? 'the file cannot be read'
    const got = code in meanings ? undefined : code
    throw new ResourceError(what, { file: reading.file, got, hint: hints[code]?.(), cause })
  } finally {
    await handle?.close()
  }
}
