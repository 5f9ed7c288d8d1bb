import { FormatError } from '@dotplus/core'
import type { CallSpec, LayerSpec, ModelSpec } from './model-spec.ts'
import { describeJson, type Json, type JsonObject } from './python-json.ts'
import { readLayer, shapeOf, type ModelOrigin } from './read-model.ts'
import { isJsonObject } from './python-json.ts'

type Shape = readonly (number | null)[]

/** Layers whose first argument is text, whatever their own dtype is. */
const textLayers: ReadonlySet<string> = new Set(['TextVectorization', 'StringLookup'])

/** Reads a Sequential model as a chain of calls; an input that its config leaves out is made up as Keras does. */
export function readSequential(
  config: JsonObject,
  serialized: JsonObject,
  origin: ModelOrigin,
  path: string,
): ModelSpec {
  const list = config.layers
  if (!Array.isArray(list) || list.length === 0) {
    throw new FormatError('a Sequential model without layers', {
      file: origin.file,
      place: path || 'model config',
      got: describeJson(list),
    })
  }
  const layers = list.map((json) => readLayer(json, origin, path))
  const [first] = layers as [Omit<LayerSpec, 'calls'>]
  if (first.className !== 'InputLayer') {
    layers.unshift(madeUpInput(first, inputShapeOf(config, serialized, first, list[0], origin)))
  }
  rejectSameNames(layers, origin, path)
  const calls = layers.map((layer, index): LayerSpec => {
    const previous = layers[index - 1]
    const call: CallSpec = previous
      ? {
          positional: [{ kind: 'tensor', value: { layer: previous.name, node: 0, output: 0 } }],
          keywords: [],
        }
      : { positional: [], keywords: [] }
    return { ...layer, calls: [call] }
  })
  const input = calls[0] as LayerSpec
  const output = calls.at(-1) as LayerSpec
  return {
    name: typeof config.name === 'string' ? config.name : 'sequential',
    layers: calls,
    inputs: [{ name: input.name, tensor: { layer: input.name, node: 0, output: 0 } }],
    inputKeys: undefined,
    outputs: [{ name: output.name, tensor: { layer: output.name, node: 0, output: 0 } }],
  }
}

function rejectSameNames(
  layers: readonly Omit<LayerSpec, 'calls'>[],
  { file }: ModelOrigin,
  path: string,
): void {
  const names = new Set<string>()
  for (const { name } of layers) {
    if (names.has(name)) {
      const place = path || 'model config'
      throw new FormatError('two layers have the same name', { file, place, got: name })
    }
    names.add(name)
  }
}

function madeUpInput(
  first: Omit<LayerSpec, 'calls'>,
  shape: Shape | undefined,
): Omit<LayerSpec, 'calls'> & { implicit: true } {
  const inner = first.model?.layers.find(({ className }) => className === 'InputLayer')
  const dtype: Json | undefined = inner?.config.dtype ?? inputDtype(first)
  return {
    name: `${first.name}_input`,
    className: 'InputLayer',
    registeredName: undefined,
    module: 'keras.layers',
    config: {
      name: `${first.name}_input`,
      batch_shape: shape ? [...shape] : null,
      dtype: dtype ?? 'float32',
    },
    op: undefined,
    inputShape: undefined,
    model: undefined,
    implicit: true,
  }
}

function inputDtype(first: Omit<LayerSpec, 'calls'>): Json | undefined {
  if (textLayers.has(first.className)) return 'string'
  // Keras 1 tells the dtype of the input apart from the layer's.
  const dtype = first.config.input_dtype ?? first.config.dtype
  return typeof dtype === 'string' ? dtype : undefined
}

/** The model's input shape from wherever a generation of Keras keeps it. */
function inputShapeOf(
  config: JsonObject,
  serialized: JsonObject,
  first: Omit<LayerSpec, 'calls'>,
  firstJson: Json | undefined,
  origin: ModelOrigin,
): Shape | undefined {
  const build = isJsonObject(serialized.build_config)
    ? serialized.build_config.input_shape
    : undefined
  const inner = first.model?.layers.find(({ className }) => className === 'InputLayer')?.config
  const candidates: (Json | undefined)[] = [
    first.config.batch_input_shape,
    first.config.batch_shape,
    withBatch(first.config.input_shape),
    config.build_input_shape,
    build,
    isJsonObject(firstJson) && isJsonObject(firstJson.build_config)
      ? firstJson.build_config.input_shape
      : undefined,
    inner?.batch_shape,
    inner?.batch_input_shape,
  ]
  for (const candidate of candidates) {
    const shape = shapeOf(candidate)
    if (shape) return shape
  }
  return origin.inputShape
}

function withBatch(shape: Json | undefined): Json | undefined {
  return Array.isArray(shape) ? [null, ...shape] : undefined
}
