import {
  elementCount,
  weightsOf,
  wrappedLayersOf,
  type Layer,
  type LayerIndex,
  type LayerKind,
  type Model,
} from '@dotplus/core'

/** Kinds whose tensors are settings or vocabularies, which Keras does not count as parameters. */
const withoutParameters: ReadonlySet<LayerKind | undefined> = new Set([
  'op',
  'discretization',
  'indexLookup',
  'textVectorization',
  'spectrogram',
  'imageAugmentation',
])

/** Number of parameters and the bytes they take in the file. */
export interface ParameterCount {
  readonly count: number
  readonly bytes: number
}

/** Parameters of one layer, those of wrapped layers and nested models included; a tensor used twice counts once. */
export function layerParameters(model: Model, index: LayerIndex): ParameterCount {
  return countTensors(model, reachableTensors(model, [index]))
}

/** Parameters of the whole model. */
export function modelParameters(model: Model): ParameterCount {
  return countTensors(model, reachableTensors(model, [...model.layers.keys()]))
}

function reachableTensors(model: Model, from: readonly LayerIndex[]): ReadonlySet<number> {
  const tensors = new Set<number>()
  const seen = new Set<LayerIndex>()
  const pending = [...from]
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const layer = model.layers[index]
    if (!layer || seen.has(index)) continue
    seen.add(index)
    if (!withoutParameters.has(layer.kind))
      for (const weight of weightsOf(layer)) tensors.add(weight.index)
    pending.push(...innerLayers(layer))
  }
  return tensors
}

function innerLayers(layer: Layer): LayerIndex[] {
  const calls = layer.kind === 'submodel' ? (layer.submodel.graph?.calls ?? []) : []
  return [
    ...calls.map((call) => call.layer),
    ...[...wrappedLayersOf(layer)].map((inner) => inner.index),
  ]
}

function countTensors(model: Model, indices: ReadonlySet<number>): ParameterCount {
  let count = 0
  let bytes = 0
  for (const index of indices) {
    const tensor = model.tensors[index]
    if (!tensor) continue
    count += elementCount(tensor.shape)
    bytes += tensor.external?.byteLength ?? tensor.data.byteLength
  }
  return { count, bytes }
}
