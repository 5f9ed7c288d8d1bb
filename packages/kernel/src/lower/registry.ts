import { weightFolder } from '../fold/absorb.ts'
import { hostPartOf } from '../host/part-for-model.ts'
import { anyElements } from '../model/element-type.ts'
import { heldAs } from '../model/input-dtype.ts'
import { activationLayer } from './activation.ts'
import { attentionLayer } from './attention.ts'
import { lowerInDtype } from './compute-dtype.ts'
import type { LayerSet } from './layer-set.ts'
import { droppedMasks } from './dropped-masks.ts'
import { impliedMasks, withMasks } from './masks.ts'
import { convRecurrentLayer } from './conv-recurrent.ts'
import { convTransposeLayer } from './conv-transpose.ts'
import { convLayer } from './conv.ts'
import { depthwiseConvLayer, separableConvLayer } from './depthwise-conv.ts'
import { locallyConnectedLayer } from './locally-connected.ts'
import { embeddingLayer } from './embedding.ts'
import { weightsIn } from './half-weights.ts'
import { maskedAverage, maskingLayer } from './masking.ts'
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
import { croppingLayer, zeroPaddingLayer } from './padding.ts'
import { permuteLayer } from './permute.ts'
import { adaptivePoolingLayer, globalPoolingLayer, poolingLayer } from './pooling.ts'
import { centerCropLayer, resizingLayer } from './resizing.ts'
import { softmaxLayer } from './softmax.ts'
import { spectralNormalizationLayer } from './spectral-normalization.ts'
import { flattenLayer, identityLayer, reshapeLayer } from './reshape.ts'
import { repeatVectorLayer } from './repeat-vector.ts'
import { upSamplingLayer } from './up-sampling.ts'
import { anyDenseLayer } from './quantized-dense.ts'
import { precise } from './precise.ts'
import { recurrentLayer } from './recurrent.ts'
import { stackedCellsLayer } from './stacked-cells.ts'
import { bidirectionalLayer, timeDistributedLayer } from './wrapper.ts'

/** Every layer kind the kernel runs. Inputs and submodels are the graph walk's own. */
export const allLayers: LayerSet = {
  elements: anyElements,
  heldAs,
  hostPart: (model) => hostPartOf(model, allLayers.lowerings),
  weightsIn,
  folder: weightFolder,
  precise,
  lowerInDtype,
  withMasks,
  maskedAverage,
  droppedMasks,
  impliedMasks,
  lowerings: {
    identity: identityLayer,
    dense: anyDenseLayer,
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
    conv: convLayer,
    convTranspose: convTransposeLayer,
    depthwiseConv: depthwiseConvLayer,
    separableConv: separableConvLayer,
    locallyConnected: locallyConnectedLayer,
    pooling: poolingLayer,
    globalPooling: globalPoolingLayer,
    adaptivePooling: adaptivePoolingLayer,
    zeroPadding: zeroPaddingLayer,
    cropping: croppingLayer,
    upSampling: upSamplingLayer,
    resizing: resizingLayer,
    centerCrop: centerCropLayer,
    embedding: embeddingLayer,
    masking: maskingLayer,
    recurrent: recurrentLayer,
    stackedCells: stackedCellsLayer,
    convRecurrent: convRecurrentLayer,
    bidirectional: bidirectionalLayer,
    timeDistributed: timeDistributedLayer,
    layerNormalization: layerNormalizationLayer,
    groupNormalization: groupNormalizationLayer,
    rmsNormalization: rmsNormalizationLayer,
    unitNormalization: unitNormalizationLayer,
    spectralNormalization: spectralNormalizationLayer,
    einsumDense: einsumDenseLayer,
    dot: dotLayer,
    attention: attentionLayer,
    multiHeadAttention: multiHeadAttentionLayer,
  },
}
