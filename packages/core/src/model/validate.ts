import { ModelError } from '../errors.ts'
import type { Argument, Graph, Value } from './graph.ts'
import { weightsOf, wrappedLayersOf } from './references.ts'
import type { Model } from './model.ts'
import { placesOf } from './shards.ts'
import { elementCount, heldByteLength, storedByteLength, type StoredTensor } from './tensor.ts'

/**
 * Checks everything in a model that could make a reader stray: lengths against shapes, every index, the order of calls,
 * and that no model or wrapper contains itself.
 *
 * @param options `bytesFollow`: tensors may come without their bytes, which are read when they are written
 * @throws {ModelError} naming the file, the layer and the place
 */
export function validateModel(
  model: Model,
  file?: string,
  options: { readonly bytesFollow?: boolean } = {},
): void {
  const layerNames = new Set<string>()
  for (const [index, tensor] of model.tensors.entries())
    validateTensor(model, tensor, index, file, options.bytesFollow === true)
  for (const layer of model.layers) {
    if (layerNames.has(layer.name)) {
      throw new ModelError('two layers have the same name', { file, layer: layer.name })
    }
    layerNames.add(layer.name)
    for (const { field, index } of weightsOf(layer)) {
      checkIndex(index, model.tensors.length, 'tensors', { file, layer: layer.name, place: field })
    }
    for (const { field, index } of wrappedLayersOf(layer)) {
      checkIndex(index, model.layers.length, 'layers', { file, layer: layer.name, place: field })
    }
    if (layer.kind === 'submodel' && layer.submodel.graph) {
      validateGraph(model, layer.submodel.graph, { file, layer: layer.name })
    }
  }
  if (!model.graph) throw new ModelError('the model has no graph', { file })
  validateGraph(model, model.graph, { file })
  rejectCycles(model, file)
  for (const [number, entry] of model.cases.entries()) {
    const place = `case ${entry.name || number}`
    for (const index of [
      ...entry.inputs,
      ...entry.outputs,
      ...entry.checkpoints.map((point) => point.value),
    ]) {
      checkIndex(index, model.tensors.length, 'tensors', { file, place })
    }
  }
}

interface Where {
  readonly file: string | undefined
  readonly layer?: string
  readonly place?: string
}

function checkIndex(index: number, length: number, what: string, where: Where): void {
  if (index >= length) {
    throw new ModelError(`index into ${what} out of range`, {
      ...where,
      expected: `below ${length}`,
      got: `${index}`,
    })
  }
}

function validateTensor(
  model: Model,
  tensor: StoredTensor,
  index: number,
  file: string | undefined,
  bytesFollow: boolean,
): void {
  const where = { file, place: `tensor ${tensor.name || index}` }
  if (tensor.dtype === undefined) throw new ModelError('the tensor has no dtype', where)
  const count = elementCount(tensor.shape)
  if (!(count <= Number.MAX_SAFE_INTEGER)) {
    throw new ModelError('the shape is too large', {
      ...where,
      got: `[${tensor.shape.join(', ')}]`,
    })
  }
  if (tensor.dtype === 'string') {
    if (tensor.strings.length !== count) {
      throw new ModelError('number of strings', {
        ...where,
        expected: `${count}`,
        got: `${tensor.strings.length}`,
      })
    }
    return
  }
  const expected = storedByteLength(tensor.dtype, tensor.shape)
  const places = placesOf(tensor)
  for (const { shard: index, offset, byteLength } of places) {
    checkIndex(index, model.shards.length, 'shards', where)
    const shard = model.shards[index]
    if (shard && offset + byteLength > shard.byteLength) {
      throw new ModelError('tensor beyond the end of its shard', {
        ...where,
        expected: `at most ${shard.byteLength} bytes in ${shard.name}`,
        got: `${offset} + ${byteLength}`,
      })
    }
  }
  const got =
    places.length > 0 && heldByteLength(tensor) === 0
      ? places.reduce((sum, { byteLength }) => sum + byteLength, 0)
      : heldByteLength(tensor)
  if (got !== expected && !(bytesFollow && got === 0)) {
    throw new ModelError(`bytes of ${tensor.dtype} [${tensor.shape.join(', ')}]`, {
      ...where,
      expected: `${expected}`,
      got: `${got}`,
    })
  }
}

function validateGraph(model: Model, graph: Graph, where: Where): void {
  for (const [number, call] of graph.calls.entries()) {
    const callWhere = { ...where, place: `call ${number}` }
    checkIndex(call.layer, model.layers.length, 'layers', callWhere)
    for (const argument of call.arguments) validateValue(model, argument.value, number, callWhere)
  }
  for (const port of [...graph.inputs, ...graph.outputs]) {
    const portWhere = { ...where, place: `port ${port.name}` }
    if (!port.value) throw new ModelError('the port is not connected', portWhere)
    checkIndex(port.value.call, graph.calls.length, 'calls', portWhere)
  }
}

/** References may only point to calls before `limit`, so a graph cannot loop. */
function validateValue(model: Model, value: Value | undefined, limit: number, where: Where): void {
  if (value === undefined) throw new ModelError('an argument has no value', where)
  switch (value.kind) {
    case 'ref':
      checkIndex(value.ref.call, limit, 'earlier calls', where)
      return
    case 'tensor':
      checkIndex(value.tensor, model.tensors.length, 'tensors', where)
      return
    case 'list':
      for (const item of value.list.items) validateValue(model, item, limit, where)
      return
    case 'dict':
      for (const entry of value.dict.entries) validateArgument(model, entry, limit, where)
      return
    case 'slice':
      for (const bound of [value.slice.start, value.slice.stop, value.slice.step]) {
        if (bound) validateValue(model, bound, limit, where)
      }
      return
    default:
  }
}

function validateArgument(model: Model, argument: Argument, limit: number, where: Where): void {
  validateValue(model, argument.value, limit, where)
}

/** A submodel or wrapper that contains itself, directly or not, would never end. */
function rejectCycles(model: Model, file: string | undefined): void {
  const state = new Uint8Array(model.layers.length)
  const open = 1
  const done = 2
  const visit = (index: number): void => {
    if (state[index] === done) return
    const layer = model.layers[index]
    if (!layer) return
    if (state[index] === open)
      throw new ModelError('the layer contains itself', { file, layer: layer.name })
    state[index] = open
    for (const inner of wrappedLayersOf(layer)) visit(inner.index)
    if (layer.kind === 'submodel')
      for (const call of layer.submodel.graph?.calls ?? []) visit(call.layer)
    state[index] = done
  }
  for (const index of model.layers.keys()) visit(index)
}
