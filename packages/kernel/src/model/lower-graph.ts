import {
  ModelError,
  UnsupportedError,
  type Call,
  type DType,
  type Graph,
  type Layer,
  type LayerKind,
  type Model,
  type Value as GraphValue,
  type ValueRef,
} from '@dotplus/core'
import {
  LowerContext,
  type CallArguments,
  type Lowering,
  type Operands,
  type Value,
  type WeightStore,
} from '../lower/context.ts'
import { isElementType, type ElementType } from '../dtype/element-type.ts'
import type { HostPart } from '../lower/host-part.ts'
import type { LayerSet } from '../lower/layer-set.ts'
import { calledLayers } from './called-layers.ts'

/** The layers of a model, checked, with their weights packed. */
export interface PreparedLayers {
  readonly set: LayerSet
  readonly host: HostPart | undefined
  /** Settings of each layer, by layer index. */
  readonly settings: readonly unknown[]
}

/** What lowers a layer: the set's, or the host part's for what computes in float64. */
function loweringOf(
  layer: Layer,
  set: LayerSet,
  host: HostPart | undefined,
  dtype: DType | undefined = layer.computeDtype,
): Lowering<unknown> | undefined {
  if (layer.kind === undefined) return undefined
  if (layer.kind === 'op') return host?.op
  const rare = host?.layers?.[layer.kind]
  const own = rare ?? set.lowerings[layer.kind]
  return dtype === 'float64' && !own?.moves ? (host?.double[layer.kind] ?? rare) : own
}

/**
 * Checks every layer that is called and packs its weights.
 *
 * @throws {UnsupportedError} naming the layer and the setting the kernel has no arithmetic for
 */
export function prepareLayers(
  model: Model,
  weights: WeightStore,
  set: LayerSet,
  host: HostPart | undefined,
): PreparedLayers {
  const called = calledLayers(model)
  weights.folder = set.folder?.(model, weights)
  const settings = model.layers.map((layer, index) => {
    if (!called.has(index) || layer.kind === 'input' || layer.kind === 'submodel') return undefined
    const lowering = loweringOf(layer, set, host)
    if (!lowering && layer.computeDtype === 'float64') {
      throw new UnsupportedError('computing in float64 is not supported for this layer yet', {
        layer: layer.name,
        place: layer.className,
        expected: 'float32',
        got: layer.computeDtype,
      })
    }
    if (!lowering) {
      throw new UnsupportedError('this layer cannot run yet', {
        layer: layer.name,
        got: layer.className,
        hint: 'It converts and can be inspected; running it needs a newer version of dotplus',
      })
    }
    return lowering.prepare(
      layer,
      lowering.keepsWeights ? weights : (set.weightsIn?.(layer, weights) ?? weights),
    )
  })
  return { set, host, settings }
}

/**
 * Puts the tensors that calls have as arguments into memory, by tensor index.
 *
 * @throws {UnsupportedError} for strings
 */
export function prepareConstants(model: Model, weights: WeightStore): Map<number, PlacedConstant> {
  const constants = new Map<number, PlacedConstant>()
  const visit = (value: GraphValue | undefined, layer: string): void => {
    if (value?.kind === 'list') for (const item of value.list.items) visit(item, layer)
    if (value?.kind !== 'tensor' || constants.has(value.tensor)) return
    const dtype = model.tensors[value.tensor]?.dtype
    if (!isElementType(dtype) || dtype === 'string') {
      throw new UnsupportedError('constants of this dtype are not supported yet', {
        layer,
        expected: 'numbers',
        got: dtype ?? 'none',
      })
    }
    constants.set(value.tensor, {
      address: weights.place(weights.stored(value.tensor)),
      shape: weights.shape(value.tensor),
      dtype,
    })
  }
  const graphs = model.layers.flatMap((layer) =>
    layer.kind === 'submodel' && layer.submodel.graph ? [layer.submodel.graph] : [],
  )
  for (const { calls } of model.graph ? [model.graph, ...graphs] : graphs) {
    for (const { layer, arguments: given } of calls)
      for (const { value } of given) visit(value, model.layers[layer]?.name ?? '')
  }
  return constants
}

/** A constant in the kernel's memory. */
export interface PlacedConstant {
  readonly address: number
  readonly shape: readonly number[]
  readonly dtype: ElementType
}

/** What a call of the graph has given; undefined where there is no such output. */
type ResultOf = (ref: ValueRef) => Value | undefined

/** Outputs of layers, by name, as a graph computes them. */
export type LayerOutputs = Map<string, Value[]>

/**
 * Emits the ops of a graph for concrete input shapes.
 *
 * @param seen receives every layer call's outputs under its layer's name; the first call wins
 * @returns the values of the graph's outputs
 * @throws {ModelError} when shapes do not fit, naming the layer
 */
export function lowerGraph(
  context: LowerContext,
  model: Model,
  prepared: PreparedLayers,
  graph: Graph,
  inputs: readonly Value[],
  seen: LayerOutputs,
): Value[] {
  context.callLayer = (index, call) => lowerLayer(context, model, prepared, index, call, new Map())
  context.layerAt = (index) => model.layers[index]
  context.precise = prepared.set.precise
  const results: Value[][] = []
  const dropped = prepared.set.droppedMasks(model, graph)
  const inputOf = new Map(graph.inputs.map((port, i) => [port.value?.call, inputs[i]]))
  for (const [number, call] of graph.calls.entries()) {
    const layer = model.layers[call.layer] as Layer
    const outputs = lowerCall(
      context,
      model,
      prepared,
      layer,
      call,
      inputOf.get(number),
      (ref) => {
        const value = results[ref.call]?.[ref.output]
        return value?.mask && dropped?.(number, ref) ? { ...value, mask: undefined } : value
      },
      seen,
    )
    results.push(outputs)
    if (!seen.has(layer.name)) seen.set(layer.name, outputs)
  }
  return graph.outputs.map((port) => {
    const value = port.value && results[port.value.call]?.[port.value.output]
    if (!value)
      throw new ModelError('the output is not connected', { place: `output ${port.name}` })
    return value
  })
}

function lowerCall(
  context: LowerContext,
  model: Model,
  prepared: PreparedLayers,
  layer: Layer,
  call: Call,
  input: Value | undefined,
  results: ResultOf,
  seen: LayerOutputs,
): Value[] {
  if (layer.kind === 'input') {
    if (!input)
      throw new ModelError('an input layer is not one of the inputs', { layer: layer.name })
    return [input]
  }
  return lowerLayer(
    context,
    model,
    prepared,
    call.layer,
    argumentsOf(prepared.set, layer, call, results, context.tensors),
    seen,
  )
}

/** One layer, called with its arguments; its outputs carry their masks. */
function lowerLayer(
  context: LowerContext,
  model: Model,
  prepared: PreparedLayers,
  index: number,
  call: CallArguments,
  seen: LayerOutputs,
): Value[] {
  const layer = model.layers[index] as Layer
  const { tensors } = call
  if (layer.kind === 'submodel') {
    if (!layer.submodel.graph) throw new ModelError('the model has no graph', { layer: layer.name })
    if (layer.submodel.graph.inputs.length !== tensors.length) {
      throw new ModelError('number of inputs', {
        layer: layer.name,
        expected: `${layer.submodel.graph.inputs.length}`,
        got: `${tensors.length}`,
      })
    }
    const inputs = tensors.map((value, i) => ({ ...value, mask: call.masks[i] ?? value.mask }))
    return lowerGraph(context, model, prepared, layer.submodel.graph, inputs, seen)
  }
  context.enter(layer.name)
  const { set, host, settings } = prepared
  // An activation that is a function node has no policy and computes in the dtype of its input.
  const dtype = layer.computeDtype ?? (layer.kind === 'activation' ? tensors[0]?.dtype : undefined)
  const lowering = loweringOf(layer, set, host, dtype)
  if (!lowering)
    throw new UnsupportedError('this layer cannot run yet', {
      layer: layer.name,
      got: layer.className,
    })
  const run = (taken: CallArguments): Value[] =>
    set.maskedAverage(context, layer, taken) ??
    lowering.lower(context, settings[index], taken, layer)
  // Functions do not cast what they are called with.
  const lower = (taken: CallArguments): Value[] =>
    layer.kind === 'op' ? run(taken) : set.lowerInDtype(context, lowering, layer, taken, run)
  const outputs = context.stream?.lowerCall(context, layer, call, lower) ?? lower(call)
  return set.withMasks(context, layer, call, outputs)
}

/** Keywords that only matter in training or say nothing when they are None. */
const withoutEffect: ReadonlySet<string> = new Set(['training'])

/** Where `mask` stands among the arguments of layers that are called with it, by position. */
const maskPosition: Readonly<Partial<Record<LayerKind, number>>> = {
  softmax: 1,
  globalPooling: 1,
  batchNormalization: 2,
  recurrent: 2,
  convRecurrent: 2,
  bidirectional: 2,
  timeDistributed: 2,
}

function argumentsOf(
  set: LayerSet,
  layer: Layer,
  call: Call,
  results: ResultOf,
  constants: ReadonlyMap<number, Value>,
): CallArguments {
  const operands: Operands[] = []
  let given: (Value | undefined)[] | undefined
  for (const [position, { name: keyword, value }] of call.arguments.entries()) {
    const isMask = keyword === '' && layer.kind && maskPosition[layer.kind] === position
    const name = isMask ? 'mask' : keyword
    if (withoutEffect.has(name) || (name !== '' && value?.kind === 'none')) continue
    // A function's mask is an argument like any other.
    if (name === 'mask' && layer.kind !== 'op') {
      given = masksOf(layer, value, results, constants)
      // Attention has the mask as one of its arguments.
      if (layer.kind !== 'attention' && layer.kind !== 'multiHeadAttention') continue
    }
    const tensors: Value[] = []
    collectTensors(layer, value, results, constants, tensors)
    operands.push({ name, tensors, number: numberOf(value), value })
  }
  const own = operands[0]?.tensors.map(({ mask }) => mask) ?? []
  const alone = operands.filter(({ tensors }) => tensors.length > 0).length === 1
  operands.push(...set.impliedMasks(layer, operands))
  return {
    operands,
    tensors: operands.flatMap(({ tensors }) => tensors),
    masks: given ?? (alone ? own : []),
    previousMasks: given ?? own,
  }
}

/** The masks of an argument: one, or a list in which None stands for none. */
function masksOf(
  layer: Layer,
  value: GraphValue | undefined,
  results: ResultOf,
  constants: ReadonlyMap<number, Value>,
): (Value | undefined)[] {
  const items = value?.kind === 'list' ? value.list.items : [value]
  return items.map((item) => {
    const tensors: Value[] = []
    collectTensors(layer, item, results, constants, tensors)
    return tensors[0]
  })
}

function numberOf(value: GraphValue | undefined): number | undefined {
  if (value?.kind === 'integer') return value.integer
  if (value?.kind === 'number') return value.number
  return value?.kind === 'boolean' ? Number(value.boolean) : undefined
}

function collectTensors(
  layer: Layer,
  value: GraphValue | undefined,
  results: ResultOf,
  constants: ReadonlyMap<number, Value>,
  out: Value[],
): void {
  if (value === undefined) return
  switch (value.kind) {
    case 'ref': {
      const found = results(value.ref)
      if (!found) throw new ModelError('an argument refers to nothing', { layer: layer.name })
      out.push(found)
      return
    }
    case 'list':
      for (const item of value.list.items) collectTensors(layer, item, results, constants, out)
      return
    case 'dict':
      for (const { value: entry } of value.dict.entries)
        collectTensors(layer, entry, results, constants, out)
      return
    case 'slice':
      for (const end of [value.slice.start, value.slice.stop, value.slice.step])
        collectTensors(layer, end, results, constants, out)
      return
    case 'none':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'text':
    case 'ellipsis':
    case 'dtype':
      return
    case 'tensor': {
      const constant = constants.get(value.tensor)
      if (!constant) throw new ModelError('a constant that is not there', { layer: layer.name })
      out.push(constant)
      return
    }
  }
}
