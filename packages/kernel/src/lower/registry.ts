import type { LayerKind } from '@dotplus/core'
import { activationLayer, softmaxLayer } from './activation.ts'
import { attentionLayer } from './attention.ts'
import type { Lowering } from './context.ts'
import { denseLayer } from './dense.ts'
import { dotLayer } from './dot.ts'
import { einsumDenseLayer } from './einsum-dense.ts'
import {
  groupNormalizationLayer,
  layerNormalizationLayer,
  rmsNormalizationLayer,
  unitNormalizationLayer,
} from './layer-normalization.ts'
import { concatenateLayer, mergeLayer } from './merge.ts'
import {
  batchNormalizationLayer,
  normalizationLayer,
  preluLayer,
  rescalingLayer,
} from './normalization.ts'
import { multiHeadAttentionLayer } from './multi-head-attention.ts'
import { opLayer } from './op.ts'
import { permuteLayer } from './permute.ts'
import { spectralNormalizationLayer } from './spectral-normalization.ts'
import { flattenLayer, identityLayer, repeatVectorLayer, reshapeLayer } from './reshape.ts'

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
  layerNormalization: layerNormalizationLayer,
  groupNormalization: groupNormalizationLayer,
  rmsNormalization: rmsNormalizationLayer,
  unitNormalization: unitNormalizationLayer,
  spectralNormalization: spectralNormalizationLayer,
  einsumDense: einsumDenseLayer,
  dot: dotLayer,
  attention: attentionLayer,
  multiHeadAttention: multiHeadAttentionLayer,
}
