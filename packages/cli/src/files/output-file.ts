import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { open, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ResourceError } from '@dotplus/core'
import { resourceError } from './system-error.ts'

/** Appends bytes to the file being written. */
export type Append = (bytes: Uint8Array) => Promise<void>

/**
 * Writes a file that appears complete or not at all: under a temporary name in the same folder, renamed at the end.
 * Errors and signals that end the process remove the temporary file. Devices and pipes are written to directly.
 *
 * @returns bytes written
 */
export async function writeOutput(
  path: string,
  produce: (append: Append) => Promise<void>,
): Promise<number> {
  if (!(await isReplaceable(path))) return fill(path, path, produce)
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const release = removeOnSignal(temporary)
  try {
    const length = await fill(temporary, path, produce)
    await rename(temporary, path).catch((error: unknown) => {
      throw resourceError('cannot be written', path, error)
    })
    return length
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  } finally {
    release()
  }
}

/** False for a device or pipe, which a rename would put a file in place of. */
async function isReplaceable(path: string): Promise<boolean> {
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory()) {
    throw new ResourceError('cannot be written', {
      file: path,
      expected: 'a file name',
      got: 'a folder',
    })
  }
  return existing === undefined || existing.isFile()
}

async function fill(
  path: string,
  shownAs: string,
  produce: (append: Append) => Promise<void>,
): Promise<number> {
  const fail = (error: unknown): never => {
    throw resourceError('cannot be written', shownAs, error)
  }
  const handle = await open(path, 'w').catch(fail)
  let length = 0
  try {
    await produce(async (bytes) => {
      await handle.writeFile(bytes).catch(fail)
      length += bytes.byteLength
    })
  } finally {
    await handle.close()
  }
  return length
}

const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Removes the file when a signal ends the process. Answers with a function that stops watching. */
function removeOnSignal(path: string): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    release()
    try {
      unlinkSync(path)
    } catch {
      // Not created yet, or renamed already.
    }
    // Ends as the signal would have: the caller's shell sees which one it was.
    process.kill(process.pid, signal)
  }
  const release = (): void => {
    for (const signal of fatalSignals) process.off(signal, onSignal)
  }
  for (const signal of fatalSignals) process.on(signal, onSignal)
  return release
}
