import {
  elementCount,
  ModelError,
  type Activation,
  type Layer,
  type Quantization,
} from '@dotplus/core'
import { linear, writeDense } from '../program.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  LowerContext,
  onlyTensor,
  unsupported,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import { contract } from './contraction.ts'
import { readEquation, type Labels } from './equation.ts'
import { binary } from './merge.ts'
import { transpose } from './permute.ts'
import { enterProduct, leaveProduct, unquantized, type Around } from './quantized.ts'
import { reduce } from './reduce.ts'

/** Settings and weights of einsum(equation, x, kernel) + bias. */
export interface EinsumSettings {
  readonly equation: string
  readonly kernel?: number | undefined
  readonly bias?: number | undefined
  readonly activation?: Activation | undefined
  readonly quantization?: Quantization | undefined
}

/** A projection with its kernel in memory: packed for a plain matrix product, or as it is where labels are a batch. */
export interface PreparedEinsum {
  readonly equation: string
  readonly kernelLabels: Labels
  readonly kernelShape: readonly number[]
  /** Address of panels over (labels of x that are summed, labels only the kernel has). */
  readonly panels: number | undefined
  readonly kernel: number
  /** Aligned with the output at the last axis; undefined when it is in the panels or there is none. */
  readonly bias: { address: number; shape: readonly number[] } | undefined
  readonly activation: PreparedActivation
  /** Set for a quantized kernel; its bias and activation are there where products are divided. */
  readonly around?: Around | undefined
}

/** Packs a projection's weights. */
export function prepareEinsum(
  layer: Layer,
  weights: WeightStore,
  settings: EinsumSettings,
): PreparedEinsum {
  const { equation, kernel, bias, quantization } = settings
  if (kernel === undefined) throw new ModelError('the layer has no kernel', { layer: layer.name })
  if (quantization) {
    const parts = unquantized(layer, weights, { ...settings, kernel, quantization }, true)
    return { ...prepareEinsum(layer, parts.weights, parts.settings), around: parts.around }
  }
  const kernelShape = weights.shape(kernel)
  const [x = '', own = '', output = ''] = equation.replaceAll(' ', '').split(/,|->/)
  const kernelLabels = [...own]
  if (
    own.includes('.') ||
    kernelLabels.length !== kernelShape.length ||
    new Set(own).size !== own.length
  ) {
    throw new ModelError('shape of the kernel', {
      layer: layer.name,
      expected: `one that fits ${equation}`,
      got: `(${kernelShape.join(', ')})`,
    })
  }
  const prepared = {
    equation,
    kernelLabels,
    kernelShape,
    activation: prepareActivation(layer, settings.activation),
  }
  const summed = [...x].filter((label) => own.includes(label) && !output.includes(label))
  const made = [...output].filter((label) => own.includes(label) && !x.includes(label))
  const biasShape = bias === undefined ? [] : weights.shape(bias)
  const placedBias = bias === undefined ? undefined : { address: 0, shape: biasShape }
  if (summed.length + made.length < own.length || new Set(summed).size < summed.length) {
    return {
      ...prepared,
      panels: undefined,
      kernel: weights.place(weights.floats(kernel)),
      bias: placedBias && { ...placedBias, address: weights.place(weights.floats(bias as number)) },
    }
  }
  const size = (label: string): number => kernelShape[own.indexOf(label)] as number
  const order = [...summed, ...made]
  const matrix = permuted(
    weights.floats(kernel),
    kernelShape,
    order.map((label) => own.indexOf(label)),
  )
  const spread =
    bias === undefined ? undefined : spreadBias(weights.floats(bias), biasShape, output, made, size)
  return {
    ...prepared,
    panels: weights.packDense(
      matrix,
      spread,
      elementCount(summed.map(size)),
      elementCount(made.map(size)),
    ),
    kernel: 0,
    bias:
      spread || !placedBias
        ? undefined
        : { ...placedBias, address: weights.place(weights.floats(bias as number)) },
  }
}

/** numpy.transpose of a weight. */
function permuted(
  data: Float32Array,
  shape: readonly number[],
  permutation: readonly number[],
): Float32Array {
  const steps = permutation.map((axis) => elementCount(shape.slice(axis + 1)))
  const lengths = permutation.map((axis) => shape[axis] as number)
  const index = lengths.map(() => 0)
  return Float32Array.from({ length: data.length }, () => {
    const value = data[index.reduce((sum, at, i) => sum + at * (steps[i] as number), 0)] as number
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      if ((index[axis] as number) < (lengths[axis] as number)) break
      index[axis] = 0
    }
    return value
  })
}

/** The bias over the labels that only the kernel has, or undefined when it also varies along others. */
function spreadBias(
  bias: Float32Array,
  shape: readonly number[],
  output: string,
  made: Labels,
  size: (label: string) => number,
): Float32Array | undefined {
  const aligned = [...output].slice(-shape.length)
  const varying = shape
    .map((length, i) => ({ length, label: aligned[i] as string, i }))
    .filter(({ length }) => length !== 1)
  // An ellipsis hides how many axes lie behind it.
  if (
    aligned.includes('.') ||
    varying.some(({ label, length }) => !made.includes(label) || size(label) !== length)
  )
    return undefined
  const lengths = made.map(size)
  return Float32Array.from({ length: elementCount(lengths) }, (_, at) => {
    let from = 0
    for (const { label, i } of varying) {
      const axis = made.indexOf(label)
      const index =
        Math.floor(at / elementCount(lengths.slice(axis + 1))) % (lengths[axis] as number)
      from += index * elementCount(shape.slice(i + 1))
    }
    return bias[from] as number
  })
}

/** y = activation(einsum(equation, x, kernel) + bias). */
export function lowerEinsum(
  context: LowerContext,
  layer: Layer,
  prepared: PreparedEinsum,
  x: Value,
): Value {
  const { equation, kernelLabels, kernelShape, panels, bias, around } = prepared
  if (around) return lowerQuantized(context, layer, prepared, around, x)
  const { operands, output } = readEquation(equation, [x.shape.length, kernelShape.length], layer)
  const labels = operands[0] as Labels
  if (panels !== undefined && new Set(labels).size !== labels.length)
    throw unsupported(layer, 'a diagonal of the input', equation)
  for (const [axis, label] of labels.entries()) {
    const at = kernelLabels.indexOf(label)
    if (at >= 0 && kernelShape[at] !== x.shape[axis]) {
      throw new ModelError(`input of ${layer.className}`, {
        layer: layer.name,
        expected: `${kernelShape[at]} along ${label} of ${equation}`,
        got: `(${x.shape.join(', ')})`,
      })
    }
  }
  const general = panels === undefined
  const fused = !bias && !general && 'elementwise' in prepared.activation
  let y = general
    ? contract(
        context,
        layer,
        { value: x, labels },
        { value: context.fixed(prepared.kernel, kernelShape), labels: kernelLabels },
        output,
      )
    : project(context, layer, prepared, x, labels, output, fused)
  if (bias) {
    const shape = [...Array<number>(y.shape.length - bias.shape.length).fill(1), ...bias.shape]
    y = binary(context, layer, 'add', y, context.fixed(bias.address, shape))
  }
  return fused ? y : applyActivation(context, layer, prepared.activation, y)
}

/** The same of a quantized kernel: inputs have one scale for all elements that are summed. */
function lowerQuantized(
  context: LowerContext,
  layer: Layer,
  prepared: PreparedEinsum,
  around: Around,
  given: Value,
): Value {
  const { equation, kernelShape } = prepared
  const ranks = [given.shape.length, kernelShape.length]
  const { operands, output } = readEquation(equation, ranks, layer)
  const labels = operands[0] as Labels
  const axes = [...labels.keys()].filter((axis) => !output.includes(labels[axis] as string))
  const { x, scale } = enterProduct(context, layer, around, given, axes)
  const y = lowerEinsum(context, layer, { ...prepared, around: undefined }, x)
  if (!scale) return leaveProduct(context, layer, around, y, undefined)
  const left = labels.filter((label) => output.includes(label))
  const kept = output.filter((label) => left.includes(label))
  const size = (label: string): number => given.shape[labels.indexOf(label)] as number
  const ordered = transpose(
    context,
    layer,
    context.view(scale, left.map(size)),
    kept.map((label) => left.indexOf(label)),
  )
  const spread = output.map((label) => (kept.includes(label) ? size(label) : 1))
  return leaveProduct(context, layer, around, y, context.view(ordered, spread))
}

/** x as rows of the summed labels, times the packed kernel, then in the order of the output. */
function project(
  context: LowerContext,
  layer: Layer,
  { panels, kernelLabels, kernelShape, activation: prepared }: PreparedEinsum,
  input: Value,
  inputLabels: Labels,
  output: Labels,
  fused: boolean,
): Value {
  const lost = (label: string): boolean => !kernelLabels.includes(label) && !output.includes(label)
  const axes = [...inputLabels.keys()].filter((axis) => lost(inputLabels[axis] as string))
  const x = axes.length === 0 ? input : reduce(context, layer, 'sum', input, axes, false)
  const labels = inputLabels.filter((label) => !lost(label))
  const summed = labels.filter((label) => kernelLabels.includes(label))
  const kept = output.filter((label) => labels.includes(label))
  const made = output.filter((label) => !labels.includes(label))
  const size = (label: string): number =>
    kernelLabels.includes(label)
      ? (kernelShape[kernelLabels.indexOf(label)] as number)
      : (x.shape[labels.indexOf(label)] as number)
  const moved = transpose(
    context,
    layer,
    x,
    [...kept, ...summed].map((label) => labels.indexOf(label)),
  )
  const [rows, inner, units] = [kept, summed, made].map((each) => elementCount(each.map(size))) as [
    number,
    number,
    number,
  ]
  const shape = [...kept, ...made].map(size)
  const named = fused && 'elementwise' in prepared ? prepared.elementwise : linear
  const elementwise = context.precise?.activation(named, [rows, units]) ?? named
  const matrix = context.view(moved, [rows, inner])
  const packed = { inner, units, weights: panels as number }
  const precise =
    rows * units > 0
      ? context.precise?.product(context, packed, matrix, elementwise, false)
      : undefined
  const y = precise ? context.view(precise, shape) : context.value(shape)
  if (!precise && rows * units > 0) {
    const [read, write] = [context.operand(moved, inner), context.operand(y, units)]
    context.push({
      kind: 'dense',
      rows,
      reads: [read],
      writes: [write],
      inPlace: false,
      tileable: true,
      flops: 2 * rows * inner * units,
      weightBytes: inner * units * 4,
      emit: (program, index, place) =>
        writeDense(program, index, {
          rows,
          inner,
          units,
          x: place.address(read),
          xAdvance: place.advance(read),
          weights: packed.weights,
          y: place.address(write),
          yAdvance: place.advance(write),
          activation: elementwise,
        }),
    })
  }
  return transpose(
    context,
    layer,
    y,
    output.map((label) => [...kept, ...made].indexOf(label)),
  )
}

/** EinsumDense: any equation of one input and one kernel. */
export const einsumDenseLayer: Lowering<PreparedEinsum> = {
  prepare(layer, weights) {
    if (layer.kind !== 'einsumDense') throw unsupported(layer, 'layer', layer.className)
    return prepareEinsum(layer, weights, layer.einsumDense)
  },
  lower: (context, prepared, call, layer) => [
    lowerEinsum(context, layer, prepared, onlyTensor(call, layer)),
  ],
}
