import {
  ModelError,
  UnsupportedError,
  type Argument,
  type Call,
  type Graph,
  type LayerIndex,
  type Port,
  type ValueRef,
} from '@dotplus/core'
import { tensorArguments } from '../custom/compose.ts'
import { shapeOf } from '../keras/read-model.ts'
import { isDType } from '../keras/number-array.ts'
import {
  tensorsOf,
  type CallSpec,
  type LayerSpec,
  type ModelSpec,
  type PortSpec,
  type SpecValue,
  type TensorRef,
} from '../keras/model-spec.ts'
import type { BuildInput } from './model-builder.ts'
import { argument, isNothing, refOf, type ValueScope } from './arguments.ts'
import { orderCalls } from './call-order.ts'
import type { PlannedLayer } from './planned-layer.ts'

/** The calls, inputs and outputs of a model. */
export function buildGraph(
  model: ModelSpec,
  planned: readonly PlannedLayer[],
  indices: ReadonlyMap<string, LayerIndex>,
  input: Pick<BuildInput, 'file' | 'tensors' | 'problems'>,
  variable?: ValueScope['variable'],
): Graph {
  const { file, tensors, problems } = input
  const plannedByName = new Map(planned.map((layer) => [layer.spec.name, layer]))
  const callIndex = new Map<string, number>()
  const find = (tensor: TensorRef): ValueRef | undefined => {
    const call = callIndex.get(`${tensor.node}:${tensor.layer}`)
    return call === undefined ? undefined : { call, output: tensor.output }
  }
  const calls: Call[] = []
  for (const { layer, node, call } of orderCalls(model.layers, file)) {
    const owner = plannedByName.get(layer.name) as PlannedLayer
    const scope: ValueScope = {
      file,
      layer: owner.path,
      tensors,
      find,
      ...(variable && { variable }),
    }
    const converted = problems.catch(() => argumentsOf(owner, call, scope))
    callIndex.set(`${node}:${layer.name}`, calls.length)
    calls.push({ layer: indices.get(layer.name) as LayerIndex, arguments: converted ?? [] })
  }
  const scope: ValueScope = { file, layer: model.name, tensors, find }
  return {
    calls,
    inputs: model.inputs.map((port) => inputPort(port, model.layers, scope)),
    outputs: model.outputs.map((port) => ({
      name: port.name,
      value: refOf(port.tensor, scope),
      shape: [],
      optional: false,
    })),
  }
}

function inputPort(port: PortSpec, layers: readonly LayerSpec[], scope: ValueScope): Port {
  const layer = layers.find(({ name }) => name === port.tensor.layer)
  if (layer?.className !== 'InputLayer') {
    throw new ModelError('a model input that is no InputLayer', {
      file: scope.file,
      layer: port.tensor.layer,
      expected: 'InputLayer',
      got: layer?.className ?? 'no such layer',
    })
  }
  const { dtype, batch_shape: newShape, batch_input_shape: oldShape, optional } = layer.config
  return {
    name: port.name,
    value: refOf(port.tensor, scope),
    dtype: isDType(dtype) ? dtype : 'float32',
    shape: (shapeOf(newShape ?? oldShape) ?? []).map((size) => size ?? -1),
    optional: optional === true,
  }
}

function argumentsOf(owner: PlannedLayer, call: CallSpec, scope: ValueScope): Argument[] {
  const { body } = owner
  if (body.type === 'model') return submodelArguments(owner, call, scope)
  if (body.type === 'composed') return composedArguments(owner, call, scope)
  const { positional, keywords } =
    body.type === 'layer' ? (body.converter.normalizeCall?.(call) ?? call) : call
  const args = positional.map((value) => argument('', value, scope))
  for (const [name, value] of keywords) {
    // For a layer None is the same as leaving the argument out; a function may mean it.
    if (body.type !== 'op' && isNothing(value)) continue
    if (name === 'training' && body.type !== 'op')
      checkTraining(value, owner.config.place.kerasMajor, scope)
    else args.push(argument(name, value, scope))
  }
  return args
}

/**
 * `training=False` is what inference does anyway. In Keras 3 `predict` overrides what the graph holds; in Keras 2 a layer
 * called with `training=True` stays in training.
 */
function checkTraining(value: SpecValue, kerasMajor: number, scope: ValueScope): void {
  if (kerasMajor >= 3) return
  if (value.kind === 'boolean' && !value.value) return
  if (value.kind === 'number' && value.value === 0) return
  throw new UnsupportedError('a layer that is called as in training', {
    file: scope.file,
    layer: scope.layer,
    place: 'argument training',
    expected: 'false',
    got: value.kind === 'boolean' ? 'true' : value.kind,
    hint: 'Call the layer without training=True and save the model again',
  })
}

/** A composed layer takes every tensor it is called with, whatever the argument is called in Python. */
function composedArguments(owner: PlannedLayer, call: CallSpec, scope: ValueScope): Argument[] {
  const training = call.keywords.find(([name]) => name === 'training')?.[1]
  if (training && !isNothing(training))
    checkTraining(training, owner.config.place.kerasMajor, scope)
  const masks = call.keywords.filter(([name, value]) => name === 'mask' && !isNothing(value))
  return [
    ...tensorArguments(call).map((value) => argument('', value, scope)),
    ...masks.map(([name, value]) => argument(name, value, scope)),
  ]
}

/** A model takes its tensors in the order of its inputs, whichever structure it is called with. */
function submodelArguments(owner: PlannedLayer, call: CallSpec, scope: ValueScope): Argument[] {
  const model = owner.spec.model as ModelSpec
  const [first, ...more] = call.positional
  const keywords = call.keywords.filter(
    ([name, value]) => name !== 'mask' && name !== 'training' && !isNothing(value),
  )
  for (const [name, value] of call.keywords)
    if (name === 'training' && !isNothing(value))
      checkTraining(value, owner.config.place.kerasMajor, scope)
  const masks = call.keywords.filter(([name, value]) => name === 'mask' && !isNothing(value))
  const structure: SpecValue = first ?? { kind: 'dict', entries: keywords }
  const tensors = [structure, ...more].flatMap((value) => [
    ...flatten(value, model.inputKeys ?? model.inputs.map(({ name }) => name)),
  ])
  if (tensors.length !== model.inputs.length) {
    throw new ModelError('number of tensors a model is called with', {
      file: scope.file,
      layer: scope.layer,
      expected: `${model.inputs.length}`,
      got: `${tensors.length}`,
    })
  }
  return [
    ...tensors.map((tensor) => argument('', { kind: 'tensor', value: tensor }, scope)),
    ...masks.map(([name, value]) => argument(name, value, scope)),
  ]
}

/** Tensors of a structure; the entries of the outermost dict in the order of `keys`, further dicts by sorted key. */
function flatten(value: SpecValue, keys: readonly string[]): TensorRef[] {
  if (value.kind !== 'dict') return [...tensorsOf(sorted(value))]
  const entries = new Map(value.entries)
  const ordered = keys.every((key) => entries.has(key))
    ? keys
    : [...entries.keys()].toSorted((a, b) => (a < b ? -1 : 1))
  return ordered.flatMap((key) => [...tensorsOf(sorted(entries.get(key) as SpecValue))])
}

function sorted(value: SpecValue): SpecValue {
  if (value.kind === 'list') return { kind: 'list', items: value.items.map((item) => sorted(item)) }
  if (value.kind !== 'dict') return value
  const entries = value.entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => [key, sorted(entry)] as const)
  return { kind: 'dict', entries }
}
