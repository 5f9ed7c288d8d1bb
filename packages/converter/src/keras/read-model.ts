import { FormatError, UnsupportedError } from '@dotplus/core'
import { modernize, storedFormOf } from './dialects.ts'
import { readFunctional } from './functional.ts'
import type { LayerSpec, ModelSpec } from './model-spec.ts'
import { opModule } from './op-classes.ts'
import { opOf } from './op-nodes.ts'
import { describeJson, isJsonObject, type Json, type JsonObject } from './python-json.ts'
import { readSequential } from './sequential.ts'
import { readSubclassed } from './subclassed.ts'

/** What reading a config needs to know about where it comes from. */
export interface ModelOrigin {
  readonly file: string
  /** 1, 2 or 3. */
  readonly kerasMajor: number
  /** Shape for a Sequential model whose config has none: batch first. */
  readonly inputShape?: readonly (number | null)[] | undefined
}

const functionalClasses: ReadonlySet<string> = new Set(['Functional', 'Model'])

/** True when a serialized object is a Sequential or Functional model, subclasses included. */
export function isModelConfig(serialized: JsonObject): boolean {
  if (serialized.class_name === 'Sequential') return true
  const config = serialized.config
  return (
    isJsonObject(config) &&
    Array.isArray(config.layers) &&
    'input_layers' in config &&
    'output_layers' in config
  )
}

/**
 * Reads a serialized model: what `model.to_json()` gives and config.json or `model_config` hold.
 *
 * @throws {FormatError} when it is no model config
 */
export function readModel(serialized: Json, origin: ModelOrigin, path: string): ModelSpec {
  return readModern(modernize(serialized, origin.kerasMajor), origin, path)
}

/** A model, or one inside another, in the spelling of Keras 3. */
function readModern(serialized: Json, origin: ModelOrigin, path: string): ModelSpec {
  if (!isJsonObject(serialized) || typeof serialized.class_name !== 'string') {
    throw new FormatError('not a Keras model config', {
      file: origin.file,
      expected: 'an object with class_name and config',
      got: describeJson(serialized),
    })
  }
  const { class_name: className, config } = serialized
  // Before Keras 2.2.3 the config of a Sequential model was the list of its layers.
  if (className === 'Sequential') {
    const object = Array.isArray(config) ? { layers: config } : config
    if (isJsonObject(object)) return readSequential(object, serialized, origin, path)
  }
  if (isJsonObject(config) && isModelConfig(serialized)) return readFunctional(config, origin, path)
  if (!functionalClasses.has(className) && className !== 'Sequential' && path === '')
    return readSubclassed(serialized, layerOf(serialized, origin, path), origin)
  throw new UnsupportedError('the model config has no layers', {
    file: origin.file,
    place: path || 'model config',
    expected: 'a Sequential or Functional model',
    got: className,
  })
}

/** Reads one entry of `config.layers`, without its calls. */
export function readLayer(
  json: Json | undefined,
  origin: ModelOrigin,
  path: string,
): Omit<LayerSpec, 'calls'> {
  if (
    !isJsonObject(json) ||
    typeof json.class_name !== 'string' ||
    !isJsonObject(json.config ?? {})
  ) {
    if (isJsonObject(json) && json.class_name === 'Sequential') return layerOf(json, origin, path)
    throw new FormatError('a layer without class_name and config', {
      file: origin.file,
      place: path,
      got: describeJson(json),
    })
  }
  return layerOf(json, origin, path)
}

function layerOf(json: JsonObject, origin: ModelOrigin, path: string): Omit<LayerSpec, 'calls'> {
  const config = isJsonObject(json.config) ? json.config : {}
  const name = nameOf(json, config)
  const inner = path ? `${path}/${name}` : name
  const className = json.class_name as string
  const module = typeof json.module === 'string' ? json.module : undefined
  return {
    name,
    className,
    registeredName: typeof json.registered_name === 'string' ? json.registered_name : undefined,
    module,
    config,
    op: opOf(className, module ?? moduleOfOp(className, config, origin)),
    inputShape: buildShape(json.build_config),
    storedForm: storedFormOf(json),
    model: isModelConfig(json)
      ? readModern(json, { ...origin, inputShape: undefined }, inner)
      : undefined,
  }
}

/** A `.h5` of Keras 3 tells function nodes from layers of the same name by what their config lacks. */
function moduleOfOp(
  className: string,
  config: JsonObject,
  origin: ModelOrigin,
): string | undefined {
  return origin.kerasMajor >= 3 && !('trainable' in config) ? opModule(className) : undefined
}

function nameOf(json: JsonObject, config: JsonObject): string {
  for (const name of [json.name, config.name]) {
    if (typeof name === 'string') return name
  }
  return String(json.class_name).toLowerCase()
}

/** The first input's shape from a build_config: {"input_shape": …} or {"shapes_dict": {"input_shape": …}}. */
function buildShape(json: Json | undefined): (number | null)[] | undefined {
  if (!isJsonObject(json)) return undefined
  const direct = shapeOf(json.input_shape)
  if (direct) return direct
  const shapes = isJsonObject(json.shapes_dict) ? json.shapes_dict : undefined
  return shapes ? (shapeOf(shapes.input_shape) ?? shapeOf(Object.values(shapes)[0])) : undefined
}

/** A shape as JSON: a list of sizes and nulls; of a list of shapes the first. */
export function shapeOf(json: Json | undefined): (number | null)[] | undefined {
  if (!Array.isArray(json)) return undefined
  if (json.every((size): size is number | null => size === null || typeof size === 'number'))
    return json
  return shapeOf(json[0])
}
