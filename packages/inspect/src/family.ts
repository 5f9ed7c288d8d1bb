import type { LayerKind } from '@dotplus/core'

/** Families of layers, which share a colour. */
export type LayerFamily =
  | 'input'
  | 'dense'
  | 'convolution'
  | 'pooling'
  | 'normalization'
  | 'activation'
  | 'merge'
  | 'recurrent'
  | 'attention'
  | 'shape'
  | 'preprocessing'
  | 'function'
  | 'model'
  | 'other'

const families: Readonly<Partial<Record<LayerKind, LayerFamily>>> = {
  input: 'input',
  submodel: 'model',
  op: 'function',
  dense: 'dense',
  einsumDense: 'dense',
  embedding: 'dense',
  activation: 'activation',
  softmax: 'activation',
  prelu: 'activation',
  conv: 'convolution',
  convTranspose: 'convolution',
  depthwiseConv: 'convolution',
  separableConv: 'convolution',
  locallyConnected: 'convolution',
  pooling: 'pooling',
  globalPooling: 'pooling',
  adaptivePooling: 'pooling',
  batchNormalization: 'normalization',
  layerNormalization: 'normalization',
  groupNormalization: 'normalization',
  rmsNormalization: 'normalization',
  unitNormalization: 'normalization',
  spectralNormalization: 'normalization',
  recurrent: 'recurrent',
  convRecurrent: 'recurrent',
  bidirectional: 'recurrent',
  timeDistributed: 'recurrent',
  stackedCells: 'recurrent',
  attention: 'attention',
  multiHeadAttention: 'attention',
  merge: 'merge',
  concatenate: 'merge',
  dot: 'merge',
  flatten: 'shape',
  reshape: 'shape',
  permute: 'shape',
  repeatVector: 'shape',
  cropping: 'shape',
  zeroPadding: 'shape',
  upSampling: 'shape',
  masking: 'shape',
  normalization: 'preprocessing',
  rescaling: 'preprocessing',
  resizing: 'preprocessing',
  centerCrop: 'preprocessing',
  discretization: 'preprocessing',
  categoryEncoding: 'preprocessing',
  hashing: 'preprocessing',
  hashedCrossing: 'preprocessing',
  indexLookup: 'preprocessing',
  textVectorization: 'preprocessing',
  spectrogram: 'preprocessing',
  imageAugmentation: 'preprocessing',
}

/** The family of a kind of layer; kinds this version does not know are `other`. */
export function familyOf(kind: LayerKind | undefined): LayerFamily {
  return (kind && families[kind]) ?? 'other'
}
