import { InputError, type Layer, ModelError } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import {
  type ElementType,
  type LowerContext,
  unsupported,
  type Value,
} from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { asGiven, channelsLast, perAxis } from '../convolution.ts'
import { exp } from '../double.ts'
import { broadcastIndices } from '../elementwise.ts'
import { alongAxes } from '../layers/activation.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { floatOf, meet, tensorOf } from '../terms.ts'
import { formatOf } from './convolution.ts'
import { beamSearch } from './ctc-beam.ts'
import { general, type GeneralOps } from './general.ts'
import { logSum } from './loss.ts'
import { preciseSum } from './reduction.ts'

/** softmax(scale · query · keyᵀ + bias) · value, heads of the key shared by groups of the query's. */
function dotProductAttention(context: LowerContext, layer: Layer, given: OpArguments): Value {
  if (given.value('attn_logits_soft_cap'))
    throw unsupported(layer, 'setting', 'attn_logits_soft_cap')
  const own = ['query', 'key', 'value'].map((name) => given.tensor(name))
  const dtype = meet(layer, own, 'float')
  const [query, key, value] = own.map((x) => cast(context, x, dtype)) as [Value, Value, Value]
  const [batch = 0, targets = 0, heads = 0, width = 0] = query.shape
  const [, sources = 0, shared = 0] = key.shape
  const out = value.shape.at(-1) as number
  const scale = given.value('scale') ? given.number('scale') : 1 / Math.sqrt(width)
  const full = [batch, heads, targets, sources]
  const extra = ['bias', 'mask'].map((name) => {
    const x = given.optionalTensor(name)
    const wide = x && context.view(x, [...Array<number>(4 - x.shape.length).fill(1), ...x.shape])
    return wide && { value: wide, indices: broadcastIndices(wide.shape, full) }
  })
  const [bias, mask] = extra
  const causal = given.flag('is_causal')
  const inputs = [query, key, value, ...extra.flatMap((each) => each?.value ?? [])]
  const results = [{ shape: [batch, targets, heads, out], dtype }]
  return numericOp(context, 'attention', inputs, results, (from, [y], f) => {
    const [q, k, v] = from as [Numbers, Numbers, Numbers]
    const b = bias ? from[3] : undefined
    const m = mask ? from[bias ? 4 : 3] : undefined
    for (let row = 0; row < batch * targets * heads; row++) {
      const [head, target] = [row % heads, Math.floor(row / heads) % targets]
      const image = Math.floor(row / heads / targets)
      const group = Math.floor(head / (heads / shared))
      const at = (source: number): number =>
        ((image * heads + head) * targets + target) * sources + source
      const line = Array.from({ length: sources }, (_, source) => {
        const from2 = ((image * sources + source) * shared + group) * width
        let sum = 0
        for (let i = 0; i < width; i++) sum += q[row * width + i]! * k[from2 + i]!
        const place = at(source)
        const score = sum * scale + (b ? b[bias?.indices?.[place] ?? place]! : 0)
        const closed =
          (m && m[mask?.indices?.[place] ?? place] === 0) || (causal && source > target)
        return closed ? -Infinity : score
      })
      const open = line.some((e) => e !== -Infinity)
      const total = logSum(open ? line : line.map(() => 0), f)
      for (let i = 0; i < out; i++)
        y![row * out + i] = preciseSum(
          line.map((e, source) => {
            const weight = exp(f, (open ? e : 0) - total)
            return weight * v[((image * sources + source) * shared + group) * out + i]!
          }),
        )
    }
  })[0] as Value
}

/** Greedy decoding of connectionist temporal classification: the best class of each step, repeats and blanks left out. */
function ctcDecode(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const x = given.tensor('inputs')
  const strategy = given.text('strategy', 'greedy')
  if (strategy === 'beam_search') return ctcBeamSearch(context, layer, given)
  if (strategy !== 'greedy') throw unsupported(layer, 'strategy', strategy)
  const lengths = tensorOf(context, given, 'sequence_lengths')
  const [batch = 0, steps = 0, classes = 0] = x.shape
  const merges = given.value('merge_repeated') === undefined || given.flag('merge_repeated')
  const mask = given.number('mask_index', 0)
  const blank = mask < 0 ? mask + classes : mask
  const dtype: ElementType = x.dtype === 'float64' ? 'float64' : 'float32'
  const results = [
    { shape: [1, batch, steps], dtype: 'int32' as const },
    { shape: [batch, 1], dtype },
  ]
  return numericOp(context, 'ctc_decode', [x, lengths], results, ([a, n], [y, scores]) => {
    y!.fill(-1)
    for (let b = 0; b < batch; b++) {
      let [previous, count, score] = [-1, 0, 0]
      for (let t = 0; t < Math.min(n![b]!, steps); t++) {
        const line = a!.subarray((b * steps + t) * classes, (b * steps + t + 1) * classes)
        let best = 0
        for (let c = 1; c < classes; c++) if (line[c]! > line[best]!) best = c
        score -= line[best]!
        if (best !== blank && !(merges && best === previous)) y![b * steps + count++] = best
        previous = best
      }
      scores![b] = score
    }
  })
}

/** The most probable sequences of labels, −1 behind their ends, and the logarithms of their probabilities. */
function ctcBeamSearch(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const x = given.tensor('inputs')
  const lengths = tensorOf(context, given, 'sequence_lengths')
  const [batch = 0, steps = 0, classes = 0] = x.shape
  const [width, paths] = [given.number('beam_width', 100), given.number('top_paths', 1)]
  // None means the last class.
  const mask = given.value('mask_index') ? given.number('mask_index', 0) : -1
  const blank = mask < 0 ? mask + classes : mask
  const dtype: ElementType = x.dtype === 'float64' ? 'float64' : 'float32'
  const results = [
    { shape: [paths, batch, steps], dtype: 'int32' as const },
    { shape: [batch, paths], dtype },
  ]
  return numericOp(context, 'ctc_decode', [x, lengths], results, ([a, n], [y, scores], f) => {
    y!.fill(-1)
    for (let b = 0; b < batch; b++) {
      const logits = a!.subarray(b * steps * classes, (b + 1) * steps * classes)
      const length = Math.min(n![b]!, steps)
      const found = beamSearch(f, logits, length, classes, blank, width, paths)
      if (found.length < paths)
        throw new InputError('sequences that beam search finds', {
          layer: layer.name,
          expected: `${paths}`,
          got: `${found.length}`,
        })
      for (const [path, { labels, score }] of found.entries()) {
        scores![b * paths + path] = score
        for (const [at, label] of labels.entries()) y![(path * batch + b) * steps + at] = label
      }
    }
  })
}

/** Windows of x (batch, channels, height, width) as columns: (batch, channels · window, positions). */
function unfoldPlaces(given: OpArguments, height: number, width: number) {
  const [size, dilation, padding, stride] = (
    ['kernel_size', 'dilation', 'padding', 'stride'] as const
  ).map((name) =>
    given.value(name) ? perAxis(given.integers(name), 2) : name === 'padding' ? [0, 0] : [1, 1],
  ) as [number[], number[], number[], number[]]
  const counts = [height, width].map((length, axis) => {
    const span = dilation[axis]! * (size[axis]! - 1) + 1
    return Math.floor((length + 2 * padding[axis]! - span) / stride[axis]!) + 1
  }) as [number, number]
  const [positions, taps] = [counts[0] * counts[1], size[0]! * size[1]!]
  const places = new Int32Array(taps * positions)
  for (let tap = 0; tap < taps; tap++)
    for (let position = 0; position < positions; position++) {
      const [i, j] = [Math.floor(position / counts[1]), position % counts[1]]
      const row = i * stride[0]! - padding[0]! + Math.floor(tap / size[1]!) * dilation[0]!
      const column = j * stride[1]! - padding[1]! + (tap % size[1]!) * dilation[1]!
      const inside = row >= 0 && row < height && column >= 0 && column < width
      places[tap * positions + position] = inside ? row * width + column : -1
    }
  return { places, positions, taps }
}

function unfold(context: LowerContext, _layer: Layer, given: OpArguments): Value {
  const x = given.tensor('x')
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape
  const { places, positions, taps } = unfoldPlaces(given, height, width)
  const results = [{ shape: [batch, channels * taps, positions], dtype: x.dtype }]
  return numericOp(context, 'unfold', [x], results, ([a], [y]) => {
    for (let i = 0; i < y!.length; i++) {
      const place = places[i % places.length]!
      y![i] = place < 0 ? 0 : a![Math.floor(i / places.length) * height * width + place]!
    }
  })[0] as Value
}

function fold(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = given.tensor('x')
  const [height, width] = perAxis(given.integers('output_size'), 2) as [number, number]
  const { places, taps } = unfoldPlaces(given, height, width)
  const [batch = 0, columns = 0] = x.shape
  const channels = columns / taps
  if (!Number.isInteger(channels) || (x.shape[2] ?? 0) * taps !== places.length)
    throw new ModelError('fold', {
      layer: layer.name,
      expected: `${places.length / taps} positions`,
      got: `(${x.shape.join(', ')})`,
    })
  const results = [{ shape: [batch, channels, height, width], dtype: x.dtype }]
  return numericOp(context, 'fold', [x], results, ([a], [y]) => {
    const sums = new Float64Array(y!.length)
    for (let i = 0; i < a!.length; i++) {
      const place = places[i % places.length]!
      if (place < 0) continue
      const to = Math.floor(i / places.length) * height * width + place
      sums[to] = sums[to]! + a![i]!
    }
    for (let i = 0; i < sums.length; i++) y![i] = sums[i]!
  })[0] as Value
}

/** Blocks of channels spread over space, or gathered from it, as TensorFlow's depth_to_space has them. */
const blocks = (name: string, toSpace: boolean): GeneralOps => ({
  [`nn.${name}`]: general('x', 'block_size data_format', (context, layer, given) => {
    const format = formatOf(given)
    const x = channelsLast(context, layer, given.tensor('x'), format)
    const size = given.number('block_size')
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
    const y = toSpace
      ? context.view(
          transpose(
            context,
            layer,
            context.view(x, [batch, height, width, size, size, channels / (size * size)]),
            [0, 1, 3, 2, 4, 5],
          ),
          [batch, height * size, width * size, channels / (size * size)],
        )
      : context.view(
          transpose(
            context,
            layer,
            context.view(x, [batch, height / size, size, width / size, size, channels]),
            [0, 1, 3, 2, 4, 5],
          ),
          [batch, height / size, width / size, channels * size * size],
        )
    return asGiven(context, layer, y, format)
  }),
})

/** softmax and its kin along one axis, several, or all. */
const axiswise = (name: string): GeneralOps => ({
  [`nn.${name}`]: general('x', 'axis', (context, layer, given) => {
    const own = given.tensor('x')
    const x = cast(context, own, floatOf(own))
    const isNone =
      layer.kind === 'op' &&
      layer.op.attributes.some((each) => each.name === 'axis' && each.value?.kind === 'none')
    const axes = isNone
      ? [...x.shape.keys()]
      : resolveAxes(given.integers('axis') ?? [-1], x.shape.length, layer)
    return alongAxes(context, layer, name, x, axes)
  }),
})

export const network: GeneralOps = {
  'nn.dot_product_attention': general(
    'query key value bias mask scale',
    'is_causal flash_attention attn_logits_soft_cap',
    dotProductAttention,
  ),
  'nn.ctc_decode': general(
    'inputs sequence_lengths',
    'strategy beam_width top_paths merge_repeated mask_index',
    ctcDecode,
  ),
  'nn.unfold': general('x', 'kernel_size dilation padding stride', unfold),
  'nn.fold': general('x', 'output_size kernel_size dilation padding stride', fold),
  ...blocks('depth_to_space', true),
  ...blocks('space_to_depth', false),
  ...axiswise('softmax'),
  ...axiswise('log_softmax'),
  ...axiswise('sparsemax'),
  ...axiswise('glu'),
}
