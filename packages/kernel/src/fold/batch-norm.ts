import {
  ModelError,
  wrappedLayersOf,
  type Call,
  type Graph,
  type Layer,
  type Model,
} from '@dotplus/core'
import type { WeightStore } from '../lower/context.ts'

/** y = scale · x + shift, one pair per channel, in float64. */
export interface ChannelMap {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** Batch normalizations that the weights of the layer before or after them hold. */
export interface Foldings {
  /** What follows a layer and goes into its weights, by the layer. */
  readonly after: ReadonlyMap<Layer, ChannelMap>
  /** The batch normalizations among those. */
  readonly absorbed: ReadonlySet<Layer>
  /** What comes before a layer and goes into its weights, by the layer. */
  readonly before: ReadonlyMap<Layer, ChannelMap>
}

/**
 * BatchNormalization at inference: scale = gamma / √(variance + epsilon), shift = beta − mean · scale.
 *
 * @throws {ModelError} when the layer has no statistics, or lengths differ
 */
export function batchNormMap(
  layer: Layer & { kind: 'batchNormalization' },
  weights: WeightStore,
): ChannelMap {
  const { epsilon, gamma, beta, movingMean, movingVariance } = layer.batchNormalization
  if (movingMean === undefined || movingVariance === undefined)
    throw new ModelError('the layer has no moving statistics', { layer: layer.name })
  const mean = weights.floats(movingMean)
  const variance = weights.floats(movingVariance)
  const gammas = gamma === undefined ? undefined : weights.floats(gamma)
  const betas = beta === undefined ? undefined : weights.floats(beta)
  for (const [place, values] of Object.entries({ variance, gamma: gammas, beta: betas })) {
    if (values && values.length !== mean.length) {
      throw new ModelError(`length of ${place}`, {
        layer: layer.name,
        expected: `${mean.length}`,
        got: `${values.length}`,
      })
    }
  }
  const scale = Float64Array.from(
    variance,
    (value, i) => (gammas?.[i] ?? 1) / Math.sqrt(value + epsilon),
  )
  return {
    scale,
    shift: scale.map((value, i) => (betas?.[i] ?? 0) - (mean[i] as number) * value),
  }
}

/**
 * Where a batch normalization is the only one to use a layer's output, or a layer the only one to use a batch
 * normalization's, along its channels.
 */
export function foldingsOf(model: Model, weights: WeightStore): Foldings {
  const after = new Map<Layer, ChannelMap>()
  const absorbed = new Set<Layer>()
  const before = new Map<Layer, ChannelMap>()
  for (const [layer, next] of onlyPairs(model)) {
    if (next.kind !== 'batchNormalization') continue
    const channels = outputChannels(layer, weights)
    const map = channels && mapOver(next, channels, weights)
    if (!map?.scale.every(isInvertible)) continue
    after.set(layer, map)
    absorbed.add(next)
  }
  for (const [layer, next] of onlyPairs(model)) {
    if (layer.kind !== 'batchNormalization' || absorbed.has(layer)) continue
    const channels = inputChannels(next, weights)
    const map = channels && mapOver(layer, channels, weights)
    if (map?.scale.every(Number.isFinite)) before.set(next, map)
  }
  return { after, absorbed, before }
}

/** Layers called once, of which the second alone uses what the first gives, and nothing else. */
function* onlyPairs(model: Model): Generator<[Layer, Layer]> {
  const calls = callCounts(model)
  for (const graph of graphsOf(model)) {
    const readers = readerCounts(graph)
    for (const call of graph.calls) {
      const from = onlyReference(call)
      const source = from === undefined ? undefined : graph.calls[from]
      if (!source || readers.get(from as number) !== 1) continue
      if (calls.get(source.layer) !== 1 || calls.get(call.layer) !== 1) continue
      const [layer, next] = [model.layers[source.layer], model.layers[call.layer]]
      if (layer && next && inFloat32(layer) && inFloat32(next)) yield [layer, next]
    }
  }
}

interface Channels {
  readonly count: number
  /** The numbers of their axis. */
  readonly axes: readonly number[]
}

/** What a batch normalization does to these channels; undefined where it is along another axis. */
function mapOver(
  norm: Layer & { kind: 'batchNormalization' },
  { count, axes }: Channels,
  weights: WeightStore,
): ChannelMap | undefined {
  if (!axes.includes(norm.batchNormalization.axis)) return undefined
  const map = batchNormMap(norm, weights)
  return map.scale.length === count ? map : undefined
}

/** The layer's own output is got back by division, so the scale has to stay a normal float32. */
function isInvertible(scale: number): boolean {
  const magnitude = Math.abs(scale)
  return magnitude > 1e-30 && magnitude < 1e30
}

function inFloat32(layer: Layer): boolean {
  return layer.computeDtype === undefined || layer.computeDtype === 'float32'
}

function* graphsOf(model: Model): Generator<Graph> {
  if (model.graph) yield model.graph
  for (const layer of model.layers)
    if (layer.kind === 'submodel' && layer.submodel.graph) yield layer.submodel.graph
}

/** How often each layer is called, wrapped layers included. */
function callCounts(model: Model): Map<number, number> {
  const counts = new Map<number, number>()
  const count = (index: number): void => void counts.set(index, (counts.get(index) ?? 0) + 1)
  for (const graph of graphsOf(model)) for (const { layer } of graph.calls) count(layer)
  for (const layer of model.layers) for (const { index } of wrappedLayersOf(layer)) count(index)
  return counts
}

type Argument = Call['arguments'][number]['value']

function* referencesIn(value: Argument): Generator<number> {
  if (value?.kind === 'ref') yield value.ref.call
  if (value?.kind === 'list') for (const item of value.list.items) yield* referencesIn(item)
  if (value?.kind === 'dict')
    for (const entry of value.dict.entries) yield* referencesIn(entry.value)
}

/** How often the results of each call are used, by number of the call. */
function readerCounts(graph: Graph): Map<number, number> {
  const counts = new Map<number, number>()
  const count = (call: number): void => void counts.set(call, (counts.get(call) ?? 0) + 1)
  for (const call of graph.calls)
    for (const { value } of call.arguments) for (const from of referencesIn(value)) count(from)
  for (const { value } of graph.outputs) if (value) count(value.call)
  return counts
}

/** The call whose result is the only tensor among the arguments. */
function onlyReference(call: Call): number | undefined {
  const references = call.arguments.flatMap(({ value }) => [...referencesIn(value)])
  return references.length === 1 ? references[0] : undefined
}

/** Channels of a layer's input, where its weights can hold a map of them: no window takes in padding. */
function inputChannels(layer: Layer, weights: WeightStore): Channels | undefined {
  if (layer.kind === 'dense') {
    const { kernel, quantization } = layer.dense
    if (kernel === undefined || quantization) return undefined
    return { count: weights.shape(kernel)[0] ?? 0, axes: [-1] }
  }
  if (layer.kind === 'conv') {
    const { rank, kernel, kernelSize, groups, padding, dataFormat } = layer.conv
    const inside = padding === 'valid' || kernelSize.every((size) => size === 1)
    if (kernel === undefined || groups > 1 || !inside) return undefined
    return { count: weights.shape(kernel)[rank] ?? 0, axes: channelAxes(rank, dataFormat) }
  }
  return undefined
}

/** Channels of a layer's output, where its weights can hold a map of them. */
function outputChannels(layer: Layer, weights: WeightStore): Channels | undefined {
  if (layer.kind === 'dense') {
    const { units, activation, quantization } = layer.dense
    return isLinear(activation) && !quantization ? { count: units, axes: [-1] } : undefined
  }
  if (layer.kind === 'conv') {
    const { rank, filters, dataFormat, activation } = layer.conv
    return isLinear(activation)
      ? { count: filters, axes: channelAxes(rank, dataFormat) }
      : undefined
  }
  if (layer.kind === 'separableConv') {
    const { rank, filters, dataFormat, activation } = layer.separableConv
    return isLinear(activation)
      ? { count: filters, axes: channelAxes(rank, dataFormat) }
      : undefined
  }
  if (layer.kind === 'depthwiseConv') {
    const { rank, kernel, dataFormat, activation } = layer.depthwiseConv
    if (!isLinear(activation) || kernel === undefined) return undefined
    const [channels = 0, multiplier = 0] = weights.shape(kernel).slice(-2)
    return { count: channels * multiplier, axes: channelAxes(rank, dataFormat) }
  }
  return undefined
}

function isLinear(activation: { readonly function: string } | undefined): boolean {
  return activation === undefined || activation.function === '' || activation.function === 'linear'
}

function channelAxes(rank: number, dataFormat: string): readonly number[] {
  return dataFormat === 'channels_first' ? [1, -rank - 1] : [rank + 1, -1]
}
