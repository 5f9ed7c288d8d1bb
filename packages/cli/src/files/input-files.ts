import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ResourceError } from '@dotplus/core'
import { resourceError } from './system-error.ts'

/**
 * The files that a model argument means: the files named, and those directly in the folders named, in the order of their
 * names.
 *
 * @throws {ResourceError} when one is not there, or a folder holds no files
 */
export async function inputFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const path of paths) {
    const stats = await stat(path).catch((error: unknown) => fail(path, error))
    if (stats.isDirectory()) files.push(...(await filesIn(path)))
    else files.push(path)
  }
  return files
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    fail(folder, error),
  )
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  if (names.length === 0) throw new ResourceError('the folder holds no files', { file: folder })
  return names.toSorted().map((name) => join(folder, name))
}

function fail(path: string, error: unknown): never {
  throw resourceError('cannot be read', path, error)
}
