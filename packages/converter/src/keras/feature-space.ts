import { FormatError, UnsupportedError } from '@dotplus/core'
import { readFunctional } from './functional.ts'
import type { ModelSpec } from './model-spec.ts'
import { describeJson, isJsonObject, type Json, type JsonObject } from './python-json.ts'
import type { ModelOrigin } from './read-model.ts'

/**
 * Reads a FeatureSpace that was saved by itself: a model with an input (batch, 1) for each feature, whose preprocessor
 * it goes through, crosses of features, encodings of what is categorical, and all of them put together or by name.
 *
 * @see keras/src/layers/preprocessing/feature_space.py
 * @throws {FormatError} when the config lacks what every FeatureSpace has
 */
export function readFeatureSpace(config: JsonObject, origin: ModelOrigin): ModelSpec {
  const features = isJsonObject(config.features) ? Object.entries(config.features) : []
  const crosses = Array.isArray(config.crosses) ? config.crosses : []
  if (features.length === 0) damaged(origin, 'features', config.features)
  const layers: JsonObject[] = []
  const preprocessors = new Set<string>()
  /** What each feature and cross gives, and how many categories it has where it is to be encoded. */
  const given = new Map<string, { readonly layer: string; readonly categories: Json | undefined }>()
  for (const [name, json] of features) {
    const feature = inner(json, origin, `features ${name}`)
    const preprocessor = feature.preprocessor
    if (!isJsonObject(preprocessor)) damaged(origin, `features ${name}`, preprocessor)
    const own = inner(preprocessor, origin, `features ${name}`)
    const layer = typeof own.name === 'string' ? own.name : `${name}_preprocessor`
    layers.push(input(name, feature.dtype), called({ ...preprocessor, name: layer }, name))
    preprocessors.add(layer)
    given.set(name, {
      layer,
      categories:
        feature.output_mode === 'one_hot'
          ? categoriesOf(preprocessor.class_name, own, origin, name)
          : undefined,
    })
  }
  const crossed = new Map<
    string,
    { readonly layer: string; readonly categories: Json | undefined }
  >()
  for (const json of crosses) {
    const cross = inner(json, origin, 'crosses')
    const names = Array.isArray(cross.feature_names) ? cross.feature_names.map(String) : []
    const name = names.join('_X_')
    const from = names.map((each) => given.get(each)?.layer ?? damaged(origin, 'crosses', each))
    const settings = { name, num_bins: cross.crossing_dim, output_mode: 'int', dtype: 'int64' }
    layers.push(called({ class_name: 'HashedCrossing', config: settings, name }, from))
    const isEncoded = cross.output_mode === 'one_hot'
    crossed.set(name, { layer: name, categories: isEncoded ? cross.crossing_dim : undefined })
  }
  const outputs: JsonObject = {}
  for (const [name, { layer, categories }] of [...sorted(given), ...sorted(crossed)]) {
    outputs[name] = [layer, 0, 0]
    if (categories === undefined) continue
    const encoder = `${name}_encoding`
    const settings = { name: encoder, num_tokens: categories, output_mode: 'multi_hot' }
    layers.push(called({ class_name: 'CategoryEncoding', config: settings, name: encoder }, layer))
    outputs[name] = [encoder, 0, 0]
  }
  if (config.output_mode !== 'dict') {
    const from = Object.values(outputs).map((reference) => String((reference as Json[])[0]))
    const name = 'encoded_features'
    layers.push(called({ class_name: 'Concatenate', config: { name, axis: -1 }, name }, from))
  }
  const model = readFunctional(
    {
      name: typeof config.name === 'string' ? config.name : 'feature_space',
      layers,
      input_layers: Object.fromEntries(features.map(([name]) => [name, [name, 0, 0]])),
      output_layers: config.output_mode === 'dict' ? outputs : ['encoded_features', 0, 0],
    },
    origin,
    '',
  )
  return {
    ...model,
    layers: model.layers.map((layer) =>
      preprocessors.has(layer.name)
        ? { ...layer, weightsGroup: 'preprocessors' }
        : { ...layer, implicit: true },
    ),
  }
}

function input(name: string, dtype: Json | undefined): JsonObject {
  const config = { name, batch_shape: [null, 1], dtype: dtype ?? 'float32' }
  return { class_name: 'InputLayer', config, name, inbound_nodes: [] }
}

/** A layer called with the output of another, or a list of these. */
function called(layer: JsonObject, from: string | readonly string[]): JsonObject {
  const tensor = (name: string): JsonObject => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 1], keras_history: [name, 0, 0] },
  })
  const argument = typeof from === 'string' ? tensor(from) : from.map(tensor)
  return { module: 'keras.layers', ...layer, inbound_nodes: [{ args: [argument], kwargs: {} }] }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function inner(json: Json | undefined, origin: ModelOrigin, place: string): JsonObject {
  if (isJsonObject(json) && isJsonObject(json.config)) return json.config
  return damaged(origin, place, json)
}

/** How many categories a preprocessor tells apart. */
function categoriesOf(
  className: Json | undefined,
  config: JsonObject,
  origin: ModelOrigin,
  feature: string,
): Json | undefined {
  const sizes: Readonly<Record<string, Json | undefined>> = {
    StringLookup: config.vocabulary_size,
    IntegerLookup: config.vocabulary_size,
    CategoryEncoding: config.num_tokens,
    Discretization: config.num_bins,
    Hashing: config.num_bins,
    HashedCrossing: config.num_bins,
  }
  const size = typeof className === 'string' ? sizes[className] : undefined
  if (typeof size === 'number') return size
  throw new UnsupportedError('a feature of which the number of categories is not known', {
    file: origin.file,
    place: `features ${feature}`,
    got: describeJson(className),
  })
}

function damaged(origin: ModelOrigin, place: string, got: Json | undefined): never {
  throw new FormatError('the config of the FeatureSpace is damaged', {
    file: origin.file,
    place,
    got: describeJson(got),
  })
}
