import type { LayerIndex, Value } from './graph.ts'
import type { Cell, IndexLookup, Layer, Projection, Quantization } from './layer.ts'
import type { TensorIndex } from './tensor.ts'

/** One weight of a layer: the field that holds it, e.g. `kernel` or `cells[0].bias`, and its tensor. */
export interface WeightReference {
  readonly field: string
  readonly index: TensorIndex
}

/** One layer that another one wraps. */
export interface LayerReference {
  readonly field: string
  readonly index: LayerIndex
}

type Fields = Readonly<Record<string, TensorIndex | undefined>>

function* fieldsOf(fields: Fields, prefix = ''): Generator<WeightReference> {
  for (const [field, index] of Object.entries(fields)) {
    if (index !== undefined) yield { field: prefix + field, index }
  }
}

function* quantizationOf(
  quantization: Quantization | undefined,
  prefix = '',
  field = 'quantization',
): Generator<WeightReference> {
  if (!quantization) return
  const { scale, zero, groupIndex, inputScales } = quantization
  yield* fieldsOf({ scale, zero, groupIndex }, `${prefix}${field}.`)
  for (const [number, index] of inputScales.entries())
    yield { field: `${prefix}${field}.inputScales[${number}]`, index }
}

function* cellOf(
  { kernel, recurrentKernel, bias }: Cell,
  prefix: string,
): Generator<WeightReference> {
  yield* fieldsOf({ kernel, recurrentKernel, bias }, prefix)
}

function* projectionOf(
  projection: Projection | undefined,
  prefix: string,
): Generator<WeightReference> {
  if (!projection) return
  const { kernel, bias, quantization } = projection
  yield* fieldsOf({ kernel, bias }, `${prefix}.`)
  yield* quantizationOf(quantization, `${prefix}.`)
}

function* lookupOf(
  { vocabulary, idfWeights }: IndexLookup,
  prefix = '',
): Generator<WeightReference> {
  yield* fieldsOf({ vocabulary, idfWeights }, prefix)
}

function* constantsOf(value: Value | undefined, field: string): Generator<WeightReference> {
  if (value?.kind === 'tensor') yield { field, index: value.tensor }
  if (value?.kind === 'list') for (const item of value.list.items) yield* constantsOf(item, field)
  if (value?.kind === 'dict')
    for (const entry of value.dict.entries)
      yield* constantsOf(entry.value, `${field}.${entry.name}`)
}

/** Every tensor a layer definition refers to, in the order of its fields. */
export function* weightsOf(layer: Layer): Generator<WeightReference> {
  switch (layer.kind) {
    case 'dense': {
      const { kernel, bias, quantization } = layer.dense
      yield* fieldsOf({ kernel, bias })
      yield* quantizationOf(quantization)
      return
    }
    case 'einsumDense': {
      const { kernel, bias, quantization } = layer.einsumDense
      yield* fieldsOf({ kernel, bias })
      yield* quantizationOf(quantization)
      return
    }
    case 'embedding': {
      const { table, reverseKernel, quantization, reverseQuantization } = layer.embedding
      yield* fieldsOf({ table, reverseKernel })
      yield* quantizationOf(quantization)
      yield* quantizationOf(reverseQuantization, '', 'reverseQuantization')
      return
    }
    case 'prelu':
      yield* fieldsOf({ alpha: layer.prelu.alpha })
      return
    case 'conv':
      yield* fieldsOf({ kernel: layer.conv.kernel, bias: layer.conv.bias })
      return
    case 'convTranspose':
      yield* fieldsOf({ kernel: layer.convTranspose.kernel, bias: layer.convTranspose.bias })
      return
    case 'depthwiseConv':
      yield* fieldsOf({ kernel: layer.depthwiseConv.kernel, bias: layer.depthwiseConv.bias })
      return
    case 'separableConv': {
      const { depthwiseKernel, pointwiseKernel, bias } = layer.separableConv
      yield* fieldsOf({ depthwiseKernel, pointwiseKernel, bias })
      return
    }
    case 'locallyConnected':
      yield* fieldsOf({ kernel: layer.locallyConnected.kernel, bias: layer.locallyConnected.bias })
      return
    case 'batchNormalization': {
      const { gamma, beta, movingMean, movingVariance } = layer.batchNormalization
      yield* fieldsOf({ gamma, beta, movingMean, movingVariance })
      return
    }
    case 'layerNormalization':
      yield* fieldsOf({
        gamma: layer.layerNormalization.gamma,
        beta: layer.layerNormalization.beta,
      })
      return
    case 'groupNormalization':
      yield* fieldsOf({
        gamma: layer.groupNormalization.gamma,
        beta: layer.groupNormalization.beta,
      })
      return
    case 'rmsNormalization':
      yield* fieldsOf({ gamma: layer.rmsNormalization.gamma })
      return
    case 'spectralNormalization':
      yield* fieldsOf({ vectorU: layer.spectralNormalization.vectorU })
      return
    case 'recurrent':
      for (const [number, cell] of layer.recurrent.cells.entries())
        yield* cellOf(cell, `cells[${number}].`)
      return
    case 'stackedCells':
      for (const [number, cell] of layer.stackedCells.cells.entries())
        yield* cellOf(cell, `cells[${number}].`)
      return
    case 'convRecurrent': {
      const { kernel, recurrentKernel, bias } = layer.convRecurrent
      yield* fieldsOf({ kernel, recurrentKernel, bias })
      return
    }
    case 'attention':
      yield* fieldsOf({
        scale: layer.attention.scale,
        concatScoreWeight: layer.attention.concatScoreWeight,
      })
      return
    case 'multiHeadAttention': {
      const { query, key, value, output, gate } = layer.multiHeadAttention
      for (const [name, projection] of Object.entries({ query, key, value, output, gate }))
        yield* projectionOf(projection, name)
      return
    }
    case 'normalization':
      yield* fieldsOf({ mean: layer.normalization.mean, variance: layer.normalization.variance })
      return
    case 'discretization':
      yield* fieldsOf({ binBoundaries: layer.discretization.binBoundaries })
      return
    case 'indexLookup':
      yield* lookupOf(layer.indexLookup)
      return
    case 'textVectorization':
      if (layer.textVectorization.lookup) yield* lookupOf(layer.textVectorization.lookup, 'lookup.')
      return
    case 'spectrogram':
      for (const [number, index] of layer.spectrogram.constants.entries())
        yield { field: `constants[${number}]`, index }
      return
    case 'op':
      for (const attribute of layer.op.attributes)
        yield* constantsOf(attribute.value, attribute.name)
      return
    case 'imageAugmentation':
      for (const attribute of layer.imageAugmentation.attributes)
        yield* constantsOf(attribute.value, attribute.name)
      return
    default:
  }
}

function* cellLayersOf(cells: readonly Cell[]): Generator<LayerReference> {
  for (const [number, { layer }] of cells.entries())
    if (layer !== undefined) yield { field: `cells[${number}].layer`, index: layer }
}

/** Every layer that a layer definition wraps, in the order of its fields. Submodels hold theirs in their graph. */
export function* wrappedLayersOf(layer: Layer): Generator<LayerReference> {
  switch (layer.kind) {
    case 'timeDistributed':
      yield { field: 'layer', index: layer.timeDistributed.layer }
      return
    case 'bidirectional':
      yield { field: 'forward', index: layer.bidirectional.forward }
      yield { field: 'backward', index: layer.bidirectional.backward }
      return
    case 'spectralNormalization':
      yield { field: 'layer', index: layer.spectralNormalization.layer }
      return
    case 'recurrent':
      yield* cellLayersOf(layer.recurrent.cells)
      return
    case 'stackedCells':
      yield* cellLayersOf(layer.stackedCells.cells)
      return
    case 'imageAugmentation':
      for (const [number, index] of layer.imageAugmentation.layers.entries())
        yield { field: `layers[${number}]`, index }
      return
    default:
  }
}
