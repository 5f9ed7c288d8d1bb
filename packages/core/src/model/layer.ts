import type { UnknownFields } from '../codec/message.ts'
import type { Argument, Graph, LayerIndex } from './graph.ts'
import type { DType, TensorIndex } from './tensor.ts'

interface LayerHead {
  /** Unique in the file: the Keras name, with the names of enclosing models before it ("encoder/dense_1"). */
  name: string
  /** Class as the source named it, with its package when registered. */
  className: string
  computeDtype?: DType | undefined
  variableDtype?: DType | undefined
  unknownFields?: UnknownFields
}

/** Every kind of layer with its settings and the indices of its weights. */
export interface LayerKinds {
  input: Input
  submodel: Submodel
  op: Op
  identity: Identity
  dense: Dense
  einsumDense: EinsumDense
  embedding: Embedding
  activation: ActivationLayer
  softmax: Softmax
  prelu: PRelu
  conv: Conv
  convTranspose: ConvTranspose
  depthwiseConv: DepthwiseConv
  separableConv: SeparableConv
  locallyConnected: LocallyConnected
  pooling: Pooling
  globalPooling: GlobalPooling
  adaptivePooling: AdaptivePooling
  batchNormalization: BatchNormalization
  layerNormalization: LayerNormalization
  groupNormalization: GroupNormalization
  rmsNormalization: RmsNormalization
  unitNormalization: UnitNormalization
  spectralNormalization: SpectralNormalization
  recurrent: Recurrent
  convRecurrent: ConvRecurrent
  bidirectional: Bidirectional
  timeDistributed: TimeDistributed
  stackedCells: StackedCells
  attention: Attention
  multiHeadAttention: MultiHeadAttention
  merge: Merge
  concatenate: Concatenate
  dot: Dot
  flatten: Flatten
  reshape: Reshape
  permute: Permute
  repeatVector: RepeatVector
  cropping: Cropping
  zeroPadding: ZeroPadding
  upSampling: UpSampling
  masking: Masking
  normalization: Normalization
  rescaling: Rescaling
  resizing: Resizing
  centerCrop: CenterCrop
  discretization: Discretization
  categoryEncoding: CategoryEncoding
  hashing: Hashing
  hashedCrossing: HashedCrossing
  indexLookup: IndexLookup
  textVectorization: TextVectorization
  spectrogram: Spectrogram
  imageAugmentation: ImageAugmentation
}

export type LayerKind = keyof LayerKinds

/**
 * A layer definition, told apart by `kind`; the settings are under the field of that name:
 * `layer.kind === 'dense'` gives `layer.dense`. A kind this version does not know has `kind: undefined`.
 */
export type Layer =
  | { [K in LayerKind]: LayerHead & { kind: K } & { [P in K]: LayerKinds[K] } }[LayerKind]
  | (LayerHead & { kind?: undefined })

/** A layer of one kind. */
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>

/** A function of one tensor, element by element or along one axis, with its settings. */
export interface Activation {
  /** Keras's name: "linear", "relu", "gelu", "softmax", … */
  function: string
  /** Settings other than Keras's defaults, e.g. {"negative_slope": 0.3}, {"approximate": 1}, {"axis": -1}; sorted by name. */
  settings: Setting[]
  unknownFields?: UnknownFields
}

export interface Setting {
  name: string
  value: number
  unknownFields?: UnknownFields
}

/** A model input. Calls have no arguments and one output. */
export interface Input {
  dtype?: DType | undefined
  /** Batch dimension first, -1 where free. */
  shape: number[]
  optional: boolean
  unknownFields?: UnknownFields
}

/** A model used as a layer. */
export interface Submodel {
  graph?: Graph | undefined
  unknownFields?: UnknownFields
}

/** A raw function node: keras.ops.* or an operator. */
export interface Op {
  /** Dotted name without "keras.ops.": "add", "nn.relu", "numpy.expand_dims" is "expand_dims". */
  name: string
  /**
   * Static settings, e.g. axis, keepdims, dtype; call arguments are in the Call. Two functions know one that Keras's do not:
   * "shape" with "stacked" gives one tensor, "take" has TensorFlow's "batch_dims".
   */
  attributes: Argument[]
  unknownFields?: UnknownFields
}

/** Returns its input: Dropout, GaussianNoise, ActivityRegularization and others that only act in training. */
export interface Identity {
  /** False where Keras stops a mask at this layer. */
  supportsMasking: boolean
  unknownFields?: UnknownFields
}

/** y = activation(x · kernel + bias), over the last axis. x: (…, input), y: (…, units). */
export interface Dense {
  units: number
  /** Tensor index, shape (input, units). */
  kernel?: TensorIndex | undefined
  /** Tensor index, shape (units). */
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  quantization?: Quantization | undefined
  unknownFields?: UnknownFields
}

/** Weights stored as integers or float8. Symmetric unless zero is given. */
export interface Quantization {
  /** "int8", "int4", "float8", "gptq", "awq". */
  mode: string
  /**
   * Tensor index of the scale. One per output channel: weight = stored / scale; with a zero point and in GPTQ and AWQ,
   * one per group and output channel: weight = (stored - zero) * scale.
   */
  scale?: TensorIndex | undefined
  /** Tensor index of the zero point, same shape as scale. */
  zero?: TensorIndex | undefined
  /** Tensor index of the group of each input channel (GPTQ, AWQ), int32. */
  groupIndex?: TensorIndex | undefined
  /** Input channels per block; 0: one scale per output channel. */
  blockSize: number
  /** Shape of the kernel before packing, when packing changed it. */
  unpackedShape: number[]
  /** True: inputs are quantized too, one scale a row, as Keras does for int8. */
  dynamicInputs: boolean
  /** Tensor indices of float8's recorded scales: [inputs_scale, kernel_scale, outputs_grad_scale], and of AWQ's input scales. */
  inputScales: TensorIndex[]
  /** Bits of a GPTQ weight: 4 (two in a byte) or 8; 0: as the mode says. */
  bits: number
  unknownFields?: UnknownFields
}

/** y = activation(einsum(equation, x, kernel) + bias). */
export interface EinsumDense {
  /** E.g. "abc,cd->abd"; "..." stands for leading dimensions. */
  equation: string
  /** Output shape without the batch dimension, -1 where free. */
  outputShape: number[]
  /** Letters of the equation that the bias spans; empty: no bias. */
  biasAxes: string
  kernel?: TensorIndex | undefined
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  quantization?: Quantization | undefined
  unknownFields?: UnknownFields
}

/** y[…, :] = table[x[…]]. x: (…) integers, y: (…, output_dim). */
export interface Embedding {
  inputDim: number
  outputDim: number
  /** Index 0 is padding and makes a mask. */
  maskZero: boolean
  /** Tensor index, shape (input_dim, output_dim). */
  table?: TensorIndex | undefined
  quantization?: Quantization | undefined
  /** ReversibleEmbedding: called with reverse=true it is a projection back to the vocabulary. */
  reversible: boolean
  /** Tensor index, shape (output_dim, input_dim): the reverse projection when not tied to `table`. */
  reverseKernel?: TensorIndex | undefined
  /** |logits| <= soft cap by cap*tanh(logits/cap); absent: none. */
  logitSoftCap?: number | undefined
  /** How reverseKernel is stored and its inputs are quantized; tied tables have `quantization`'s tensors here. */
  reverseQuantization?: Quantization | undefined
  /** Dtype of the reverse projection; absent: that of the layer. */
  reverseDtype?: DType | undefined
  unknownFields?: UnknownFields
}

/** An activation as a layer of its own. */
export interface ActivationLayer {
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

export interface Softmax {
  /** Axes normalised together; empty means [-1]. */
  axes: number[]
  unknownFields?: UnknownFields
}

/** y = x where x > 0, alpha*x elsewhere. */
export interface PRelu {
  /** Tensor index, shape of x without the batch dimension, 1 on shared axes. */
  alpha?: TensorIndex | undefined
  sharedAxes: number[]
  unknownFields?: UnknownFields
}

/** Convolution of `rank` spatial dimensions. x: (batch, spatial…, channels) or channels first. */
export interface Conv {
  rank: number
  filters: number
  /** `rank` entries each. */
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  /** "valid", "same", "causal". */
  padding: string
  /** "channels_last", "channels_first". */
  dataFormat: string
  groups: number
  /** Tensor index, shape (kernel_size…, input channels / groups, filters). */
  kernel?: TensorIndex | undefined
  /** Tensor index, shape (filters). */
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

export interface ConvTranspose {
  rank: number
  filters: number
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  padding: string
  dataFormat: string
  /** Empty: inferred, as Keras does. */
  outputPadding: number[]
  /** Tensor index, shape (kernel_size…, filters, input channels). */
  kernel?: TensorIndex | undefined
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

export interface DepthwiseConv {
  rank: number
  depthMultiplier: number
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  padding: string
  dataFormat: string
  /** Tensor index, shape (kernel_size…, input channels, depth_multiplier). */
  kernel?: TensorIndex | undefined
  /** Tensor index, shape (input channels * depth_multiplier). */
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

export interface SeparableConv {
  rank: number
  filters: number
  depthMultiplier: number
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  padding: string
  dataFormat: string
  /** Tensor index, shape (kernel_size…, input channels, depth_multiplier). */
  depthwiseKernel?: TensorIndex | undefined
  /** Tensor index, shape (1…, input channels * depth_multiplier, filters). */
  pointwiseKernel?: TensorIndex | undefined
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

/** Keras 2's convolution without weight sharing. */
export interface LocallyConnected {
  rank: number
  filters: number
  kernelSize: number[]
  strides: number[]
  padding: string
  dataFormat: string
  /** 1, 2 or 3: Keras 2's storage layout of the kernel. */
  implementation: number
  kernel?: TensorIndex | undefined
  bias?: TensorIndex | undefined
  activation?: Activation | undefined
  unknownFields?: UnknownFields
}

export interface Pooling {
  rank: number
  /** "max", "average". */
  reduction: string
  poolSize: number[]
  strides: number[]
  padding: string
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface GlobalPooling {
  rank: number
  reduction: string
  keepdims: boolean
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface AdaptivePooling {
  rank: number
  reduction: string
  /** Spatial output size, `rank` entries. */
  outputSize: number[]
  dataFormat: string
  unknownFields?: UnknownFields
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, statistics fixed at training. */
export interface BatchNormalization {
  axis: number
  epsilon: number
  /** Tensor indices, shape (channels). */
  gamma?: TensorIndex | undefined
  beta?: TensorIndex | undefined
  movingMean?: TensorIndex | undefined
  movingVariance?: TensorIndex | undefined
  unknownFields?: UnknownFields
}

/** Statistics over `axes` of each call's own input. */
export interface LayerNormalization {
  axes: number[]
  epsilon: number
  /** Tensor indices, shape of x along the axes. */
  gamma?: TensorIndex | undefined
  beta?: TensorIndex | undefined
  /** Keras 3 before 3.9: scale by root mean square only. */
  rmsScaling: boolean
  unknownFields?: UnknownFields
}

export interface GroupNormalization {
  /** -1: one group per channel. */
  groups: number
  axis: number
  epsilon: number
  gamma?: TensorIndex | undefined
  beta?: TensorIndex | undefined
  unknownFields?: UnknownFields
}

export interface RmsNormalization {
  axes: number[]
  epsilon: number
  gamma?: TensorIndex | undefined
  unknownFields?: UnknownFields
}

/** y = x / sqrt(max(sum(x²), 1e-12)) over the axes. */
export interface UnitNormalization {
  axes: number[]
  unknownFields?: UnknownFields
}

/** Wraps a layer whose kernel is divided by its largest singular value, estimated by power iteration. */
export interface SpectralNormalization {
  /** Layer index. */
  layer: LayerIndex
  powerIterations: number
  /** Tensor index, shape (1, output channels): the left vector. */
  vectorU?: TensorIndex | undefined
  unknownFields?: UnknownFields
}

/** One recurrent cell. */
export interface Cell {
  /** "simple_rnn", "lstm", "gru", or "layer": a class of the user's own. */
  type: string
  /** Size of the last axis of the result; 0 where `layer` says it. */
  units: number
  activation?: Activation | undefined
  /** Gates; not used by simple_rnn. */
  recurrentActivation?: Activation | undefined
  /** Tensor index, shape (input, gates*units); gate order as Keras: LSTM i,f,c,o; GRU z,r,h. */
  kernel?: TensorIndex | undefined
  /** Tensor index, shape (units, gates*units). */
  recurrentKernel?: TensorIndex | undefined
  /** Tensor index, shape (gates*units), or (2, 3*units) for GRU with reset_after. */
  bias?: TensorIndex | undefined
  /** GRU only: the reset gate is applied after the matrix product. */
  resetAfter: boolean
  /**
   * Layer index of a submodel that computes one step: its inputs are the step (batch, …) and the states, its outputs the
   * step's output and the states after it. The shapes of its inputs are those of the states.
   */
  layer?: LayerIndex | undefined
  unknownFields?: UnknownFields
}

/** How a recurrent layer walks over time. */
export interface Scan {
  returnSequences: boolean
  returnState: boolean
  goBackwards: boolean
  stateful: boolean
  zeroOutputForMask: boolean
  /** Keras 2: x is (time, batch, …). */
  timeMajor: boolean
  /** Informative: Keras unrolled the loop; the arithmetic is the same. */
  unroll: boolean
  unknownFields?: UnknownFields
}

/** SimpleRNN, LSTM, GRU and RNN over cells. x: (batch, time, input). */
export interface Recurrent {
  /** One cell, or several stacked. */
  cells: Cell[]
  scan?: Scan | undefined
  unknownFields?: UnknownFields
}

/** Cells used outside an RNN layer: called with one step x (batch, …) and the states, gives the output and the states after. */
export interface StackedCells {
  cells: Cell[]
  unknownFields?: UnknownFields
}

/** ConvLSTM. x: (batch, time, spatial…, channels). */
export interface ConvRecurrent {
  rank: number
  filters: number
  kernelSize: number[]
  strides: number[]
  dilationRate: number[]
  padding: string
  dataFormat: string
  activation?: Activation | undefined
  recurrentActivation?: Activation | undefined
  /** Tensor index, shape (kernel_size…, input channels, 4*filters). */
  kernel?: TensorIndex | undefined
  /** Tensor index, shape (kernel_size…, filters, 4*filters). */
  recurrentKernel?: TensorIndex | undefined
  /** Tensor index, shape (4*filters). */
  bias?: TensorIndex | undefined
  scan?: Scan | undefined
  unknownFields?: UnknownFields
}

export interface Bidirectional {
  /** Layer indices of the two recurrent layers. */
  forward: LayerIndex
  backward: number
  /** "concat", "sum", "mul", "ave", or empty for two outputs. */
  mergeMode: string
  unknownFields?: UnknownFields
}

export interface TimeDistributed {
  /** Layer index. */
  layer: LayerIndex
  unknownFields?: UnknownFields
}

/** Attention and AdditiveAttention. query (batch, Tq, d), value (batch, Tv, d), key (batch, Tv, d). */
export interface Attention {
  /** "dot", "concat" or "additive". */
  scoreMode: string
  /** Tensor index, scalar (dot, concat) or (d) (additive). */
  scale?: TensorIndex | undefined
  /** Tensor index, scalar: weight of the concat score. */
  concatScoreWeight?: TensorIndex | undefined
  unknownFields?: UnknownFields
}

/** One einsum projection of an attention layer. */
export interface Projection {
  equation: string
  kernel?: TensorIndex | undefined
  bias?: TensorIndex | undefined
  quantization?: Quantization | undefined
  unknownFields?: UnknownFields
}

/** MultiHeadAttention and GroupedQueryAttention. */
export interface MultiHeadAttention {
  numHeads: number
  /** Equal to num_heads unless heads share keys and values. */
  numKeyValueHeads: number
  keyDim: number
  valueDim: number
  /** Axes of the query over which attention is applied; empty: all between batch and features. */
  attentionAxes: number[]
  query?: Projection | undefined
  key?: Projection | undefined
  value?: Projection | undefined
  output?: Projection | undefined
  /** Gate on the attention output (use_gate). */
  gate?: Projection | undefined
  /** Only keys within this distance are attended to; absent: all. */
  slidingWindow?: number | undefined
  /** True: GroupedQueryAttention's axis order and defaults. */
  grouped: boolean
  /**
   * Rate of dropout on the scores in training. Not 0: Keras takes its plain path, where a row that is masked as a whole
   * gives 0; else the row is uniform.
   */
  dropout?: number | undefined
  unknownFields?: UnknownFields
}

/** Element-wise merge of two or more inputs with broadcasting. */
export interface Merge {
  /** "add", "subtract", "multiply", "average", "maximum", "minimum". */
  operation: string
  unknownFields?: UnknownFields
}

export interface Concatenate {
  axis: number
  unknownFields?: UnknownFields
}

export interface Dot {
  /** One axis of each input. */
  axes: number[]
  normalize: boolean
  unknownFields?: UnknownFields
}

export interface Flatten {
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface Reshape {
  /** Without the batch dimension; at most one -1. */
  targetShape: number[]
  unknownFields?: UnknownFields
}

export interface Permute {
  /** 1-based, without the batch dimension, as Keras writes it. */
  dims: number[]
  unknownFields?: UnknownFields
}

export interface RepeatVector {
  n: number
  unknownFields?: UnknownFields
}

export interface Cropping {
  rank: number
  /** 2*rank entries: before and after each spatial dimension. */
  amounts: number[]
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface ZeroPadding {
  rank: number
  /** 2*rank entries: before and after each spatial dimension. */
  amounts: number[]
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface UpSampling {
  rank: number
  size: number[]
  /** "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5". */
  interpolation: string
  dataFormat: string
  unknownFields?: UnknownFields
}

/** Steps whose every feature equals mask_value are masked. */
export interface Masking {
  maskValue: number
  unknownFields?: UnknownFields
}

/** y = (x - mean) / sqrt(variance), or its inverse. */
export interface Normalization {
  /** Axes kept apart; empty: one mean for all. */
  axes: number[]
  /** Tensor indices, broadcastable to x. */
  mean?: TensorIndex | undefined
  variance?: TensorIndex | undefined
  invert: boolean
  unknownFields?: UnknownFields
}

/** y = x * scale + offset. */
export interface Rescaling {
  /** One entry, or one per channel. */
  scale: number[]
  offset: number[]
  unknownFields?: UnknownFields
}

export interface Resizing {
  height: number
  width: number
  interpolation: string
  antialias: boolean
  cropToAspectRatio: boolean
  padToAspectRatio: boolean
  fillMode: string
  fillValue: number
  dataFormat: string
  boundingBoxFormat: string
  unknownFields?: UnknownFields
}

export interface CenterCrop {
  height: number
  width: number
  dataFormat: string
  unknownFields?: UnknownFields
}

export interface Discretization {
  /** Tensor index, shape (boundaries), ascending. */
  binBoundaries?: TensorIndex | undefined
  /** "int", "one_hot", "multi_hot", "count". */
  outputMode: string
  sparse: boolean
  /** Buckets are int64, as Keras 2 gives them, instead of int32. */
  wide: boolean
  unknownFields?: UnknownFields
}

export interface CategoryEncoding {
  numTokens: number
  outputMode: string
  sparse: boolean
  unknownFields?: UnknownFields
}

export interface Hashing {
  numBins: number
  maskValue?: string | undefined
  outputMode: string
  sparse: boolean
  /** Empty: FarmHash's Fingerprint64; 16 bytes: SipHash-2-4 with this key, two little-endian words. */
  key: Uint8Array
  unknownFields?: UnknownFields
}

export interface HashedCrossing {
  numBins: number
  outputMode: string
  sparse: boolean
  unknownFields?: UnknownFields
}

/** StringLookup and IntegerLookup. */
export interface IndexLookup {
  /** STRING or INT64. */
  vocabularyDtype?: DType | undefined
  /** Tensor index, shape (terms), without mask and out-of-vocabulary tokens. */
  vocabulary?: TensorIndex | undefined
  numOovIndices: number
  /** Absent: no mask token. */
  maskToken?: string | undefined
  oovToken: string
  invert: boolean
  /** "int", "one_hot", "multi_hot", "count", "tf_idf". */
  outputMode: string
  maxTokens?: number | undefined
  padToMaxTokens: boolean
  sparse: boolean
  /** Tensor index, float32: the factor of each index's count, special tokens and padding included. */
  idfWeights?: TensorIndex | undefined
  /** "floormod" or "farmhash": how unknown integers share several buckets; strings are always hashed. */
  oovMethod: string
  /** Empty: FarmHash's Fingerprint64; 16 bytes: SipHash-2-4 with this key, two little-endian words. */
  key: Uint8Array
  /** Type of one_hot, multi_hot and count: INT64 as in Keras 3, FLOAT32 as in Keras 2. */
  encodingDtype?: DType | undefined
  unknownFields?: UnknownFields
}

export interface TextVectorization {
  /** "lower_and_strip_punctuation", "lower", "strip_punctuation", or empty. */
  standardize: string
  /** "whitespace", "character", or empty. */
  split: string
  /** Sizes of n-grams; empty: none. */
  ngrams: number[]
  outputSequenceLength?: number | undefined
  lookup?: IndexLookup | undefined
  ragged: boolean
  unknownFields?: UnknownFields
}

/** STFTSpectrogram and MelSpectrogram. */
export interface Spectrogram {
  mel: boolean
  /** STFT: "log", "magnitude", "psd", "real", "imag", "angle", "stft". */
  mode: string
  frameLength: number
  frameStep: number
  fftLength: number
  /** "hann", "hamming", or empty. */
  window: string
  periodic: boolean
  scaling: boolean
  padding: string
  expandDims: boolean
  dataFormat: string
  numMelBins: number
  samplingRate: number
  minFreq: number
  maxFreq: number
  powerToDb: number
  topDb: number
  magExp: number
  minPower: number
  refPower: number
  /** Tensor indices of stored constants, where the source has them. */
  constants: TensorIndex[]
  unknownFields?: UnknownFields
}

/** Preprocessing of images that acts at inference too, and random ones as what they are then. */
export interface ImageAugmentation {
  /** Class in snake case: "auto_contrast", "solarization", "random_crop", … */
  operation: string
  /** Settings as in the source's config. */
  attributes: Argument[]
  /** Layer indices, for operations made of others (Pipeline). */
  layers: LayerIndex[]
  unknownFields?: UnknownFields
}
