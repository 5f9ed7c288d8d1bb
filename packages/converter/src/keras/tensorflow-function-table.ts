import type { Json } from './python-json.ts'

/** A TensorFlow function in a Keras 2 graph and the function of `keras.ops` that means the same. */
export interface Translation {
  readonly op: string
  /** A layer that means the same where `keras.ops` has nothing: its class, in place of `op`. */
  readonly layer?: string
  /** TensorFlow's tensor parameters in order; they become positional. The first is always the positional one. */
  readonly tensors: readonly string[]
  /** How many of them have to be given; one when left out. */
  readonly required?: number
  /** Further parameters: TensorFlow's name to that of `keras.ops`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Settings that TensorFlow means without saying so. */
  readonly fixed?: Readonly<Record<string, Json>>
  /** Static parameters that `keras.ops` does not have, with the value that changes nothing. */
  readonly neutral?: Readonly<Record<string, Json>>
  /** Changes a static argument, by the name it has in `keras.ops`; undefined where there is no counterpart. */
  readonly adapt?: Readonly<Record<string, (value: Json) => Json | undefined>>
  /** Parameters whose constants are whole numbers. */
  readonly indices?: readonly string[]
}

const unary = (op: string): Translation => ({ op, tensors: ['x'] })
const binary = (op: string): Translation => ({ op, tensors: ['x', 'y'] })
const reduction = (op: string): Translation => ({
  op,
  tensors: ['input_tensor'],
  settings: { axis: 'axis', keepdims: 'keepdims' },
})
const along = (op: string, tensor: string): Translation => ({
  op,
  tensors: [tensor],
  settings: { axis: 'axis' },
})
const norm: Translation = {
  op: 'linalg.norm',
  tensors: ['tensor'],
  settings: { axis: 'axis', ord: 'ord', keepdims: 'keepdims' },
  neutral: { ord: 'euclidean' },
}

/** Functions whose name and meaning are the same in both, of one tensor. */
const sameUnary = [
  'abs',
  'cos',
  'cosh',
  'erf',
  'exp',
  'expm1',
  'floor',
  'log',
  'log1p',
  'logical_not',
  'negative',
  'reciprocal',
  'rsqrt',
  'sign',
  'sin',
  'sinh',
  'sqrt',
  'square',
  'tan',
]

/** Functions whose name and meaning are the same in both, of two tensors. */
const sameBinary = [
  'add',
  'divide',
  'divide_no_nan',
  'equal',
  'greater',
  'greater_equal',
  'less',
  'less_equal',
  'logical_and',
  'logical_or',
  'logical_xor',
  'maximum',
  'minimum',
  'multiply',
  'not_equal',
  'subtract',
]

/** Sizes of parts as the places between them, as NumPy splits. */
function splitPlaces(value: Json): Json | undefined {
  if (typeof value === 'number') return value
  if (!Array.isArray(value)) return undefined
  let end = 0
  const places: number[] = []
  for (const size of value.slice(0, -1)) {
    if (typeof size !== 'number' || size < 0) return undefined
    end += size
    places.push(end)
  }
  return places
}

const padModes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  symmetric: 'symmetric',
}

/** Ways of resizing that TensorFlow 2 shares with Keras: half-pixel centres, no antialiasing unless asked for. */
const resizeMethods: ReadonlySet<Json> = new Set([
  'bilinear',
  'nearest',
  'bicubic',
  'lanczos3',
  'lanczos5',
])

/** By TensorFlow's name, without the "compat.v1." of functions that have a newer version too. */
export const tensorflowFunctions: Readonly<Record<string, Translation>> = {
  ...Object.fromEntries(sameUnary.map((name) => [`math.${name}`, unary(name)])),
  ...Object.fromEntries(sameBinary.map((name) => [`math.${name}`, binary(name)])),
  '__operators__.add': binary('add'),
  '__operators__.getitem': { op: 'get_item', tensors: ['tensor', 'slice_spec'] },
  broadcast_to: { op: 'broadcast_to', tensors: ['input'], settings: { shape: 'shape' } },
  cast: { op: 'cast', tensors: ['x'], settings: { dtype: 'dtype' } },
  clip_by_value: { op: 'clip', tensors: ['t', 'clip_value_min', 'clip_value_max'] },
  expand_dims: along('expand_dims', 'input'),
  gather: {
    op: 'take',
    tensors: ['params', 'indices'],
    settings: { axis: 'axis', batch_dims: 'batch_dims' },
    // Without an axis TensorFlow gathers rows, NumPy from the flattened array.
    fixed: { axis: 0 },
    neutral: { batch_dims: 0 },
    indices: ['indices'],
  },
  floor_div: binary('floor_divide'),
  identity: { op: 'convert_to_tensor', tensors: ['input'] },
  'image.resize': {
    op: 'image.resize',
    tensors: ['images'],
    settings: { size: 'size', method: 'interpolation', antialias: 'antialias' },
    fixed: { interpolation: 'bilinear', antialias: false, data_format: 'channels_last' },
    neutral: { preserve_aspect_ratio: false },
    adapt: { interpolation: (value) => (resizeMethods.has(value) ? value : undefined) },
  },
  'keras.backend.batch_flatten': { op: '', layer: 'Flatten', tensors: ['x'] },
  'image.hsv_to_rgb': { op: 'image.hsv_to_rgb', tensors: ['images'] },
  'image.rgb_to_hsv': { op: 'image.rgb_to_hsv', tensors: ['images'] },
  'linalg.cholesky': { op: 'linalg.cholesky', tensors: ['input'] },
  'linalg.det': { op: 'linalg.det', tensors: ['input'] },
  'linalg.inv': { op: 'linalg.inv', tensors: ['input'], neutral: { adjoint: false } },
  'linalg.matmul': { op: 'matmul', tensors: ['a', 'b'] },
  'linalg.norm': norm,
  'math.add_n': { op: '', layer: 'Add', tensors: ['inputs'] },
  'math.acos': unary('arccos'),
  'math.acosh': unary('arccosh'),
  'math.asin': unary('arcsin'),
  'math.asinh': unary('arcsinh'),
  'math.atan': unary('arctan'),
  'math.atan2': { op: 'arctan2', tensors: ['y', 'x'] },
  'math.atanh': unary('arctanh'),
  'math.accumulate_n': { op: '', layer: 'Add', tensors: ['inputs'] },
  'math.ceil': unary('ceil'),
  'math.conj': unary('conjugate'),
  'math.erfc': unary('erfc'),
  'math.imag': { op: 'imag', tensors: ['input'] },
  'math.nextafter': { op: 'nextafter', tensors: ['x1', 'x2'] },
  'math.real': { op: 'real', tensors: ['input'] },
  'math.rint': unary('round'),
  'math.erfinv': unary('erfinv'),
  'math.floordiv': binary('floor_divide'),
  'math.floormod': binary('mod'),
  'math.is_finite': unary('isfinite'),
  'math.is_inf': unary('isinf'),
  'math.is_nan': unary('isnan'),
  'math.log_sigmoid': unary('nn.log_sigmoid'),
  'math.pow': binary('power'),
  'math.reduce_all': reduction('all'),
  'math.reduce_any': reduction('any'),
  'math.reduce_logsumexp': reduction('logsumexp'),
  'math.reduce_max': reduction('max'),
  'math.reduce_mean': reduction('mean'),
  'math.reduce_min': reduction('min'),
  'math.reduce_prod': reduction('prod'),
  'math.reduce_std': reduction('std'),
  'math.reduce_sum': reduction('sum'),
  'math.reduce_variance': reduction('var'),
  // TensorFlow rounds halves to even, and so does NumPy.
  'math.round': unary('round'),
  'math.sigmoid': unary('nn.sigmoid'),
  'math.softplus': { op: 'nn.softplus', tensors: ['features'] },
  'math.tanh': unary('nn.tanh'),
  'math.top_k': { op: 'top_k', tensors: ['input'], settings: { k: 'k', sorted: 'sorted' } },
  'math.truediv': binary('divide'),
  'nn.bias_add': { op: 'add', tensors: ['value', 'bias'], neutral: { data_format: 'NHWC' } },
  'nn.depth_to_space': {
    op: 'nn.depth_to_space',
    tensors: ['input'],
    settings: { block_size: 'block_size' },
    fixed: { data_format: 'channels_last' },
    neutral: { data_format: 'NHWC' },
  },
  'nn.elu': unary('nn.elu'),
  'nn.gelu': {
    op: 'nn.gelu',
    tensors: ['features'],
    settings: { approximate: 'approximate' },
    fixed: { approximate: false },
  },
  'nn.leaky_relu': {
    op: 'nn.leaky_relu',
    tensors: ['features'],
    settings: { alpha: 'negative_slope' },
    fixed: { negative_slope: 0.2 },
  },
  'nn.log_softmax': along('nn.log_softmax', 'logits'),
  'nn.relu': unary('nn.relu'),
  'nn.relu6': unary('nn.relu6'),
  'nn.selu': unary('nn.selu'),
  'nn.silu': unary('nn.silu'),
  'nn.softmax': along('nn.softmax', 'logits'),
  'nn.softplus': unary('nn.softplus'),
  'nn.softsign': unary('nn.softsign'),
  'nn.space_to_depth': {
    op: 'nn.space_to_depth',
    tensors: ['input'],
    settings: { block_size: 'block_size' },
    fixed: { data_format: 'channels_last' },
    neutral: { data_format: 'NHWC' },
  },
  'nn.tanh': unary('nn.tanh'),
  norm,
  ones_like: unary('ones_like'),
  pad: {
    op: 'pad',
    tensors: ['tensor'],
    settings: { paddings: 'pad_width', mode: 'mode', constant_values: 'constant_values' },
    fixed: { mode: 'constant' },
    adapt: {
      mode: (mode) => (typeof mode === 'string' ? padModes[mode.toLowerCase()] : undefined),
    },
  },
  repeat: { op: 'repeat', tensors: ['input'], settings: { repeats: 'repeats', axis: 'axis' } },
  reshape: { op: 'reshape', tensors: ['tensor'], settings: { shape: 'newshape' } },
  reverse: along('flip', 'tensor'),
  roll: { op: 'roll', tensors: ['input'], settings: { shift: 'shift', axis: 'axis' } },
  split: {
    op: 'split',
    tensors: ['value'],
    settings: { num_or_size_splits: 'indices_or_sections', axis: 'axis' },
    fixed: { axis: 0 },
    adapt: { indices_or_sections: splitPlaces },
  },
  squeeze: along('squeeze', 'input'),
  // At inference nothing but the tensor itself.
  stop_gradient: { op: 'convert_to_tensor', tensors: ['input'] },
  tile: { op: 'tile', tensors: ['input'], settings: { multiples: 'repeats' } },
  transpose: { op: 'transpose', tensors: ['a'], settings: { perm: 'axes' } },
  unstack: {
    op: 'unstack',
    tensors: ['value'],
    settings: { num: 'num', axis: 'axis' },
    fixed: { axis: 0 },
  },
  // With a condition alone it gives the places where it holds.
  where: { op: 'where', tensors: ['condition', 'x', 'y'], required: 3 },
  zeros_like: unary('zeros_like'),
}
