import { FormatError } from '@dotplus/core'
import type { CallSpec, LayerSpec, SpecValue } from './model-spec.ts'
import {
  describeJson,
  isJsonObject,
  isPythonFloat,
  type Json,
  type JsonObject,
} from './python-json.ts'
import {
  isReference,
  readSerializedList,
  readSerializedValue,
  type ValuePlace,
} from './serialized-values.ts'

/** How Keras 1 and 2 write a constant among the tensors: ["_CONSTANT_VALUE", -1, value, …]. */
const constantMark = '_CONSTANT_VALUE'
/** Function nodes of Keras 2, whose inbound nodes have one level of nesting less. */
const functionNodes: ReadonlySet<string> = new Set([
  'TFOpLambda',
  'SlicingOpLambda',
  'ClassMethod',
  'InstanceMethod',
  'InstanceProperty',
])

/**
 * Reads the calls of a layer.
 *
 * Keras 3 writes `{"args": […], "kwargs": {…}}` per call; Keras 1 and 2 write the structure of the first argument with
 * `["layer", node, tensor, kwargs]` as leaves.
 */
export function readInboundNodes(
  json: Json | undefined,
  layer: Pick<LayerSpec, 'className'>,
  where: ValuePlace,
): { calls: CallSpec[]; form: 'object' | 'list' | 'none' } {
  if (json === undefined || json === null) return { calls: [], form: 'none' }
  if (!Array.isArray(json)) {
    throw new FormatError('the model config is damaged', {
      ...where,
      expected: 'a list of calls',
      got: describeJson(json),
    })
  }
  if (json.length === 0) return { calls: [], form: 'none' }
  const [first] = json
  if (isJsonObject(first) && 'args' in first) {
    return { calls: json.map((node) => readCall(node, where)), form: 'object' }
  }
  const single = functionNodes.has(layer.className)
  return { calls: json.map((node) => readListCall(node, single, where)), form: 'list' }
}

function readCall(node: Json, where: ValuePlace): CallSpec {
  const { args, kwargs } = isJsonObject(node) ? node : {}
  if (!Array.isArray(args) || !isJsonObject(kwargs)) {
    throw new FormatError('the model config is damaged', {
      ...where,
      expected: 'args and kwargs',
      got: describeJson(node),
    })
  }
  return {
    positional: readSerializedList(args, where),
    keywords: Object.entries(kwargs).map(
      ([name, value]) =>
        [name, readSerializedValue(value, where, isPythonFloat(kwargs, name))] as const,
    ),
  }
}

function readListCall(node: Json, single: boolean, where: ValuePlace): CallSpec {
  const keywords = new Map<string, SpecValue>()
  const leaf = (reference: readonly Json[]): SpecValue => {
    const [name, index, output, kwargs] = reference as [string, number, number, Json | undefined]
    if (isJsonObject(kwargs)) {
      for (const [key, value] of Object.entries(kwargs))
        keywords.set(key, readKeyword(value, where, isPythonFloat(kwargs, key)))
    }
    if (name === constantMark) return readKeyword(reference[2], where)
    return { kind: 'tensor', value: { layer: name, node: index, output } }
  }
  const read = (json: Json): SpecValue => {
    if (Array.isArray(json) && (isReference(json) || json[0] === constantMark)) return leaf(json)
    if (Array.isArray(json)) return { kind: 'list', items: json.map((item) => read(item)) }
    if (isJsonObject(json))
      return {
        kind: 'dict',
        entries: Object.entries(json).map(([key, value]) => [key, read(value ?? null)] as const),
      }
    throw new FormatError('the model config is damaged', {
      ...where,
      expected: '["layer", node index, tensor index]',
      got: describeJson(json),
    })
  }
  const value = single && isReference(node) ? leaf(node) : read(node)
  // A list of one tensor is that tensor.
  const positional = value.kind === 'list' && value.items.length === 1 ? value.items : [value]
  return { positional, keywords: [...keywords] }
}

/** Keyword values hold tensors as ["layer", node, tensor], also within lists and slices. */
function readKeyword(json: Json | undefined, where: ValuePlace, isFloat = false): SpecValue {
  if (isReference(json) && json.length === 3)
    return { kind: 'tensor', value: { layer: json[0], node: json[1], output: json[2] } }
  if (Array.isArray(json))
    return { kind: 'list', items: json.map((item) => readKeyword(item, where)) }
  if (isJsonObject(json) && json.class_name === undefined) return readPlainObject(json, where)
  return readSerializedValue(json, where, isFloat)
}

function readPlainObject(json: JsonObject, where: ValuePlace): SpecValue {
  if ('start' in json && 'stop' in json && 'step' in json) {
    return {
      kind: 'slice',
      start: readKeyword(json.start, where),
      stop: readKeyword(json.stop, where),
      step: readKeyword(json.step, where),
    }
  }
  return {
    kind: 'dict',
    entries: Object.entries(json).map(([key, value]) => [key, readKeyword(value, where)] as const),
  }
}
