import { FormatError, UnsupportedError } from '@dotplus/core'
import { readInboundNodes } from './inbound-nodes.ts'
import {
  mapTensors,
  tensorsOf,
  type CallSpec,
  type LayerSpec,
  type ModelSpec,
  type PortSpec,
  type SpecValue,
  type TensorRef,
} from './model-spec.ts'
import { describeJson, isJsonObject, type Json, type JsonObject } from './python-json.ts'
import { readLayer, type ModelOrigin } from './read-model.ts'
import { isReference } from './serialized-values.ts'
import { isTensorflowNode, translateFunction } from './tensorflow-functions.ts'

/** Reads a Functional model of any Keras: layers, calls, and the structures of inputs and outputs flattened as Keras does. */
export function readFunctional(config: JsonObject, origin: ModelOrigin, path: string): ModelSpec {
  const list = config.layers as Json[]
  const where = { file: origin.file, place: path || 'model config' }
  const names = new Set<string>()
  const layers: LayerSpec[] = []
  let listForm = false
  for (const json of list) {
    const layer = readLayer(json, origin, path)
    if (names.has(layer.name))
      throw new FormatError('two layers have the same name', { ...where, got: layer.name })
    names.add(layer.name)
    const inbound = isJsonObject(json) ? json.inbound_nodes : undefined
    const { calls, form } = readInboundNodes(inbound, layer, {
      file: origin.file,
      layer: layer.name,
      place: 'inbound_nodes',
    })
    listForm ||= form === 'list'
    const inputShape = layer.inputShape ?? firstShape(calls)
    const complete: LayerSpec = {
      ...layer,
      inputShape,
      calls: layer.className === 'InputLayer' ? [{ positional: [], keywords: [] }] : calls,
    }
    layers.push(
      (isTensorflowNode(complete) ? translateFunction(complete, origin.file) : undefined) ??
        complete,
    )
  }
  const inputs = readPorts(config.input_layers, origin, 'input_layers')
  const outputs = readPorts(config.output_layers, origin, 'output_layers')
  const renumber = builtInNodes(layers, outputs.ports, listForm)
  return {
    name: typeof config.name === 'string' ? config.name : 'model',
    layers: layers.map((layer) => ({
      ...layer,
      calls: layer.calls.map((call) => ({
        positional: call.positional.map((value) => mapTensors(value, renumber.calls)),
        keywords: call.keywords.map(
          ([name, value]) => [name, mapTensors(value, renumber.calls)] as const,
        ),
      })),
    })),
    inputs: inputs.ports,
    inputKeys: inputs.keys,
    outputs: outputs.ports.map((port) => ({ ...port, tensor: renumber.outputs(port.tensor) })),
  }
}

/** Shape of the first tensor a layer is called with. */
function firstShape(calls: readonly CallSpec[]): LayerSpec['inputShape'] {
  const [call] = calls
  for (const value of call
    ? [...call.positional, ...call.keywords.map(([, keyword]) => keyword)]
    : []) {
    for (const { shape } of tensorsOf(value)) if (shape) return shape
  }
  return undefined
}

type Renumber = (tensor: TensorRef) => TensorRef

/**
 * A model used as a layer comes with a call of its own, which counts differently over the generations: Keras 1 and 2
 * count it for every model and everywhere, Keras 3 for Functional ones and in `output_layers` only.
 */
function builtInNodes(
  layers: readonly LayerSpec[],
  outputs: readonly PortSpec[],
  listForm: boolean,
): { calls: Renumber; outputs: Renumber } {
  const models = new Map(layers.filter(({ model }) => model).map((layer) => [layer.name, layer]))
  const shift: Renumber = (tensor) => ({ ...tensor, node: Math.max(0, tensor.node - 1) })
  const same: Renumber = (tensor) => tensor
  if (listForm) {
    // Seen from 0 on, the numbers cannot include the built-in call.
    const fromZero = new Set<string>()
    const see = (tensor: TensorRef): void => {
      if (tensor.node === 0) fromZero.add(tensor.layer)
    }
    for (const { calls } of layers) {
      for (const call of calls)
        for (const value of [...call.positional, ...call.keywords.map(([, each]) => each)])
          visitTensors(value, see)
    }
    for (const { tensor } of outputs) see(tensor)
    const renumber: Renumber = (tensor) =>
      models.has(tensor.layer) && !fromZero.has(tensor.layer) ? shift(tensor) : tensor
    return { calls: renumber, outputs: renumber }
  }
  return {
    calls: same,
    outputs: (tensor) =>
      models.get(tensor.layer)?.className === 'Sequential' || !models.has(tensor.layer)
        ? tensor
        : shift(tensor),
  }
}

function visitTensors(value: SpecValue, visit: (tensor: TensorRef) => void): void {
  mapTensors(value, (tensor) => {
    visit(tensor)
    return tensor
  })
}

/**
 * Flattens a structure of references: lists in order, dicts by sorted key, as Keras flattens what it takes and answers.
 * A port is named by its dict key where there is one, else by its layer.
 */
function readPorts(
  structure: Json | undefined,
  origin: ModelOrigin,
  place: string,
): { ports: PortSpec[]; keys: string[] | undefined } {
  const ports: PortSpec[] = []
  const visit = (json: Json | undefined, key: string | undefined, depth: number): void => {
    if (isReference(json)) {
      ports.push({
        name: key ?? json[0],
        tensor: { layer: json[0], node: json[1], output: json[2] },
      })
    } else if (Array.isArray(json)) {
      for (const [index, item] of json.entries()) {
        visit(
          item,
          key === undefined ? undefined : json.length === 1 ? key : `${key}/${index}`,
          depth + 1,
        )
      }
    } else if (isJsonObject(json) && json.class_name === undefined) {
      for (const name of Object.keys(json).toSorted(byCodePoint)) {
        visit(json[name], key === undefined ? name : `${key}/${name}`, depth + 1)
      }
    } else if (json === null) {
      throw new UnsupportedError('an empty place among the model ends', {
        file: origin.file,
        place,
      })
    } else {
      throw new FormatError('the model config is damaged', {
        file: origin.file,
        place,
        expected: 'references ["layer", node index, tensor index]',
        got: describeJson(json),
      })
    }
  }
  visit(structure, undefined, 0)
  if (ports.length === 0)
    throw new FormatError(`the model has no ${place}`, {
      file: origin.file,
      got: describeJson(structure),
    })
  const keys = isJsonObject(structure) ? Object.keys(structure).toSorted(byCodePoint) : undefined
  return { ports: uniquelyNamed(ports), keys: keys?.length === ports.length ? keys : undefined }
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Several outputs of one layer share its name; the second and further get the next number that no other one has. */
function uniquelyNamed(ports: readonly PortSpec[]): PortSpec[] {
  const own = new Set(ports.map(({ name }) => name))
  const used = new Set<string>()
  return ports.map((port) => {
    let { name } = port
    for (let count = 1; used.has(name); count++) {
      const next = `${port.name}_${count}`
      if (!own.has(next)) name = next
    }
    used.add(name)
    return { ...port, name }
  })
}
