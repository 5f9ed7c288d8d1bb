import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { resourceError } from '../files/system-error.ts'

/** A model with recorded inputs and outputs, not read yet. */
export interface FoundCase {
  /** The path given, or that relative to the folder that was searched. */
  readonly name: string
  /** The model's files, as `convert` takes them. */
  readonly model: readonly string[]
  /** The recorded arrays; undefined where the model carries its own cases. */
  readonly io: string | undefined
  /** The model was found by walking a tree: one that cannot be read is a failed case, not bad usage. */
  readonly searched: boolean
}

/** Files that are a model, in the order in which a folder is looked through. */
const modelFiles: readonly (readonly string[])[] = [
  ['model.keras'],
  ['model.h5'],
  ['model.hdf5'],
  ['model.json', 'model.weights.h5'],
  ['model.dotplus'],
]

const ioFile = 'io.npz'

/**
 * The cases at a path: the model with the cases it carries or that lie beside it, or every case folder of a tree.
 *
 * @param io recorded arrays given by the caller, for a single model
 * @throws {ResourceError} when the path cannot be read
 */
export async function findCases(path: string, io?: string): Promise<FoundCase[]> {
  const stats = await stat(path).catch((error: unknown) => {
    throw resourceError('cannot be read', path, error)
  })
  if (stats.isDirectory() && io === undefined) return walk(path, path)
  const model = stats.isDirectory() ? ((await modelIn(path)) ?? [path]) : [path]
  return [{ name: path, model, io: io ?? (await ioBeside(path)), searched: false }]
}

/** `io.npz` in the folder of a Keras file; a dotplus model carries its own. */
async function ioBeside(path: string): Promise<string | undefined> {
  if (path.endsWith('.dotplus')) return undefined
  const beside = join(dirname(path), ioFile)
  return (await stat(beside).catch(() => undefined)) ? beside : undefined
}

async function walk(folder: string, root: string): Promise<FoundCase[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw resourceError('cannot be read', folder, error)
  })
  const cases = await caseIn(folder, new Set(entries.map(({ name }) => name)), root)
  // One order on every file system.
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  for (const name of folders.toSorted()) cases.push(...(await walk(join(folder, name), root)))
  return cases
}

async function caseIn(
  folder: string,
  names: ReadonlySet<string>,
  root: string,
): Promise<FoundCase[]> {
  const model = modelFiles.find((files) => files.every((file) => names.has(file)))
  if (!model) return []
  const hasIo = names.has(ioFile)
  // A Keras file without recorded arrays is no case; a dotplus model may carry its own.
  if (!hasIo && model[0] !== 'model.dotplus') return []
  return [
    {
      name: relative(root, folder) || basename(folder),
      model: model.map((file) => join(folder, file)),
      io: hasIo ? join(folder, ioFile) : undefined,
      searched: true,
    },
  ]
}

async function modelIn(folder: string): Promise<string[] | undefined> {
  const names = new Set(await readdir(folder))
  return modelFiles
    .find((files) => files.every((file) => names.has(file)))
    ?.map((file) => join(folder, file))
}
