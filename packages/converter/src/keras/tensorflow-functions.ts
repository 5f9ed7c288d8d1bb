import type { CallSpec, LayerSpec, SpecValue } from './model-spec.ts'
import type { JsonObject } from './python-json.ts'

/** A TensorFlow function in a Keras 2 graph and the function of `keras.ops` that means the same. */
interface Translation {
  readonly op: string
  /** TensorFlow's tensor parameters in order; they become positional. The first is always the positional one. */
  readonly tensors: readonly string[]
  /** Static parameters: TensorFlow's name to that of `keras.ops`. */
  readonly settings?: Readonly<Record<string, string>>
}

const unary = (op: string): Translation => ({ op, tensors: ['x'] })
const binary = (op: string): Translation => ({ op, tensors: ['x', 'y'] })
const reduction = (op: string): Translation => ({
  op,
  tensors: ['input_tensor'],
  settings: { axis: 'axis', keepdims: 'keepdims' },
})

const functions: Readonly<Record<string, Translation>> = {
  '__operators__.add': binary('add'),
  '__operators__.getitem': { op: 'get_item', tensors: ['tensor', 'slice_spec'] },
  cast: { op: 'cast', tensors: ['x'], settings: { dtype: 'dtype' } },
  clip_by_value: { op: 'clip', tensors: ['t', 'clip_value_min', 'clip_value_max'] },
  concat: { op: 'concatenate', tensors: ['values'], settings: { axis: 'axis' } },
  expand_dims: { op: 'expand_dims', tensors: ['input'], settings: { axis: 'axis' } },
  'linalg.matmul': { op: 'matmul', tensors: ['a', 'b'] },
  'math.abs': unary('abs'),
  'math.add': binary('add'),
  'math.argmax': { op: 'argmax', tensors: ['input'], settings: { axis: 'axis' } },
  'math.cos': unary('cos'),
  'math.divide': binary('divide'),
  'math.equal': binary('equal'),
  'math.exp': unary('exp'),
  'math.floordiv': binary('floor_divide'),
  'math.floormod': binary('mod'),
  'math.greater': binary('greater'),
  'math.greater_equal': binary('greater_equal'),
  'math.less': binary('less'),
  'math.less_equal': binary('less_equal'),
  'math.log': unary('log'),
  'math.log1p': unary('log1p'),
  'math.logical_and': binary('logical_and'),
  'math.logical_not': unary('logical_not'),
  'math.logical_or': binary('logical_or'),
  'math.maximum': binary('maximum'),
  'math.minimum': binary('minimum'),
  'math.multiply': binary('multiply'),
  'math.negative': unary('negative'),
  'math.not_equal': binary('not_equal'),
  'math.pow': binary('power'),
  'math.reduce_all': reduction('all'),
  'math.reduce_any': reduction('any'),
  'math.reduce_max': reduction('max'),
  'math.reduce_mean': reduction('mean'),
  'math.reduce_min': reduction('min'),
  'math.reduce_prod': reduction('prod'),
  'math.reduce_sum': reduction('sum'),
  'math.rsqrt': unary('rsqrt'),
  'math.sigmoid': unary('nn.sigmoid'),
  'math.sin': unary('sin'),
  'math.sqrt': unary('sqrt'),
  'math.square': unary('square'),
  'math.subtract': binary('subtract'),
  'math.tanh': unary('nn.tanh'),
  'math.truediv': binary('divide'),
  'nn.elu': unary('nn.elu'),
  'nn.gelu': { op: 'nn.gelu', tensors: ['features'], settings: { approximate: 'approximate' } },
  'nn.leaky_relu': {
    op: 'nn.leaky_relu',
    tensors: ['features'],
    settings: { alpha: 'negative_slope' },
  },
  'nn.relu': unary('nn.relu'),
  'nn.relu6': unary('nn.relu6'),
  'nn.selu': unary('nn.selu'),
  'nn.silu': unary('nn.silu'),
  'nn.softmax': { op: 'nn.softmax', tensors: ['logits'], settings: { axis: 'axis' } },
  'nn.softplus': unary('nn.softplus'),
  'nn.tanh': unary('nn.tanh'),
  ones_like: unary('ones_like'),
  reshape: { op: 'reshape', tensors: ['tensor'], settings: { shape: 'newshape' } },
  squeeze: { op: 'squeeze', tensors: ['input'], settings: { axis: 'axis' } },
  stack: { op: 'stack', tensors: ['values'], settings: { axis: 'axis' } },
  tile: { op: 'tile', tensors: ['input'], settings: { multiples: 'repeats' } },
  transpose: { op: 'transpose', tensors: ['a'], settings: { perm: 'axes' } },
  'compat.v1.transpose': { op: 'transpose', tensors: ['a'], settings: { perm: 'axes' } },
  where: { op: 'where', tensors: ['condition', 'x', 'y'] },
  zeros_like: unary('zeros_like'),
}

const classNames: ReadonlySet<string> = new Set(['TFOpLambda', 'SlicingOpLambda'])

/** True for the nodes in which Keras 2 keeps calls of TensorFlow functions and operators. */
export function isTensorflowNode({ className }: Pick<LayerSpec, 'className'>): boolean {
  return classNames.has(className)
}

/**
 * A TensorFlow function node as a node of `keras.ops`: tensors positional, static arguments in the config.
 *
 * @returns undefined when there is no counterpart
 */
export function translateFunction(layer: LayerSpec): LayerSpec | undefined {
  const name = layer.config.function
  const translation =
    typeof name === 'string' && Object.hasOwn(functions, name) ? functions[name] : undefined
  const [call] = layer.calls
  if (!translation || !call) return undefined
  const { op, tensors, settings = {} } = translation
  const config: JsonObject = {}
  const keywords = new Map(call.keywords)
  for (const [from, to] of Object.entries(settings)) {
    const value = keywords.get(from)
    keywords.delete(from)
    if (value && value.kind !== 'none') config[to] = plainJson(value)
  }
  const positional: SpecValue[] = [...call.positional]
  for (const parameter of tensors.slice(positional.length)) {
    const value = keywords.get(parameter)
    if (value) positional.push(value)
    keywords.delete(parameter)
  }
  keywords.delete('name')
  const subscripts = op === 'matmul' ? transposedProduct(keywords) : undefined
  if (subscripts !== undefined) config.subscripts = subscripts
  const rest = [...keywords].filter(([, value]) => !saysNothing(value))
  const known = rest.length === 0 && Object.values(config).every((value) => value !== undefined)
  const translated: CallSpec = { positional, keywords: [] }
  const opName = subscripts === undefined ? op : 'einsum'
  return known ? { ...layer, op: opName, config, calls: [translated] } : undefined
}

/** None, and False as the default of TensorFlow's switches. */
function saysNothing(value: SpecValue): boolean {
  return value.kind === 'none' || (value.kind === 'boolean' && !value.value)
}

/** A matmul of transposed matrices as the subscripts of an einsum; takes the switches from the keywords. */
function transposedProduct(keywords: Map<string, SpecValue>): string | undefined {
  const [a, b] = ['transpose_a', 'transpose_b'].map((name) => {
    const value = keywords.get(name)
    keywords.delete(name)
    return value !== undefined && !saysNothing(value)
  })
  if (!a && !b) return undefined
  return `...${a ? 'ji' : 'ij'},...${b ? 'kj' : 'jk'}->...ik`
}

/** A static argument as JSON again; undefined when it holds a tensor. */
function plainJson(value: SpecValue): JsonObject[string] {
  switch (value.kind) {
    case 'boolean':
    case 'number':
    case 'text':
      return value.value
    case 'none':
      return null
    case 'list': {
      const items = value.items.map((item) => plainJson(item))
      return items.every((item) => item !== undefined) ? items : undefined
    }
    default:
      return undefined
  }
}
