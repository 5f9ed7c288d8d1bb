import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenScratch, Scratch } from '@dotplus/converter'
import { removeOnSignal } from './remove-on-signal.ts'
import { resourceError } from './system-error.ts'

/**
 * Temporary files for as long as `use` takes. They are removed when it ends, fails, or a signal ends the process; where the
 * system can, their names are gone as soon as they are open.
 *
 * @param folder where they are
 */
export async function withScratch<Result>(
  use: (openScratch: OpenScratch) => Promise<Result>,
  folder: string = tmpdir(),
): Promise<Result> {
  const files = new Map<string, FileHandle>()
  const named = new Set<string>()
  const release = removeOnSignal(named)
  try {
    return await use(async () => {
      const path = join(folder, `dotplus-${randomBytes(6).toString('hex')}.tmp`)
      const fail = (error: unknown): never => {
        throw resourceError('no room for what is compressed in the file', path, error)
      }
      named.add(path)
      const handle = await open(path, 'wx+', 0o600).catch(fail)
      files.set(path, handle)
      // An open file of Windows keeps its name.
      if (process.platform !== 'win32') {
        unlinkSync(path)
        named.delete(path)
      }
      return scratchIn(handle, fail)
    })
  } finally {
    for (const [path, handle] of files) {
      await handle.close()
      if (named.has(path)) await unlink(path).catch(() => {})
    }
    release()
  }
}

function scratchIn(handle: FileHandle, fail: (error: unknown) => never): Scratch {
  let length = 0
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.byteLength;) {
        const { bytesWritten } = await handle
          .write(bytes, done, bytes.byteLength - done, length)
          .catch(fail)
        done += bytesWritten
        length += bytesWritten
      }
    },
    async read(start, end) {
      const bytes = new Uint8Array(end - start)
      let done = 0
      while (done < bytes.byteLength) {
        const { bytesRead } = await handle
          .read(bytes, done, bytes.byteLength - done, start + done)
          .catch(fail)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    },
  }
}
