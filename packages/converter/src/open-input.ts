import { FormatError, UsageError } from '@dotplus/core'
import { arraysOfNpy, arraysOfNpz, arraysOfPickle, type NamedArray } from './arrays/array-group.ts'
import { modelOfArrays } from './arrays/array-model.ts'
import type { LayersSpec } from './arrays/layers-spec.ts'
import { openHdf5 } from './binary/hdf5/hdf5.ts'
import { readPickle } from './binary/pickle.ts'
import { openZip } from './binary/zip.ts'
import { fileKind, type FileKind } from './file-kind.ts'
import {
  configEntry,
  openJsonAndWeights,
  openKerasArchive,
  openKerasH5,
} from './keras/open-keras.ts'
import type { OpenedModel } from './keras/opened-model.ts'
import type { OpenScratch } from './scratch.ts'
import { readAll, type Source } from './source.ts'
import { isLegacyWeights, legacyWeightsGroup } from './weights/legacy-h5.ts'
import { jsonRole, shardParts } from './weights/shard-index.ts'

export interface OpenOptions {
  readonly layers?: LayersSpec | undefined
  readonly inputShape?: readonly (number | null)[] | undefined
  readonly openScratch?: OpenScratch | undefined
}

type Kinds = Readonly<Record<FileKind, readonly Source[]>>

/**
 * Recognises the model in one file, or in several that belong together (a folder): a whole model, `model.json` with
 * weights, or arrays. Arrays beside a whole model, such as an `io.npz`, are left alone.
 *
 * @throws {UsageError} when there are several models, or a part is missing
 */
export async function openInput(
  sources: readonly Source[],
  options: OpenOptions,
): Promise<OpenedModel> {
  const kinds = await kindsOf(sources)
  const archives: Source[] = []
  const npz: Source[] = []
  for (const source of kinds.zip) ((await isKerasArchive(source)) ? archives : npz).push(source)
  const models: OpenedModel[] = []
  const weights: Source[] = []
  for (const source of archives)
    models.push(
      await openKerasArchive(
        source,
        await openZip(source, options.openScratch),
        options.inputShape,
      ),
    )
  for (const source of kinds.hdf5) {
    const model = await openWholeH5(source, options)
    if (model) models.push(model)
    else weights.push(source)
  }
  const [model, another] = models
  if (another) {
    throw new UsageError('several models at once', {
      got: models.map(({ file }) => file).join(', '),
      hint: 'Convert them one by one',
    })
  }
  if (model) return model
  if (weights.length > 0 || (kinds.json.length > 0 && npz.length + kinds.npy.length === 0)) {
    return openParts(kinds.json, weights, options)
  }
  return openArrays(kinds, npz, options)
}

/** A model whose layers and weights are in files of their own. */
async function openParts(
  jsons: readonly Source[],
  weights: readonly Source[],
  options: OpenOptions,
): Promise<OpenedModel> {
  const architectures: Source[] = []
  let parts = weights
  for (const source of jsons) {
    const role = await jsonRole(source)
    if (role.role === 'architecture') architectures.push(source)
    else if (role.role === 'shardIndex') parts = shardParts(source, role.files, weights)
    else if (jsons.length === 1) architectures.push(source)
  }
  const [json, moreJson] = architectures
  const isSharded = parts !== weights
  if (json && !moreJson && (isSharded || weights.length === 1)) {
    return openJsonAndWeights(json, parts, options.inputShape)
  }
  throw incomplete(architectures, weights)
}

async function kindsOf(sources: readonly Source[]): Promise<Kinds> {
  const kinds: Record<FileKind, Source[]> = { zip: [], hdf5: [], npy: [], pickle: [], json: [] }
  for (const source of sources) {
    // Beside a model a folder may hold anything; alone, a file has to be something.
    try {
      kinds[await fileKind(source)].push(source)
    } catch (error) {
      if (sources.length === 1 || !(error instanceof FormatError) || hasModelName(source.name))
        throw error
    }
  }
  return kinds
}

function hasModelName(name: string): boolean {
  return /\.(keras|h5|hdf5|npy|npz|json)$/i.test(name)
}

async function isKerasArchive(source: Source): Promise<boolean> {
  const zip = await openZip(source)
  if (zip.has(configEntry)) return true
  if (zip.names.some((name) => name.endsWith('.npy'))) return false
  throw new FormatError('a zip archive that is neither .keras nor .npz', {
    file: source.name,
    expected: `${configEntry}, or .npy files`,
    got: zip.names.slice(0, 8).join(', ') || 'an empty archive',
  })
}

async function openWholeH5(source: Source, options: OpenOptions): Promise<OpenedModel | undefined> {
  const root = await openHdf5(source)
  const weights = await legacyWeightsGroup(root)
  const model = openKerasH5(source, root, weights, options.inputShape)
  if (model) return model
  if (
    weights
      ? isLegacyWeights(weights)
      : root.has('layers') || root.has('vars') || root.has('_layer_checkpoint_dependencies')
  ) {
    return undefined
  }
  throw new FormatError('an HDF5 file that Keras did not write', {
    file: source.name,
    expected: 'model_config, or weights of Keras',
    got: [...root.attributes.keys(), ...root.names].slice(0, 8).join(', ') || 'an empty file',
  })
}

function incomplete(json: readonly Source[], weights: readonly Source[]): UsageError {
  const got = [...json, ...weights].map(({ name }) => name).join(', ')
  if (json.length === 0) {
    return new UsageError('the file holds weights only', {
      got,
      hint: 'Give model.json (from model.to_json()) as well, or save with model.save',
    })
  }
  if (weights.length === 0) {
    return new UsageError('the file describes layers but holds no weights', {
      got,
      hint: 'Give the .weights.h5 file as well',
    })
  }
  return new UsageError('more files than one model has', {
    expected: 'one model.json and one file of weights',
    got,
  })
}

async function openArrays(
  kinds: Kinds,
  npz: readonly Source[],
  options: OpenOptions,
): Promise<OpenedModel> {
  const groups = [kinds.npy, npz, kinds.pickle].filter((group) => group.length > 0)
  const [group, another] = groups
  if (!group || another || (group !== kinds.npy && group.length > 1)) {
    const got = groups
      .flat()
      .map(({ name }) => name)
      .join(', ')
    throw new UsageError(group ? 'arrays of several kinds at once' : 'no model among the files', {
      expected: 'a .keras or .h5 file, model.json with weights, .npy files, or one .npz',
      got: got || 'nothing that converts',
    })
  }
  const [first] = group as [Source, ...Source[]]
  const file = group.length === 1 ? first.name : `${first.name} and ${group.length - 1} more`
  const { arrays, format } = await readArrays(group, kinds)
  return {
    ...modelOfArrays(arrays, options.layers, file),
    format,
    file,
    sources: group,
    kerasVersion: '',
    backend: '',
    kerasMajor: 3,
    assets: new Map(),
  }
}

async function readArrays(
  group: readonly Source[],
  kinds: Kinds,
): Promise<{ arrays: NamedArray[]; format: string }> {
  const [first] = group as [Source, ...Source[]]
  if (group === kinds.npy) {
    const arrays = await arraysOfNpy(group)
    // One .npy with several arrays is a pickle inside.
    return { arrays, format: group.length === 1 && arrays.length > 1 ? 'pickle' : 'npy' }
  }
  if (group === kinds.pickle) {
    const value = readPickle(await readAll(first), { file: first.name })
    return { arrays: arraysOfPickle(value, first.name), format: 'pickle' }
  }
  return { arrays: await arraysOfNpz(first), format: 'npz' }
}
