import { flattenLayer, identityLayer, reshapeLayer } from '../lower/reshape.ts'
import { repeatVectorLayer } from '../lower/repeat-vector.ts'
import { permuteLayer } from '../lower/permute.ts'
import { concatenateLayer } from '../lower/merge.ts'
import type { HostPart } from '../lower/host-part.ts'
import { spectralNormalizationLayer } from '../lower/spectral-normalization.ts'
import { opLayer } from '../lower/op.ts'
import { timeDistributedLayer } from '../lower/wrapper.ts'
import { activationLayer } from './layers/activation.ts'
import {
  adaptivePoolingLayer,
  convLayer,
  convTransposeLayer,
  depthwiseConvLayer,
  globalPoolingLayer,
  poolingLayer,
  separableConvLayer,
} from './layers/convolution.ts'
import { convRecurrentLayer } from './layers/conv-recurrent.ts'
import { attentionLayer, multiHeadAttentionLayer } from './layers/attention.ts'
import { locallyConnectedLayer } from './layers/locally-connected.ts'
import { projectionLayer } from './layers/dense.ts'
import {
  bidirectionalLayer,
  dotLayer,
  maskingLayer,
  mergeLayer,
  softmaxLayer,
} from './layers/merge.ts'
import {
  axesNormalizationLayer,
  batchNormalizationLayer,
  groupNormalizationLayer,
  normalizationLayer,
  preluLayer,
  rescalingLayer,
} from './layers/normalization.ts'
import { embeddingLayer, recurrentLayer } from './layers/sequence.ts'
import { centerCropDouble, resizingDouble, upSamplingDouble } from './layers/resizing.ts'
import { hostBinary } from './binary.ts'
import { hostContract } from './contract.ts'
import { hostCast } from './cast.ts'
import { hostBand, hostMaskedMean, hostSelect, hostWhere } from './masking.ts'

export const hostPart: HostPart = {
  op: opLayer,
  cast: hostCast,
  binary: hostBinary,
  contract: hostContract,
  where: hostWhere,
  select: hostSelect,
  band: hostBand,
  maskedMean: hostMaskedMean,
  double: {
    dense: projectionLayer,
    einsumDense: projectionLayer,
    conv: convLayer,
    convTranspose: convTransposeLayer,
    locallyConnected: locallyConnectedLayer,
    depthwiseConv: depthwiseConvLayer,
    separableConv: separableConvLayer,
    pooling: poolingLayer,
    adaptivePooling: adaptivePoolingLayer,
    globalPooling: globalPoolingLayer,
    upSampling: upSamplingDouble,
    resizing: resizingDouble,
    centerCrop: centerCropDouble,
    spectralNormalization: spectralNormalizationLayer,
    batchNormalization: batchNormalizationLayer,
    layerNormalization: axesNormalizationLayer,
    rmsNormalization: axesNormalizationLayer,
    unitNormalization: axesNormalizationLayer,
    groupNormalization: groupNormalizationLayer,
    normalization: normalizationLayer,
    rescaling: rescalingLayer,
    prelu: preluLayer,
    softmax: softmaxLayer,
    masking: maskingLayer,
    attention: attentionLayer,
    multiHeadAttention: multiHeadAttentionLayer,
    merge: mergeLayer,
    dot: dotLayer,
    embedding: embeddingLayer,
    recurrent: recurrentLayer,
    convRecurrent: convRecurrentLayer,
    bidirectional: bidirectionalLayer,
    activation: activationLayer,
    identity: identityLayer,
    flatten: flattenLayer,
    reshape: reshapeLayer,
    permute: permuteLayer,
    repeatVector: repeatVectorLayer,
    concatenate: concatenateLayer,
    timeDistributed: timeDistributedLayer,
  },
}
