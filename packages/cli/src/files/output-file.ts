import { randomBytes } from 'node:crypto'
import { open, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ResourceError } from '@dotplus/core'
import { removeOnSignal } from './remove-on-signal.ts'
import { resourceError } from './system-error.ts'

/** Appends bytes to the file being written. */
export type Append = (bytes: Uint8Array) => Promise<void>

/** Writes over bytes appended before, from the beginning of the file on. */
export type Overwrite = (bytes: Uint8Array) => Promise<void>

/** Fills a file; `overwrite` is there where the file can go back: not for devices and pipes. */
export type Produce = (append: Append, overwrite: Overwrite | undefined) => Promise<void>

/** One of several files that belong together. */
export interface Part {
  readonly path: string
  readonly pieces: AsyncIterable<Uint8Array>
}

/**
 * Writes a file that appears complete or not at all: under a temporary name in the same folder, renamed at the end.
 * Errors and signals that end the process remove the temporary file. Devices and pipes are written to directly.
 *
 * @returns bytes written
 */
export async function writeOutput(path: string, produce: Produce): Promise<number> {
  const staged = new StagedFiles()
  try {
    const length = await staged.write(path, produce)
    await staged.publish()
    return length
  } finally {
    await staged.close()
  }
}

/**
 * Writes files that belong together: none appears before all are complete, and the last one, which names the others,
 * appears last.
 *
 * @param parts each is taken to its end before the next is asked for
 * @returns bytes written in all
 */
export async function writeOutputs(parts: AsyncIterable<Part>): Promise<number> {
  const staged = new StagedFiles()
  try {
    let length = 0
    for await (const { path, pieces } of parts) {
      length += await staged.write(path, async (append) => {
        for await (const piece of pieces) await append(piece)
      })
    }
    await staged.publish()
    return length
  } finally {
    await staged.close()
  }
}

/** Files under temporary names, until they are published all together. */
class StagedFiles {
  readonly #temporary = new Map<string, string>()
  readonly #release = removeOnSignal(this.#temporary)

  async write(path: string, produce: Produce): Promise<number> {
    if (!(await isReplaceable(path))) return fill(path, path, produce, false)
    const suffix = randomBytes(6).toString('hex')
    const temporary = join(dirname(path), `.${basename(path)}.${suffix}.tmp`)
    this.#temporary.set(temporary, path)
    return fill(temporary, path, produce, true)
  }

  async publish(): Promise<void> {
    for (const [temporary, path] of this.#temporary) {
      await rename(temporary, path).catch((error: unknown) => {
        throw resourceError('cannot be written', path, error)
      })
      this.#temporary.delete(temporary)
    }
  }

  /** Removes what was not published. */
  async close(): Promise<void> {
    for (const temporary of this.#temporary.keys()) await unlink(temporary).catch(() => {})
    this.#release()
  }
}

/** False for a device or pipe, which a rename would put a file in place of. */
export async function isReplaceable(path: string): Promise<boolean> {
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
  produce: Produce,
  canGoBack: boolean,
): Promise<number> {
  const fail = (error: unknown): never => {
    throw resourceError('cannot be written', shownAs, error)
  }
  const handle = await open(path, 'w').catch(fail)
  let length = 0
  try {
    const append: Append = async (bytes) => {
      await handle.writeFile(bytes).catch(fail)
      length += bytes.byteLength
    }
    const overwrite: Overwrite = async (bytes) => {
      await handle.write(bytes, 0, bytes.byteLength, 0).catch(fail)
    }
    await produce(append, canGoBack ? overwrite : undefined)
  } finally {
    await handle.close()
  }
  return length
}
