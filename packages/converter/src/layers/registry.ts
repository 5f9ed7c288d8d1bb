import { activation, elu, leakyRelu, prelu, relu, softmax, thresholdedRelu } from './activation.ts'
import { attention } from './attention.ts'
import { batchNormalization } from './batch-normalization.ts'
import { categoryEncoding, discretization, hashedCrossing, hashing } from './categorical.ts'
import { conv, convTranspose, depthwiseConv, locallyConnected, separableConv } from './conv.ts'
import { convRecurrent } from './conv-recurrent.ts'
import { dense } from './dense.ts'
import { einsumDense } from './einsum-dense.ts'
import { embedding } from './embedding.ts'
import { identity } from './identity.ts'
import { imageAugmentation, pipeline } from './image-augmentation.ts'
import { centerCrop, resizing } from './image-size.ts'
import { indexLookup } from './index-lookup.ts'
import { input } from './input.ts'
import type { LayerConverter } from './layer-converter.ts'
import {
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNormalization,
} from './layer-normalization.ts'
import { layerScale } from './layer-scale.ts'
import { masking } from './masking.ts'
import { concatenate, dot, merge } from './merge.ts'
import { groupedQueryAttention, multiHeadAttention } from './multi-head-attention.ts'
import { normalization } from './normalization.ts'
import { adaptivePooling, globalPooling, pooling } from './pooling.ts'
import { cell, recurrent, rnn, stackedCells } from './recurrent.ts'
import { rescaling } from './rescaling.ts'
import { flatten, permute, repeatVector, reshape } from './reshape.ts'
import { cropping, upSampling, zeroPadding } from './spatial.ts'
import { melSpectrogram, stftSpectrogram } from './spectrogram.ts'
import { textVectorization } from './text-vectorization.ts'
import { bidirectional, spectralNormalization, timeDistributed } from './wrapper.ts'

/** Every kind of layer that converts. A new one is a file beside this and a line here. */
export const registry: readonly LayerConverter[] = [
  activation,
  adaptivePooling,
  attention,
  batchNormalization,
  bidirectional,
  categoryEncoding,
  cell,
  centerCrop,
  concatenate,
  conv,
  convRecurrent,
  convTranspose,
  cropping,
  dense,
  depthwiseConv,
  discretization,
  dot,
  einsumDense,
  elu,
  embedding,
  flatten,
  globalPooling,
  groupedQueryAttention,
  groupNormalization,
  hashedCrossing,
  hashing,
  identity,
  imageAugmentation,
  indexLookup,
  input,
  layerNormalization,
  layerScale,
  leakyRelu,
  locallyConnected,
  masking,
  melSpectrogram,
  merge,
  multiHeadAttention,
  normalization,
  permute,
  pipeline,
  pooling,
  prelu,
  recurrent,
  relu,
  repeatVector,
  rescaling,
  reshape,
  resizing,
  rmsNormalization,
  rnn,
  separableConv,
  softmax,
  spectralNormalization,
  stackedCells,
  stftSpectrogram,
  textVectorization,
  thresholdedRelu,
  timeDistributed,
  unitNormalization,
  upSampling,
  zeroPadding,
]
