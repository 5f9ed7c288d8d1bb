import type { Block, BlockTensor, BlockValue } from '../custom/composition.ts'
import { NoCounterpart, type Given } from './tensorflow-given.ts'

/** A TensorFlow function that takes several of `keras.ops`. */
export interface TensorflowComposition {
  /** TensorFlow's first parameters, in order. */
  readonly parameters: readonly string[]
  /** @throws {NoCounterpart} where the call means something else */
  compose(block: Block, given: Given): BlockTensor | readonly BlockTensor[]
}

type Compose = TensorflowComposition['compose']

const of = (parameters: string, compose: Compose): TensorflowComposition => ({
  parameters: parameters.split(' '),
  compose,
})

const wholeSlice = { slice: [null, null] } as const

/** The index that is `part` along one axis and everything along the others. */
function along(axis: number, part: BlockValue): BlockValue[] {
  if (axis >= 0) return [...Array.from({ length: axis }, () => wholeSlice), part]
  return [{ ellipsis: true }, part, ...Array.from({ length: -axis - 1 }, () => wholeSlice)]
}

const cumulate = (op: 'cumsum' | 'cumprod'): TensorflowComposition =>
  of('x axis', (block, given) => {
    const axis = given.number('axis', 0)
    const [reverse, exclusive] = [given.flag('reverse'), given.flag('exclusive')]
    const turn = (value: BlockValue): BlockTensor => block.op('flip', [value], { axis })
    const x = given.tensor('x')
    const y = block.op(op, [reverse ? turn(x) : x], { axis })
    if (!exclusive) return reverse ? turn(y) : y
    // Every element but the last, one place later.
    const first = block.op('get_item', [y, along(axis, { slice: [0, 1] })])
    const neutral = block.op(op === 'cumsum' ? 'zeros_like' : 'ones_like', [first])
    const rest = block.op('get_item', [y, along(axis, { slice: [null, -1] })])
    const shifted = block.op('concatenate', [[neutral, rest]], { axis })
    return reverse ? turn(shifted) : shifted
  })

/** TensorFlow takes the first axis when none is said, and gives int64. */
const arg = (op: 'argmax' | 'argmin'): TensorflowComposition =>
  of('input axis output_type', (block, given) => {
    const y = block.op(op, [given.tensor('input')], { axis: given.number('axis', 0) })
    return block.op('cast', [y], { dtype: given.text('output_type', 'int64') })
  })

/** Sizes, strides or rates of a window: of `rank` axes, of all axes, or one for all. */
function window(values: readonly number[], rank: number): number[] {
  const [first] = values
  if (values.length === 1 && first !== undefined) return Array.from({ length: rank }, () => first)
  if (values.length === rank) return [...values]
  if (values.length === rank + 2 && first === 1 && values.at(-1) === 1) return values.slice(1, -1)
  throw new NoCounterpart()
}

function padding(given: Given): string {
  const text = given.text('padding', 'VALID').toLowerCase()
  if (text !== 'valid' && text !== 'same') throw new NoCounterpart()
  return text
}

const channelsLast = ['NHWC', 'NWC', 'NDHWC']

const pool = (op: 'max_pool' | 'average_pool', rank?: number): TensorflowComposition =>
  of('input ksize strides padding', (block, given) => {
    given.neutral('data_format', ...channelsLast)
    const [sizes, strides] = [given.integers('ksize') ?? [], given.integers('strides') ?? []]
    // One number is meant for as many axes as the tensor has between batch and channels.
    const own = rank ?? (sizes.length === 1 && strides.length === 1 ? 1 : sizes.length - 2)
    if (own < 1 || own > 3) throw new NoCounterpart()
    return block.op(`nn.${op}`, [given.tensor('input')], {
      pool_size: window(sizes, own),
      strides: window(strides, own),
      padding: padding(given),
      data_format: 'channels_last',
    })
  })

const conv = (op: 'conv' | 'depthwise_conv', filters: string, rank = 2): TensorflowComposition =>
  of(`input ${filters} strides padding`, (block, given) => {
    given.neutral('data_format', ...channelsLast)
    given.neutral('use_cudnn_on_gpu', true)
    const [dilations = [1]] = ['dilations', 'dilation_rate', 'rate'].flatMap((name) => {
      const rates = given.integers(name)
      return rates ? [rates] : []
    })
    return block.op(`nn.${op}`, [given.tensor('input'), given.tensor(filters)], {
      strides: window(given.integers('strides') ?? [1], rank),
      padding: padding(given),
      data_format: 'channels_last',
      dilation_rate: window(dilations, rank),
    })
  })

/** x and y, or zeros where one of them is 0. */
const whereNonzero = (
  parameters: string,
  zero: 'x' | 'y',
  op: (block: Block, x: BlockValue, y: BlockValue) => BlockTensor,
): TensorflowComposition =>
  of(parameters, (block, given) => {
    const [x, y] = [given.tensor('x'), given.tensor('y')]
    const isZero = block.op('equal', [zero === 'x' ? x : y, 0])
    return block.op('where', [isZero, 0, op(block, x, y)])
  })

/** A number for each end of a slice; tensors stay. */
function slices(starts: BlockValue, sizes: BlockValue): BlockValue[] {
  if (!Array.isArray(starts) || !Array.isArray(sizes)) throw new NoCounterpart()
  return starts.map((start: BlockValue, axis) => {
    const size = (sizes as BlockValue[])[axis]
    if (size === -1) return { slice: [start, null] as const }
    if (start === 0) return { slice: [0, size ?? null] as const }
    if (typeof start !== 'number' || typeof size !== 'number') throw new NoCounterpart()
    return { slice: [start, start + size] as const }
  })
}

/** A tensor filled with one number, of a shape that may be known only when the model runs. */
const filled = (value: number): TensorflowComposition =>
  of('shape dtype', (block, given) =>
    block.op('full', [value], {
      shape: given.sizes('shape'),
      dtype: given.text('dtype', 'float32'),
    }),
  )

/** Mean over height and width, or over the whole picture. */
function mean(block: Block, x: BlockValue, axis: readonly number[]): BlockTensor {
  return block.op('mean', [x], { axis: [...axis], keepdims: true })
}

/** By TensorFlow's name, without the "compat.v1." of functions that have a newer version too. */
export const tensorflowCompositions: Readonly<Record<string, TensorflowComposition>> = {
  argsort: of('values axis direction', (block, given) => {
    given.neutral('stable', true, false)
    const values = given.tensor('values')
    const isDescending = direction(given) === 'DESCENDING'
    // The smallest of the negated ones; of equal ones the first, as TensorFlow has it.
    return block.op('argsort', [isDescending ? block.op('negative', [values]) : values], {
      axis: given.number('axis', -1),
    })
  }),
  clip_by_norm: of('t clip_norm axes', (block, given) => {
    const [x, limit] = [given.tensor('t'), given.tensor('clip_norm')]
    const squares = block.op('sum', [block.op('square', [x])], {
      axis: given.axis('axes'),
      keepdims: true,
    })
    const largest = block.op('maximum', [block.op('sqrt', [squares]), limit])
    return block.op('divide', [block.op('multiply', [x, limit]), largest])
  }),
  concat: of('values axis', (block, given) =>
    block.op('concatenate', [given.tensors('values')], { axis: given.number('axis') }),
  ),
  ensure_shape: of('x shape', (block, given) => {
    given.sizes('shape')
    return block.op('convert_to_tensor', [given.tensor('x')])
  }),
  fill: of('dims value', (block, given) =>
    block.op('full', [given.tensor('value')], {
      shape: given.sizes('dims'),
      ...(given.isFloat('value') && { dtype: 'float32' }),
    }),
  ),
  'image.adjust_brightness': of('image delta', (block, given) =>
    block.op('add', [given.tensor('image'), given.number('delta')]),
  ),
  'image.adjust_contrast': of('images contrast_factor', (block, given) => {
    const x = given.tensor('images')
    const center = mean(block, x, [-3, -2])
    const away = block.op('subtract', [x, center])
    return block.op('add', [block.op('multiply', [away, given.number('contrast_factor')]), center])
  }),
  'image.crop_to_bounding_box': of(
    'image offset_height offset_width target_height target_width',
    (block, given) => {
      const part = (offset: string, size: string): BlockValue => {
        const start = given.number(offset)
        return { slice: [start, start + given.number(size)] }
      }
      return block.op('get_item', [
        given.tensor('image'),
        [
          { ellipsis: true },
          part('offset_height', 'target_height'),
          part('offset_width', 'target_width'),
          wholeSlice,
        ],
      ])
    },
  ),
  'image.extract_patches': of('images sizes strides rates padding', (block, given) =>
    block.op('image.extract_patches', [given.tensor('images')], {
      size: window(given.integers('sizes') ?? [], 2),
      strides: window(given.integers('strides') ?? [], 2),
      dilation_rate: window(given.integers('rates') ?? [], 2),
      padding: padding(given),
      data_format: 'channels_last',
    }),
  ),
  'image.flip_left_right': of('image', (block, given) =>
    block.op('flip', [given.tensor('image')], { axis: [-2] }),
  ),
  'image.flip_up_down': of('image', (block, given) =>
    block.op('flip', [given.tensor('image')], { axis: [-3] }),
  ),
  'image.grayscale_to_rgb': of('images', (block, given) => {
    const x = given.tensor('images')
    return block.op('concatenate', [[x, x, x]], { axis: -1 })
  }),
  'image.pad_to_bounding_box': of(
    'image offset_height offset_width target_height target_width',
    (block, given) =>
      block.op('image.pad_images', [given.tensor('image')], {
        top_padding: given.number('offset_height'),
        left_padding: given.number('offset_width'),
        target_height: given.number('target_height'),
        target_width: given.number('target_width'),
        data_format: 'channels_last',
      }),
  ),
  'image.per_image_standardization': of('image', (block, given) => {
    const x = given.tensor('image')
    const axes = [-3, -2, -1]
    const away = block.op('subtract', [x, mean(block, x, axes)])
    const spread = block.op('std', [x], { axis: axes, keepdims: true })
    const sizes = block.op('get_item', [
      block.op('shape', [x], { stacked: true }),
      { slice: [-3, null] },
    ])
    const count = block.op('cast', [block.op('prod', [sizes])], { dtype: 'float32' })
    return block.op('divide', [away, block.op('maximum', [spread, block.op('rsqrt', [count])])])
  }),
  'image.rgb_to_grayscale': of('images', (block, given) => {
    const weights = block.constant([0.2989, 0.587, 0.114], [3, 1])
    return block.op('matmul', [given.tensor('images'), weights])
  }),
  'image.rot90': of('image k', (block, given) =>
    block.op('rot90', [given.tensor('image')], { k: given.number('k', 1), axes: [-3, -2] }),
  ),
  'image.transpose': of('image', (block, given) =>
    block.op('swapaxes', [given.tensor('image')], { axis1: -3, axis2: -2 }),
  ),
  'linalg.adjoint': of('matrix', swapLast('matrix')),
  'linalg.band_part': of('input num_lower num_upper', (block, given) => {
    const [lower, upper] = [given.number('num_lower'), given.number('num_upper')]
    let y = given.tensor('input')
    if (upper >= 0) y = block.op('tril', [y], { k: upper })
    if (lower >= 0) y = block.op('triu', [y], { k: -lower })
    return block.op('convert_to_tensor', [y])
  }),
  'linalg.cross': of('a b', (block, given) =>
    block.op('cross', [given.tensor('a'), given.tensor('b')]),
  ),
  'linalg.diag_part': of('input', (block, given) => {
    given.neutral('k', 0)
    given.neutral('padding_value', 0)
    given.neutral('align', 'RIGHT_LEFT')
    return block.op('diagonal', [given.tensor('input')], { axis1: -2, axis2: -1 })
  }),
  'linalg.matrix_transpose': of('a', swapLast('a')),
  'linalg.normalize': of('tensor ord axis', (block, given) => {
    given.neutral('ord', 'euclidean', 2)
    const x = given.tensor('tensor')
    const squares = block.op('sum', [block.op('square', [x])], {
      axis: given.axis('axis'),
      keepdims: true,
    })
    const norm = block.op('sqrt', [squares])
    return [block.op('divide', [x, norm]), norm]
  }),
  'linalg.trace': of('x', (block, given) =>
    block.op('trace', [given.tensor('x')], { axis1: -2, axis2: -1 }),
  ),
  'math.argmax': arg('argmax'),
  'math.argmin': arg('argmin'),
  'math.count_nonzero': of('input axis keepdims dtype', (block, given) => {
    const truth = block.op('not_equal', [given.tensor('input'), 0])
    const counted = block.op('sum', [block.op('cast', [truth], { dtype: 'int64' })], {
      axis: given.axis('axis'),
      keepdims: given.flag('keepdims'),
    })
    return block.op('cast', [counted], { dtype: given.text('dtype', 'int64') })
  }),
  'math.cumprod': cumulate('cumprod'),
  'math.cumsum': cumulate('cumsum'),
  'math.in_top_k': of('predictions targets k', (block, given) =>
    block.op('in_top_k', [given.tensor('targets', 'int32'), given.tensor('predictions')], {
      k: given.number('k'),
    }),
  ),
  'math.l2_normalize': of('x axis epsilon', (block, given) => {
    const x = given.tensor('x')
    const squares = block.op('sum', [block.op('square', [x])], {
      axis: given.axis('axis'),
      keepdims: true,
    })
    const bounded = block.op('maximum', [squares, given.number('epsilon', 1e-12)])
    return block.op('multiply', [x, block.op('rsqrt', [bounded])])
  }),
  'math.multiply_no_nan': whereNonzero('x y', 'y', (block, x, y) => block.op('multiply', [x, y])),
  'math.reciprocal_no_nan': of('x', (block, given) =>
    block.op('divide_no_nan', [1, given.tensor('x')]),
  ),
  'math.reduce_euclidean_norm': of('input_tensor axis keepdims', (block, given) => {
    const squares = block.op('sum', [block.op('square', [given.tensor('input_tensor')])], {
      axis: given.axis('axis'),
      keepdims: given.flag('keepdims'),
    })
    return block.op('sqrt', [squares])
  }),
  'math.scalar_mul': of('scalar x', (block, given) =>
    block.op('multiply', [given.tensor('scalar'), given.tensor('x')]),
  ),
  'math.segment_sum': of('data segment_ids', (block, given) =>
    block.op('segment_sum', [given.tensor('data'), given.tensor('segment_ids', 'int32')], {
      sorted: true,
    }),
  ),
  'math.squared_difference': of('x y', (block, given) =>
    block.op('square', [block.op('subtract', [given.tensor('x'), given.tensor('y')])]),
  ),
  'math.unsorted_segment_sum': of('data segment_ids num_segments', (block, given) =>
    block.op('segment_sum', [given.tensor('data'), given.tensor('segment_ids', 'int32')], {
      num_segments: given.number('num_segments'),
    }),
  ),
  'math.xdivy': whereNonzero('x y', 'x', (block, x, y) => block.op('divide', [x, y])),
  'math.xlog1py': whereNonzero('x y', 'x', (block, x, y) =>
    block.op('multiply', [x, block.op('log1p', [y])]),
  ),
  'math.xlogy': whereNonzero('x y', 'x', (block, x, y) =>
    block.op('multiply', [x, block.op('log', [y])]),
  ),
  'math.zero_fraction': of('value', (block, given) => {
    const zeros = block.op('equal', [given.tensor('value'), 0])
    return block.op('mean', [block.op('cast', [zeros], { dtype: 'float32' })])
  }),
  'nn.avg_pool': pool('average_pool'),
  'nn.avg_pool1d': pool('average_pool', 1),
  'nn.avg_pool2d': pool('average_pool', 2),
  'nn.avg_pool3d': pool('average_pool', 3),
  'nn.conv2d': conv('conv', 'filter'),
  'nn.convolution': conv('conv', 'filter'),
  'nn.crelu': of('features axis', (block, given) => {
    const x = given.tensor('features')
    const both = [x, block.op('negative', [x])].map((each) => block.op('nn.relu', [each]))
    return block.op('concatenate', [both], { axis: given.number('axis', -1) })
  }),
  'nn.depthwise_conv2d': conv('depthwise_conv', 'filter'),
  // TensorFlow's function drops at inference too.
  'nn.dropout': of('x rate', (block, given) => {
    if (given.number('rate') !== 0) throw new NoCounterpart()
    given.number('seed', 0)
    return block.op('convert_to_tensor', [given.tensor('x')])
  }),
  'nn.embedding_lookup': of('params ids', (block, given) => {
    given.neutral('partition_strategy', 'mod', 'div')
    given.neutral('validate_indices', true, false)
    const indices = given.tensor('ids', 'int32')
    return block.op('take', [given.tensor('params'), indices], { axis: 0 })
  }),
  'nn.max_pool': pool('max_pool'),
  'nn.max_pool1d': pool('max_pool', 1),
  'nn.max_pool2d': pool('max_pool', 2),
  'nn.max_pool3d': pool('max_pool', 3),
  'nn.pool': of('input window_shape pooling_type padding', (block, given) => {
    given.neutral('data_format', ...channelsLast)
    given.neutral('dilations', 1)
    const sizes = given.integers('window_shape') ?? []
    const rank = sizes.length
    const op = given.text('pooling_type', '') === 'MAX' ? 'max_pool' : 'average_pool'
    return block.op(`nn.${op}`, [given.tensor('input')], {
      pool_size: sizes,
      strides: window(given.integers('strides') ?? [1], rank),
      padding: padding(given),
      data_format: 'channels_last',
    })
  }),
  'nn.sigmoid_cross_entropy_with_logits': of('labels logits', (block, given) => {
    const [labels, logits] = [given.tensor('labels'), given.tensor('logits')]
    const above = block.op('subtract', [
      block.op('nn.relu', [logits]),
      block.op('multiply', [logits, labels]),
    ])
    const decay = block.op('exp', [block.op('negative', [block.op('absolute', [logits])])])
    return block.op('add', [above, block.op('log1p', [decay])])
  }),
  'nn.softmax_cross_entropy_with_logits_v2': of('labels logits axis', (block, given) => {
    const axis = given.number('axis', -1)
    const logs = block.op('nn.log_softmax', [given.tensor('logits')], { axis })
    const products = block.op('multiply', [given.tensor('labels'), logs])
    return block.op('negative', [block.op('sum', [products], { axis })])
  }),
  one_hot: of('indices depth on_value off_value axis dtype', (block, given) => {
    const settings = { axis: given.number('axis', -1), num_classes: given.sizes('depth') }
    const indices = given.tensor('indices', 'int32')
    const [on, off] = [given.number('on_value', 1), given.number('off_value', 0)]
    const dtype = given.text('dtype', 'float32')
    if (on === 1 && off === 0) return block.op('nn.one_hot', [indices], { ...settings, dtype })
    const hot = block.op('nn.one_hot', [indices], { ...settings, dtype: 'bool' })
    return block.op('cast', [block.op('where', [hot, on, off])], { dtype })
  }),
  ones: filled(1),
  range: of('start limit delta', (block, given) => {
    const [start, delta] = [given.sizes('start'), given.number('delta', 1)]
    const dtype = given.text('dtype', 'int32')
    if (!given.has('limit')) return block.op('arange', [0], { stop: start, step: delta, dtype })
    return block.op('arange', [start], { stop: given.sizes('limit'), step: delta, dtype })
  }),
  rank: of('input', (block, given) => block.op('ndim', [given.tensor('input')])),
  scatter_nd: of('indices updates shape', (block, given) => {
    given.neutral('bad_indices_policy', '')
    return block.op('scatter', [given.tensor('indices', 'int32'), given.tensor('updates')], {
      shape: given.integers('shape') ?? [],
    })
  }),
  sequence_mask: of('lengths maxlen dtype', (block, given) => {
    const steps = block.op('arange', [0], { stop: given.sizes('maxlen'), step: 1, dtype: 'int32' })
    const lengths = block.op('expand_dims', [given.tensor('lengths', 'int32')], { axis: -1 })
    const mask = block.op('less', [steps, lengths])
    return block.op('cast', [mask], { dtype: given.text('dtype', 'bool') })
  }),
  shape: of('input out_type', (block, given) => {
    const shape = block.op('shape', [given.tensor('input')], { stacked: true })
    const dtype = given.text('out_type', 'int32')
    return dtype === 'int32' ? shape : block.op('cast', [shape], { dtype })
  }),
  'signal.frame': of('signal frame_length frame_step', (block, given) =>
    block.op('extract_sequences', [given.tensor('signal')], {
      sequence_length: given.number('frame_length'),
      sequence_stride: given.number('frame_step'),
    }),
  ),
  size: of('input out_type', (block, given) =>
    block.op('cast', [block.op('size', [given.tensor('input')])], {
      dtype: given.text('out_type', 'int32'),
    }),
  ),
  slice: of('input_ begin size', (block, given) =>
    block.op('get_item', [
      given.tensor('input_'),
      slices(given.sizes('begin'), given.sizes('size')),
    ]),
  ),
  sort: of('values axis direction', (block, given) => {
    const axis = given.number('axis', -1)
    const sorted = block.op('sort', [given.tensor('values')], { axis })
    return direction(given) === 'ASCENDING' ? sorted : block.op('flip', [sorted], { axis: [axis] })
  }),
  stack: of('values axis', (block, given) =>
    block.op('stack', [given.tensors('values')], { axis: given.number('axis', 0) }),
  ),
  strided_slice: of('input_ begin end strides', (block, given) => {
    for (const mask of ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask'])
      given.neutral(mask, 0)
    given.neutral('shrink_axis_mask', 0)
    const [begin, end] = [given.integers('begin') ?? [], given.integers('end') ?? []]
    const strides = given.integers('strides')
    const index = begin.map((start, axis): BlockValue => ({
      slice: [start, end[axis] ?? null, strides?.[axis] ?? 1],
    }))
    return block.op('get_item', [given.tensor('input_'), index])
  }),
  tensor_scatter_nd_update: of('tensor indices updates', (block, given) =>
    block.op('scatter_update', [
      given.tensor('tensor'),
      given.tensor('indices', 'int32'),
      given.tensor('updates'),
    ]),
  ),
  tensordot: of('a b axes', (block, given) => {
    const axes = given.sizes('axes')
    return block.op('tensordot', [given.tensor('a'), given.tensor('b')], { axes })
  }),
  zeros: filled(0),
}

function direction(given: Given): 'ASCENDING' | 'DESCENDING' {
  const text = given.text('direction', 'ASCENDING')
  if (text !== 'ASCENDING' && text !== 'DESCENDING') throw new NoCounterpart()
  return text
}

function swapLast(name: string): Compose {
  return (block, given) => {
    given.neutral('conjugate', false)
    return block.op('swapaxes', [given.tensor(name)], { axis1: -1, axis2: -2 })
  }
}
