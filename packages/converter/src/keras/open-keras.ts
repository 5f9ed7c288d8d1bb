import { FormatError } from '@dotplus/core'
import { openHdf5, type Hdf5Group } from '../binary/hdf5/hdf5.ts'
import type { ZipArchive } from '../binary/zip.ts'
import { readAll, type Source } from '../source.ts'
import type { WeightStore } from '../weights/bound-weights.ts'
import { isLegacyWeights, legacyH5Store, legacyWeightsGroup } from '../weights/legacy-h5.ts'
import { mergedGroup } from '../weights/merged-group.ts'
import { weightsH5Store } from '../weights/weights-h5.ts'
import { kerasMajorOf, type OpenedModel } from './opened-model.ts'
import { isJsonObject, parsePythonJson, type Json } from './python-json.ts'
import { readModel, type ModelOrigin } from './read-model.ts'

/** Files of a `.keras` archive. */
export const configEntry = 'config.json'
const metadataEntry = 'metadata.json'
const weightsEntry = 'model.weights.h5'
const assetsFolder = 'assets/'

type InputShape = ModelOrigin['inputShape']

/** A `.keras` archive: config.json, metadata.json, model.weights.h5 and assets. */
export async function openKerasArchive(
  source: Source,
  zip: ZipArchive,
  inputShape: InputShape,
): Promise<OpenedModel> {
  const text = async (entry: string): Promise<string> =>
    new TextDecoder().decode(await zip.read(entry))
  const place = (entry: string): string => `${source.name}/${entry}`
  const config = parsePythonJson(await text(configEntry), source.name, configEntry)
  const metadata = zip.has(metadataEntry)
    ? parsePythonJson(await text(metadataEntry), source.name, metadataEntry)
    : null
  const kerasVersion = stringIn(metadata, 'keras_version')
  const kerasMajor = kerasMajorOf(kerasVersion, 3)
  if (!zip.has(weightsEntry)) {
    throw new FormatError('the archive has no weights', {
      file: source.name,
      expected: weightsEntry,
      got: zip.names.slice(0, 8).join(', '),
    })
  }
  const root = await openHdf5(await zip.open(weightsEntry))
  const assets = new Map<string, string>()
  for (const name of zip.names) {
    if (name.startsWith(assetsFolder) && name.endsWith('.txt'))
      assets.set(name.slice(assetsFolder.length), await text(name))
  }
  return {
    format: 'keras-v3',
    file: source.name,
    sources: [source],
    model: readModel(config, { file: source.name, kerasMajor, inputShape }, ''),
    store: weightsH5Store(root, place(weightsEntry)),
    kerasVersion,
    backend: '',
    kerasMajor,
    assets,
  }
}

/** A whole model in one `.h5` file, as Keras 1, 2 and 3 write it; undefined when the file holds weights only. */
export function openKerasH5(
  source: Source,
  root: Hdf5Group,
  weights: Hdf5Group | undefined,
  inputShape: InputShape,
): OpenedModel | undefined {
  const text = root.attributes.get('model_config')?.strings?.[0]
  if (text === undefined) return undefined
  const config = parsePythonJson(text, source.name, 'model_config')
  const kerasVersion =
    attribute(root, 'keras_version') || (weights ? attribute(weights, 'keras_version') : '')
  // Keras 1.0 wrote no version.
  const kerasMajor = kerasMajorOf(kerasVersion, 1)
  if (!weights)
    throw new FormatError('the HDF5 file has no model_weights', {
      file: source.name,
      got: root.names.join(', ') || 'no groups',
    })
  return {
    format: 'keras-h5',
    file: source.name,
    sources: [source],
    model: readModel(config, { file: source.name, kerasMajor, inputShape }, ''),
    store: legacyH5Store(weights, source.name),
    kerasVersion,
    backend: attribute(root, 'backend'),
    kerasMajor,
    assets: new Map(),
  }
}

/** `model.to_json()` with a file of weights, of Keras 3 (`.weights.h5`) or older. */
export async function openJsonAndWeights(
  json: Source,
  weights: readonly Source[],
  inputShape: InputShape,
): Promise<OpenedModel> {
  const config = parsePythonJson(
    new TextDecoder().decode(await readAll(json)),
    json.name,
    'model config',
  )
  const parts: Hdf5Group[] = []
  for (const part of weights) parts.push(await openHdf5(part))
  const root = mergedGroup(parts)
  const legacy = await legacyWeightsGroup(root)
  const stored =
    stringIn(config, 'keras_version') || (legacy ? attribute(legacy, 'keras_version') : '')
  const kerasMajor = kerasMajorOf(stored, isJsonObject(config) && 'module' in config ? 3 : 2)
  return {
    format: 'weights-h5+json',
    file: json.name,
    sources: [json, ...weights],
    model: readModel(config, { file: json.name, kerasMajor, inputShape }, ''),
    store: weightsStore(root, legacy, weights[0]?.name ?? json.name),
    kerasVersion: stored,
    backend: stringIn(config, 'backend'),
    kerasMajor,
    assets: new Map(),
  }
}

/** The store for a weights file of either layout. */
export function weightsStore(
  root: Hdf5Group,
  legacy: Hdf5Group | undefined,
  file: string,
): WeightStore {
  if (legacy && isLegacyWeights(legacy)) return legacyH5Store(legacy, file)
  if (!root.has('layers') && !root.has('_layer_checkpoint_dependencies') && !root.has('vars')) {
    throw new FormatError('the HDF5 file holds no weights of Keras', {
      file,
      expected: 'a group "layers", or layer_names',
      got: root.names.slice(0, 8).join(', ') || 'no groups',
    })
  }
  return weightsH5Store(root, file)
}

function attribute(group: Hdf5Group, name: string): string {
  return group.attributes.get(name)?.strings?.[0] ?? ''
}

function stringIn(json: Json, key: string): string {
  const value = isJsonObject(json) ? json[key] : undefined
  return typeof value === 'string' ? value : ''
}
