import { elementCount, ModelError, type Layer } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import {
  resolveAxis,
  unsupported,
  type ElementType,
  type LowerContext,
  type Value,
} from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import {
  adaptivePool,
  asGiven,
  channelsLast,
  convolve,
  convolveTransposed,
  perAxis,
  pool,
} from '../convolution.ts'
import * as L from '../../wasm/layout.ts'
import { exp, log, log1p, power } from '../double.ts'
import { broadcastIndices, broadcastShape } from '../elementwise.ts'
import { alongAxes } from '../layers/activation.ts'
import { linesOf, mapLines, reducedShape } from '../lines.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { floatOf, meet, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { outOfRange } from './order.ts'
import { preciseSum } from './reduction.ts'

const formatOf = (given: OpArguments): string => given.text('data_format', 'channels_last')

/** A function of images and kernels, all brought to one floating dtype, with the channels last. */
function spatially(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  names: readonly string[],
  run: (tensors: readonly Value[], rank: number) => Value,
): Value {
  const own = names.map((name) => given.tensor(name))
  const dtype = meet(layer, own)
  const [x, ...kernels] = own.map((value) => cast(context, value, dtype)) as [Value, ...Value[]]
  const format = formatOf(given)
  const moved = channelsLast(context, layer, x, format)
  return asGiven(context, layer, run([moved, ...kernels], x.shape.length - 2), format)
}

function windowsOf(given: OpArguments, rank: number) {
  return {
    strides: perAxis(given.integers('strides'), rank),
    dilations: perAxis(given.integers('dilation_rate'), rank),
    padding: given.text('padding', 'valid'),
  }
}

/** A depthwise kernel (…, channels, multiplier) as one of a convolution with a group for each channel. */
function depthwiseKernel(context: LowerContext, kernel: Value): Value {
  const [channels = 1, multiplier = 1] = kernel.shape.slice(-2)
  return context.view(kernel, [...kernel.shape.slice(0, -2), 1, channels * multiplier])
}

const convSettings = 'strides padding data_format dilation_rate'

const pooling = (name: string, largest: boolean): GeneralOps => ({
  [`nn.${name}`]: general(
    'inputs',
    'pool_size strides padding data_format',
    (context, layer, given) =>
      spatially(context, layer, given, ['inputs'], ([x], rank) => {
        const size = perAxis(given.integers('pool_size'), rank)
        const strides = given.value('strides') ? perAxis(given.integers('strides'), rank) : size
        const dilations = Array<number>(rank).fill(1)
        const padding = given.text('padding', 'valid')
        return pool(context, layer, x!, { size, strides, dilations, padding }, largest)
      }),
  ),
  [`nn.adaptive_${name}`]: general('inputs', 'output_size data_format', (context, layer, given) =>
    spatially(context, layer, given, ['inputs'], ([x], rank) =>
      adaptivePool(context, x!, perAxis(given.integers('output_size'), rank), largest),
    ),
  ),
})

/** Shape of a weight along some axes, with 1 elsewhere, so that it broadcasts. */
function weightAlong(
  context: LowerContext,
  weight: Value,
  x: Value,
  axes: readonly number[],
): Value {
  if (weight.shape.length !== axes.length) return weight
  return context.view(
    weight,
    x.shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
  )
}

/** (x − mean) / √(variance + ε) over axes, or x over its root mean square, with weights along these axes. */
function normalized(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  weightNames: readonly [scale: string, shift?: string],
  centred: boolean,
): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axes = resolveAxes(given.integers('axis') ?? [-1], x.shape.length, layer)
  const epsilon = given.number('epsilon', 1e-7)
  const { lines, rest, length } = linesOf(context, layer, x, axes)
  const order = [...[...x.shape.keys()].filter((axis) => !axes.includes(axis)), ...axes]
  const weights = weightNames.map((name) => {
    const weight = name === undefined ? undefined : given.optionalTensor(name)
    if (!weight) return undefined
    const own2 = weightAlong(context, cast(context, weight, x.dtype), x, axes)
    const full =
      own2.shape.length === x.shape.length
        ? own2.shape
        : [...Array<number>(x.shape.length - own2.shape.length).fill(1), ...own2.shape]
    const view = transpose(context, layer, context.view(own2, full), order)
    return {
      value: view,
      indices: broadcastIndices(
        view.shape,
        order.map((axis) => x.shape[axis] as number),
      ),
    }
  })
  const [scale, shift] = weights
  const inputs = [lines, ...(scale ? [scale.value] : []), ...(shift ? [shift.value] : [])]
  const results = [{ shape: [elementCount(rest), length], dtype: x.dtype }]
  const y = numericOp(context, 'normalize', inputs, results, (from, [to]) => {
    const [a] = from as [Numbers]
    const s = scale ? from[1] : undefined
    const t = shift ? from[scale ? 2 : 1] : undefined
    for (let row = 0; row * length < a.length; row++) {
      const line = a.subarray(row * length, (row + 1) * length)
      const mean = centred ? preciseSum(line) / length : 0
      const power = preciseSum(Array.from(line, (e) => (e - mean) * (e - mean))) / length
      const root = Math.sqrt(power + epsilon)
      for (let i = 0; i < length; i++) {
        const at = row * length + i
        const unit = (line[i]! - mean) / root
        const scaled = s ? unit * s[scale?.indices?.[at] ?? at]! : unit
        to![at] = t ? scaled + t[shift?.indices?.[at] ?? at]! : scaled
      }
    }
  })[0] as Value
  const back = order.map((_, i) => order.indexOf(i))
  return transpose(
    context,
    layer,
    context.view(
      y,
      order.map((axis) => x.shape[axis] as number),
    ),
    back,
  )
}

function batchNormalization(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axis = resolveAxis(given.number('axis'), x.shape.length, layer)
  const epsilon = given.number('epsilon', 1e-3)
  const [mean, variance, offset, scale] = ['mean', 'variance', 'offset', 'scale'].map((name) => {
    const weight = given.optionalTensor(name)
    return weight && cast(context, weight, 'float64')
  })
  const inputs = [x, mean, variance, offset, scale].filter((value) => value !== undefined)
  const size = x.shape[axis] as number
  const inner = elementCount(x.shape.slice(axis + 1))
  const results = [{ shape: x.shape, dtype: x.dtype }]
  return numericOp(context, 'batch_normalization', inputs, results, (from, [y]) => {
    const [a, m, v] = from as [Numbers, Numbers, Numbers]
    const o = offset ? from[3] : undefined
    const s = scale ? from[offset ? 4 : 3] : undefined
    for (let i = 0; i < a.length; i++) {
      const c = Math.floor(i / inner) % size
      const factor = (s ? s[c]! : 1) / Math.sqrt(v[c]! + epsilon)
      y![i] = (a[i]! - m[c]!) * factor + (o ? o[c]! : 0)
    }
  })[0] as Value
}

const clampProbability = (p: number): number => Math.max(1e-7, Math.min(1 - 1e-7, p))

function binaryCrossentropy(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const terms = [tensorOf(context, given, 'target'), tensorOf(context, given, 'output')]
  const dtype = floatOf(terms[1] as Value)
  const [target, output] = terms.map((value) => cast(context, value, dtype)) as [Value, Value]
  const logits = given.flag('from_logits')
  const shape = broadcastShape([target.shape, output.shape], layer)
  const results = [{ shape, dtype }]
  return numericOp(context, 'binary_crossentropy', [target, output], results, ([t, o], [y], f) => {
    for (let i = 0; i < y!.length; i++) {
      const [z, x] = [t![i]!, o![i]!]
      if (logits) y![i] = Math.max(x, 0) - x * z + log1p(f, exp(f, -Math.abs(x)))
      else {
        const p = clampProbability(x)
        y![i] = -(z * log(f, p) + (1 - z) * log(f, 1 - p))
      }
    }
  })[0] as Value
}

/** log Σ exp of a line. */
function logSum(line: Numbers | readonly number[], f: Float64Function): number {
  const most = Math.max(...line)
  return most + log(f, preciseSum(Array.from(line, (x) => exp(f, x - most))))
}

function categoricalCrossentropy(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const output = given.tensor('output')
  const dtype = floatOf(output)
  const axis = resolveAxis(given.number('axis', -1), output.shape.length, layer)
  const [target, values] = [tensorOf(context, given, 'target'), output].map((value) =>
    linesOf(context, layer, cast(context, value, dtype), [axis]),
  ) as [ReturnType<typeof linesOf>, ReturnType<typeof linesOf>]
  const logits = given.flag('from_logits')
  const { length } = values
  const results = [{ shape: reducedShape(output.shape, [axis], false), dtype }]
  return numericOp(
    context,
    'categorical_crossentropy',
    [target.lines, values.lines],
    results,
    ([t, o], [y], f) => {
      for (let i = 0; i < y!.length; i++) {
        const line = o!.subarray(i * length, (i + 1) * length)
        const sum = logits ? logSum(line, f) : preciseSum(line)
        y![i] = -preciseSum(
          Array.from(line, (x, k) => {
            const weight = t![i * length + k]!
            return weight * (logits ? x - sum : log(f, clampProbability(x / sum)))
          }),
        )
      }
    },
  )[0] as Value
}

function sparseCategoricalCrossentropy(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
): Value {
  const output = given.tensor('output')
  const values = cast(context, output, floatOf(output))
  const target = tensorOf(context, given, 'target')
  const logits = given.flag('from_logits')
  const classes = output.shape.at(-1) as number
  const axis = given.number('axis', -1)
  if (axis !== -1 && axis !== output.shape.length - 1) throw unsupported(layer, 'axis', `${axis}`)
  const results = [{ shape: output.shape.slice(0, -1), dtype: values.dtype }]
  return numericOp(
    context,
    'sparse_categorical_crossentropy',
    [target, values],
    results,
    ([t, o], [y], f) => {
      for (let i = 0; i < y!.length; i++) {
        const given2 = Array.from(o!.subarray(i * classes, (i + 1) * classes))
        const line = logits ? given2 : given2.map((p) => log(f, clampProbability(p)))
        const x = line[t![i]!]
        if (x === undefined) throw outOfRange(layer, t![i]!, classes)
        y![i] = logSum(line, f) - x
      }
    },
  )[0] as Value
}

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

/** x over its norm along axes, the norm kept above ε. */
function normalize(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const axes = resolveAxes(given.integers('axis') ?? [-1], x.shape.length, layer)
  if (axes.length !== 1) throw unsupported(layer, 'axes', axes.join(', '))
  const order = given.number('order', 2)
  const epsilon = given.number('epsilon', 1e-7)
  const [axis = 0] = axes
  const length = x.shape[axis] as number
  return mapLines(
    context,
    layer,
    'normalize',
    x,
    axis,
    [{ length, dtype: x.dtype }],
    (line, [y], f) => {
      // For order 2 Keras keeps the square above ε², for others the norm above ε.
      const norm =
        order === 2
          ? Math.sqrt(Math.max(preciseSum(Array.from(line, (e) => e * e)), epsilon * epsilon))
          : Math.max(vectorNorm(line, order, f), epsilon)
      for (let i = 0; i < length; i++) y![i] = line[i]! / norm
    },
  )[0] as Value
}

/** numpy.linalg.norm of a vector. */
export function vectorNorm(line: ArrayLike<number>, order: number, f: Float64Function): number {
  const sizes = Array.from(line, (e) => Math.abs(e))
  if (order === Infinity) return sizes.reduce((a, b) => (b > a || b !== b ? b : a), 0)
  if (order === -Infinity) return sizes.reduce((a, b) => (b < a || b !== b ? b : a), Infinity)
  if (order === 0) return sizes.filter((e) => e !== 0).length
  if (order === 1) return preciseSum(sizes)
  if (order === 2) return Math.sqrt(preciseSum(sizes.map((e) => e * e)))
  return power(f, preciseSum(sizes.map((e) => power(f, e, order))), 1 / order)
}

/** Greedy decoding of connectionist temporal classification: the best class of each step, repeats and blanks left out. */
function ctcDecode(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const x = given.tensor('inputs')
  const strategy = given.text('strategy', 'greedy')
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

/** −log of the probability that a sequence of logits stands for the target: the forward algorithm in logarithms. */
function ctcLoss(context: LowerContext, _layer: Layer, given: OpArguments): Value {
  const [target, output] = [tensorOf(context, given, 'target'), given.tensor('output')]
  const lengths = ['target_length', 'output_length'].map((name) => tensorOf(context, given, name))
  const [batch = 0, steps = 0, classes = 0] = output.shape
  const width = target.shape[1] ?? 0
  const blank = given.number('mask_index', 0)
  const dtype: ElementType = output.dtype === 'float64' ? 'float64' : 'float32'
  const inputs = [target, output, ...lengths]
  return numericOp(context, 'ctc_loss', inputs, [{ shape: [batch], dtype }], (from, [y], f) => {
    const [labels, logits, targets, outputs] = from as [Numbers, Numbers, Numbers, Numbers]
    const add = (a: number, b: number): number =>
      a === -Infinity ? b : b === -Infinity ? a : f(L.LOG_ADD_EXP, a, b)
    for (let b = 0; b < batch; b++) {
      const own = Array.from(labels.subarray(b * width, b * width + targets[b]!))
      const path = [blank, ...own.flatMap((label) => [label, blank])]
      let alpha = path.map(() => -Infinity)
      for (let t = 0; t < Math.min(outputs[b]!, steps); t++) {
        const line = logits.subarray((b * steps + t) * classes, (b * steps + t + 1) * classes)
        const sum = logSum(line, f)
        const before = alpha
        alpha = path.map((label, s) => {
          if (t === 0) return s < 2 ? line[label]! - sum : -Infinity
          let total = add(before[s]!, before[s - 1] ?? -Infinity)
          if (label !== blank && label !== path[s - 2])
            total = add(total, before[s - 2] ?? -Infinity)
          return total + line[label]! - sum
        })
      }
      y![b] = -add(alpha.at(-1)!, alpha.at(-2) ?? -Infinity)
    }
  })[0] as Value
}

function psnr(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const tensors = [given.tensor('x1'), given.tensor('x2')]
  const dtype = meet(layer, tensors, 'float')
  const [a, b] = tensors.map((value) => cast(context, value, dtype)) as [Value, Value]
  const most = given.number('max_val')
  return numericOp(context, 'psnr', [a, b], [{ shape: [], dtype }], ([p, q], [y], f) => {
    const mean = preciseSum(Array.from(p!, (e, i) => (e - q![i]!) * (e - q![i]!))) / p!.length
    y![0] = 20 * f(L.LOG10, most, 0) - 10 * f(L.LOG10, mean, 0)
  })[0] as Value
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
  'nn.conv': general('inputs kernel', convSettings, (context, layer, given) =>
    spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) =>
      convolve(context, layer, x!, kernel!, windowsOf(given, rank)),
    ),
  ),
  'nn.depthwise_conv': general('inputs kernel', convSettings, (context, layer, given) =>
    spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) =>
      convolve(context, layer, x!, depthwiseKernel(context, kernel!), windowsOf(given, rank)),
    ),
  ),
  'nn.separable_conv': general(
    'inputs depthwise_kernel pointwise_kernel',
    convSettings,
    (context, layer, given) =>
      spatially(
        context,
        layer,
        given,
        ['inputs', 'depthwise_kernel', 'pointwise_kernel'],
        ([x, depthwise, pointwise], rank) => {
          const ones = Array<number>(rank).fill(1)
          const y = convolve(
            context,
            layer,
            x!,
            depthwiseKernel(context, depthwise!),
            windowsOf(given, rank),
          )
          return convolve(context, layer, y, pointwise!, {
            strides: ones,
            dilations: ones,
            padding: 'valid',
          })
        },
      ),
  ),
  'nn.conv_transpose': general(
    'inputs kernel',
    `${convSettings} output_padding`,
    (context, layer, given) =>
      spatially(context, layer, given, ['inputs', 'kernel'], ([x, kernel], rank) => {
        const extra = given.value('output_padding')
          ? perAxis(given.integers('output_padding'), rank)
          : undefined
        return convolveTransposed(context, x!, kernel!, windowsOf(given, rank), extra)
      }),
  ),
  ...pooling('max_pool', true),
  ...pooling('average_pool', false),
  'nn.dot_product_attention': general(
    'query key value bias mask scale',
    'is_causal flash_attention attn_logits_soft_cap',
    dotProductAttention,
  ),
  'nn.batch_normalization': general(
    'x mean variance offset scale',
    'axis epsilon',
    batchNormalization,
  ),
  'nn.layer_normalization': general(
    'x gamma beta',
    'axis epsilon rms_scaling',
    (context, layer, given) => {
      if (given.flag('rms_scaling')) throw unsupported(layer, 'setting', 'rms_scaling')
      return normalized(context, layer, given, ['gamma', 'beta'], true)
    },
  ),
  'nn.rms_normalization': general('x scale', 'axis epsilon', (context, layer, given) =>
    normalized(context, layer, given, ['scale'], false),
  ),
  'nn.normalize': general('x', 'axis order epsilon', normalize),
  'nn.binary_crossentropy': general('target output', 'from_logits', binaryCrossentropy),
  'nn.categorical_crossentropy': general(
    'target output',
    'from_logits axis',
    categoricalCrossentropy,
  ),
  'nn.sparse_categorical_crossentropy': general(
    'target output',
    'from_logits axis',
    sparseCategoricalCrossentropy,
  ),
  'nn.ctc_decode': general(
    'inputs sequence_lengths',
    'strategy beam_width top_paths merge_repeated mask_index',
    ctcDecode,
  ),
  'nn.ctc_loss': general('target output target_length output_length', 'mask_index', ctcLoss),
  'nn.psnr': general('x1 x2', 'max_val', psnr),
  'nn.unfold': general('x', 'kernel_size dilation padding stride', unfold),
  'nn.fold': general('x', 'output_size kernel_size dilation padding stride', fold),
  ...blocks('depth_to_space', true),
  ...blocks('space_to_depth', false),
  ...axiswise('softmax'),
  ...axiswise('log_softmax'),
  ...axiswise('sparsemax'),
  ...axiswise('glu'),
}
