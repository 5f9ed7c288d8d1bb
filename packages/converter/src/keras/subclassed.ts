import type { CallSpec, LayerSpec, ModelSpec } from './model-spec.ts'
import { isJsonObject, type Json, type JsonObject } from './python-json.ts'
import type { ModelOrigin } from './read-model.ts'

type Shape = (number | null)[]

/**
 * A subclassed model as a graph of its inputs and one layer, itself: what it computes only its Python code knows, or a
 * composition registered for its class.
 *
 * @param layer the model read as a layer
 */
export function readSubclassed(
  serialized: JsonObject,
  layer: Omit<LayerSpec, 'calls'>,
  { inputShape }: ModelOrigin,
): ModelSpec {
  const built = shapesOf(serialized.build_config)
  const shapes = built.length > 0 ? built : [inputShape ? [...inputShape] : null]
  const inputs = shapes.map((shape, index) =>
    inputLayer(index === 0 ? 'input' : `input_${index}`, shape),
  )
  const tensors = inputs.map(({ name }) => ({ layer: name, node: 0, output: 0 }))
  const call: CallSpec = {
    positional: tensors.map((value) => ({ kind: 'tensor', value })),
    keywords: [],
  }
  const [first] = shapes
  const self: LayerSpec = {
    ...layer,
    inputShape: first ?? undefined,
    isWholeModel: true,
    calls: [call],
  }
  return {
    name: layer.name,
    layers: [...inputs, self],
    inputs: inputs.map(({ name }, index) => ({
      name,
      tensor: tensors[index] as (typeof tensors)[number],
    })),
    inputKeys: undefined,
    outputs: [{ name: 'output', tensor: { layer: layer.name, node: 0, output: 0 } }],
  }
}

function inputLayer(name: string, shape: Shape | null): LayerSpec {
  return {
    name,
    className: 'InputLayer',
    registeredName: undefined,
    module: 'keras.layers',
    config: { name, batch_shape: shape, dtype: 'float32' },
    op: undefined,
    inputShape: undefined,
    model: undefined,
    implicit: true,
    calls: [{ positional: [], keywords: [] }],
  }
}

/** The shapes of all inputs in a build_config: one, a list of them, or a dict of them by sorted key. */
function shapesOf(build: Json | undefined): Shape[] {
  if (!isJsonObject(build)) return []
  return shapesIn(build.input_shape ?? build.shapes_dict)
}

function shapesIn(json: Json | undefined): Shape[] {
  // The batch is that of the call that built the model; any other will do.
  if (isShape(json)) return [[null, ...json.slice(1)]]
  if (Array.isArray(json)) return json.flatMap(shapesIn)
  if (!isJsonObject(json)) return []
  const keys = Object.keys(json).toSorted((a, b) => (a < b ? -1 : 1))
  return keys.flatMap((key) => shapesIn(json[key]))
}

function isShape(json: Json | undefined): json is Shape {
  return (
    Array.isArray(json) &&
    json.length > 0 &&
    json.every((size) => size === null || typeof size === 'number')
  )
}
