import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A named folder tree in which every folder with a model and an `io.npz` is a case. */
export interface Collection {
  readonly name: string
  readonly folder: string
}

export interface CaseFolder {
  readonly collection: string
  /** Path within the collection with `/` between folders: "sample-mlp/relu/keras". */
  readonly name: string
  readonly folder: string
  /** File that holds the model, or its architecture where the weights lie in a file of their own. */
  readonly model: string
}

/** In order of preference where a folder holds several. */
const modelFiles = ['model.keras', 'model.h5', 'model.json', 'model.dotplus']

/** All cases of a collection, sorted by name. */
export async function findCases(collection: Collection): Promise<CaseFolder[]> {
  const found: CaseFolder[] = []
  await visit(collection.folder, '')
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))

  async function visit(folder: string, name: string): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true })
    const files = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name))
    const model = modelFiles.find((file) => files.has(file))
    if (model && files.has('io.npz')) {
      found.push({ collection: collection.name, name, folder, model: join(folder, model) })
    }
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name === 'node_modules') continue
      await visit(join(folder, entry.name), name === '' ? entry.name : `${name}/${entry.name}`)
    }
  }
}
