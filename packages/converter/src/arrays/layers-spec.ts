import { UsageError } from '@dotplus/core'
import {
  describeJson,
  isJsonObject,
  parsePythonJson,
  type Json,
  type JsonObject,
} from '../keras/python-json.ts'

/** One layer of a spec: Keras's class name and its arguments, as in `model.get_config()`. */
export interface LayerEntry {
  readonly className: string
  readonly config: JsonObject
}

/** Layers for arrays that come without an architecture: a Sequential model. */
export interface LayersSpec {
  readonly layers: readonly LayerEntry[]
  /** Without the batch dimension; taken from the first Dense kernel when left out. */
  readonly inputShape: readonly (number | null)[] | undefined
}

/**
 * Reads a spec: JSON text, or the value of it. The format is in the package's README.
 *
 * @param file name for errors
 * @throws {UsageError} naming the entry that is wrong
 */
export function parseLayersSpec(spec: string | Json, file = 'layers'): LayersSpec {
  const json = typeof spec === 'string' ? parsePythonJson(spec, file, 'layers spec') : spec
  const [list, inputShape] = isJsonObject(json)
    ? [json.layers, json.input_shape]
    : [json, undefined]
  if (!Array.isArray(list) || list.length === 0) {
    throw new UsageError('the layers spec is no list of layers', {
      file,
      expected: '[{"layer": "Dense", "activation": "relu"}, …]',
      got: describeJson(json),
    })
  }
  if (inputShape !== undefined && !isShape(inputShape)) {
    throw new UsageError('input_shape of the layers spec', {
      file,
      expected: 'a list such as [4]',
      got: describeJson(inputShape),
    })
  }
  return { layers: list.map((entry, index) => readEntry(entry, `${file}[${index}]`)), inputShape }
}

function isShape(json: Json): json is (number | null)[] {
  return (
    Array.isArray(json) &&
    json.every(
      (size) => size === null || (typeof size === 'number' && Number.isInteger(size) && size > 0),
    )
  )
}

function readEntry(entry: Json, place: string): LayerEntry {
  if (typeof entry === 'string') return { className: entry, config: {} }
  if (isJsonObject(entry)) {
    if (typeof entry.layer === 'string') {
      const { layer, ...config } = entry
      return { className: layer, config }
    }
    if (typeof entry.class_name === 'string' && isJsonObject(entry.config ?? {})) {
      return { className: entry.class_name, config: (entry.config ?? {}) as JsonObject }
    }
  }
  throw new UsageError('an entry of the layers spec', {
    place,
    expected: '{"layer": "Dense", "activation": "relu"}',
    got: describeJson(entry),
  })
}

/**
 * The shorthand for an MLP: one Dense layer per activation, "relu,relu,linear".
 *
 * @throws {UsageError} when an activation is empty
 */
export function denseLayers(activations: string | readonly string[]): LayersSpec {
  const names = (typeof activations === 'string' ? activations.split(',') : activations).map(
    (name) => name.trim(),
  )
  if (names.length === 0 || names.includes('')) {
    throw new UsageError('activations of the Dense layers', {
      expected: 'names such as relu,relu,linear',
      got: JSON.stringify(activations),
    })
  }
  return {
    layers: names.map((activation) => ({ className: 'Dense', config: { activation } })),
    inputShape: undefined,
  }
}
