import type { LayerKind } from '@dotplus/core'
import { activationLayer, softmaxLayer } from './activation.ts'
import type { Lowering } from './context.ts'
import { denseLayer } from './dense.ts'
import { embeddingLayer } from './embedding.ts'
import { maskingLayer } from './masking.ts'
import { concatenateLayer, mergeLayer } from './merge.ts'
import {
  batchNormalizationLayer,
  normalizationLayer,
  preluLayer,
  rescalingLayer,
} from './normalization.ts'
import { opLayer } from './op.ts'
import { permuteLayer } from './permute.ts'
import { recurrentLayer } from './recurrent.ts'
import { flattenLayer, identityLayer, repeatVectorLayer, reshapeLayer } from './reshape.ts'
import { bidirectionalLayer, timeDistributedLayer } from './wrapper.ts'

/** Every layer kind the kernel runs. Inputs and submodels are the graph walk's own. */
export const lowerings: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>> = {
  op: opLayer,
  identity: identityLayer,
  dense: denseLayer,
  activation: activationLayer,
  softmax: softmaxLayer,
  prelu: preluLayer,
  batchNormalization: batchNormalizationLayer,
  merge: mergeLayer,
  concatenate: concatenateLayer,
  flatten: flattenLayer,
  reshape: reshapeLayer,
  permute: permuteLayer,
  repeatVector: repeatVectorLayer,
  normalization: normalizationLayer,
  rescaling: rescalingLayer,
  embedding: embeddingLayer,
  masking: maskingLayer,
  recurrent: recurrentLayer,
  bidirectional: bidirectionalLayer,
  timeDistributed: timeDistributedLayer,
}
