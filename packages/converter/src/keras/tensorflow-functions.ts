import { UsageError, type DType } from '@dotplus/core'
import { composeLayer } from '../custom/compose.ts'
import type { Block } from '../custom/composition.ts'
import {
  mapTensors,
  tensorsOf,
  type CallSpec,
  type LayerSpec,
  type ModelSpec,
  type SpecValue,
  type TensorRef,
} from './model-spec.ts'
import type { Json, JsonObject } from './python-json.ts'
import { readSerializedValue, type ValuePlace } from './serialized-values.ts'
import { tensorflowCompositions, type TensorflowComposition } from './tensorflow-compositions.ts'
import { Given, NoCounterpart } from './tensorflow-given.ts'
import { tensorflowFunctions, type Translation } from './tensorflow-function-table.ts'

const classNames: ReadonlySet<string> = new Set(['TFOpLambda', 'SlicingOpLambda'])

/** True for the nodes in which Keras 2 keeps calls of TensorFlow functions and operators. */
export function isTensorflowNode({ className }: Pick<LayerSpec, 'className'>): boolean {
  return classNames.has(className)
}

/**
 * A TensorFlow function node as a node of `keras.ops`: tensors positional, static arguments in the config.
 *
 * @returns undefined when there is no counterpart
 */
export function translateFunction(layer: LayerSpec, file: string): LayerSpec | undefined {
  const [call] = layer.calls
  if (!call) return undefined
  const composition = entryOf(tensorflowCompositions, layer.config.function)
  if (composition) return composeFunction(layer, composition, call, file)
  const translation = entryOf(tensorflowFunctions, layer.config.function)
  if (!translation) return undefined
  const { op, tensors, required = 1, indices, layer: className } = translation
  const keywords = new Map(call.keywords)
  const found = translatedSettings(translation, keywords)
  const positional: SpecValue[] = [...call.positional]
  for (const parameter of tensors.slice(positional.length)) {
    const value = keywords.get(parameter)
    if (value) positional.push(value)
    keywords.delete(parameter)
  }
  const place = { file, layer: layer.name, place: 'inbound_nodes' }
  const constants = positional.map((value, index) =>
    asArray(value, indices?.includes(tensors[index] ?? '') ? 'int32' : 'float32', place),
  )
  keywords.delete('name')
  const subscripts = op === 'matmul' ? transposedProduct(keywords) : undefined
  if (!found || [...keywords.values()].some((value) => !saysNothing(value))) return undefined
  if (constants.length < required) return undefined
  const { settings, given } = found
  const calls = [{ positional: constants, keywords: given }]
  if (className) {
    const { name, trainable, dtype } = layer.config
    return { ...layer, className, config: { name, trainable, dtype }, calls }
  }
  const config = subscripts === undefined ? settings : { ...settings, subscripts }
  const opName = subscripts === undefined ? op : 'einsum'
  return { ...layer, op: opName, config, calls }
}

/** The function of a model that calls no other, called with what the model is called with. */
function onlyFunction(
  layer: LayerSpec,
  { layers, inputs, outputs }: ModelSpec,
  tensors: readonly TensorRef[],
): LayerSpec | undefined {
  const [only, ...others] = layers.filter(({ op }) => op !== undefined)
  const [call] = only?.calls ?? []
  const isAll = outputs.every(({ tensor }, i) => tensor.layer === only?.name && tensor.output === i)
  if (!only || !call || others.length > 0 || !isAll) return undefined
  const given = new Map(inputs.map(({ tensor }, i) => [tensor.layer, tensors[i]]))
  const outside = (value: SpecValue): SpecValue =>
    mapTensors(value, (tensor) => given.get(tensor.layer) ?? tensor)
  const calls = call.positional.map(outside)
  const keywords = call.keywords.map(([name, value]) => [name, outside(value)] as const)
  return { ...layer, op: only.op, config: only.config, calls: [{ positional: calls, keywords }] }
}

function entryOf<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: Json | undefined,
): Entry | undefined {
  if (typeof name !== 'string') return undefined
  const known = name.replace(/^compat\.v1\./, '')
  return Object.hasOwn(table, known) ? table[known] : undefined
}

/** A function that takes several of `keras.ops`, as a model of them within the model; of one, as that one. */
function composeFunction(
  layer: LayerSpec,
  { parameters, compose }: TensorflowComposition,
  call: CallSpec,
  file: string,
): LayerSpec | undefined {
  const tensors = [...call.positional, ...call.keywords.map(([, value]) => value)].flatMap(
    (value) => [...tensorsOf(value)],
  )
  if (tensors.length === 0) return undefined
  const positional = tensors.map((value): SpecValue => ({ kind: 'tensor', value }))
  const spec = { ...layer, inputShape: undefined, calls: [{ positional, keywords: [] }] }
  const build = (_config: unknown, block: Block): ReturnType<typeof compose> => {
    const given = new Given(block, parameters, call)
    const outputs = compose(block, given)
    given.finish()
    return outputs
  }
  const readNoLayer = (): never => {
    throw new NoCounterpart()
  }
  try {
    const context = { file, path: layer.name, readLayer: readNoLayer }
    const { model } = composeLayer(build, spec, context)
    return onlyFunction(layer, model, tensors) ?? { ...spec, model }
  } catch (error) {
    if (error instanceof UsageError && error.cause instanceof NoCounterpart) return undefined
    throw error
  }
}

/**
 * The further arguments in the words of `keras.ops`, taken from the keywords: static ones, and those that hold tensors.
 *
 * @returns undefined when one of them means something that `keras.ops` does not have
 */
function translatedSettings(
  { settings = {}, fixed = {}, neutral = {}, adapt = {} }: Translation,
  keywords: Map<string, SpecValue>,
): { settings: JsonObject; given: (readonly [string, SpecValue])[] } | undefined {
  const config: JsonObject = { ...fixed }
  const given: (readonly [string, SpecValue])[] = []
  for (const [name, harmless] of Object.entries(neutral)) {
    const value = keywords.get(name)
    const json = value && plainJson(value)
    if (value && (saysNothing(value) || json === harmless)) keywords.delete(name)
  }
  for (const [from, to] of Object.entries(settings)) {
    const value = keywords.get(from)
    keywords.delete(from)
    if (!value || value.kind === 'none') continue
    const json = plainJson(value)
    if (json === undefined && !tensorsOf(value).next().done) {
      // A tensor where a number may be: an argument of the call.
      delete config[to]
      given.push([to, value])
      continue
    }
    const change = adapt[to]
    const adapted = json !== undefined && change ? change(json) : json
    if (adapted === undefined) return undefined
    config[to] = adapted
  }
  return { settings: config, given }
}

/** A list of numbers where a tensor is meant, as a constant; anything else as it is. */
function asArray(value: SpecValue, dtype: DType, place: ValuePlace): SpecValue {
  if (value.kind !== 'list' || !isNumbers(value)) return value
  const config = { value: plainJson(value) ?? null, dtype }
  return readSerializedValue({ class_name: '__numpy__', config }, place)
}

function isNumbers(value: SpecValue): boolean {
  if (value.kind === 'list') return value.items.length > 0 && value.items.every(isNumbers)
  return value.kind === 'number'
}

/** None, and False as the default of TensorFlow's switches. */
function saysNothing(value: SpecValue): boolean {
  return value.kind === 'none' || (value.kind === 'boolean' && !value.value)
}

/** A matmul of transposed matrices as the subscripts of an einsum; takes the switches from the keywords. */
function transposedProduct(keywords: Map<string, SpecValue>): string | undefined {
  // Of numbers that are not complex the adjoint is the transpose.
  const [a, b] = ['a', 'b'].map((side) =>
    [`transpose_${side}`, `adjoint_${side}`]
      .map((name) => {
        const value = keywords.get(name)
        keywords.delete(name)
        return value !== undefined && !saysNothing(value)
      })
      .some((isTurned) => isTurned),
  )
  if (!a && !b) return undefined
  return `...${a ? 'ji' : 'ij'},...${b ? 'kj' : 'jk'}->...ik`
}

/** A static argument as JSON again; undefined when it holds a tensor. */
function plainJson(value: SpecValue): JsonObject[string] {
  switch (value.kind) {
    case 'boolean':
    case 'number':
    case 'text':
      return value.value
    case 'none':
      return null
    case 'list': {
      const items = value.items.map((item) => plainJson(item))
      return items.every((item) => item !== undefined) ? items : undefined
    }
    default:
      return undefined
  }
}
