import { UnsupportedError, type Layer, type LayerKind } from '@dotplus/core'
import { attentionPassage } from './stream-attention.ts'
import { indexPassage } from './stream-index.ts'
import type { CallArguments, LowerContext, Value } from './context.ts'
import { placesOfSteps, withCache, type Cached } from './stream-cache.ts'
import { withTensors } from './call.ts'
import { copied } from './recurrent.ts'

/** Where the axis of time is in what a layer gives: on axis 1, or nowhere (it keeps to the last step, or the end). */
export type Passage = 'steps' | 'end'

/** Steps that what layers keep has room for at first; later twice as many, and so on. */
const leastCapacity = 64

/** Room for so many steps: it seldom changes as they become more. */
export function capacityFor(steps: number): number {
  return Math.max(2 ** Math.ceil(Math.log2(Math.max(steps, 1))), leastCapacity)
}

/** Whether a layer takes each step by itself, given the rank of its input; axis 1 is time. */
type TakesSteps = (layer: Layer, rank: number) => boolean

const always: TakesSteps = () => true
const spares = (axes: readonly number[], rank: number): boolean =>
  axes.every((axis) => (axis < 0 ? axis + rank : axis) !== 1)
const axesOf = (axes: readonly number[]): readonly number[] => (axes.length === 0 ? [-1] : axes)

/** Functions of keras.ops that take each element by itself. */
const elementwise: ReadonlySet<string> = new Set(
  (
    'add subtract multiply divide true_divide maximum minimum power negative absolute abs sign square sqrt rsqrt ' +
    'reciprocal exp expm1 log log1p erf tanh sin cos sigmoid relu relu6 silu swish gelu elu selu celu softplus softsign ' +
    'leaky_relu hard_sigmoid hard_silu hard_swish mish log_sigmoid clip cast where equal not_equal greater less ' +
    'greater_equal less_equal logical_and logical_or logical_not floor ceil round stop_gradient ones_like zeros_like full_like'
  ).split(' '),
)

const takesSteps: Readonly<Partial<Record<LayerKind, TakesSteps>>> = {
  identity: always,
  embedding: always,
  masking: always,
  merge: always,
  rescaling: always,
  timeDistributed: always,
  dense: (_layer, rank) => rank > 2,
  activation(layer, rank) {
    if (layer.kind !== 'activation') return false
    const axis = layer.activation.activation?.settings.find(({ name }) => name === 'axis')
    return spares([axis?.value ?? -1], rank)
  },
  softmax: (layer, rank) => layer.kind === 'softmax' && spares(axesOf(layer.softmax.axes), rank),
  prelu: (layer) => layer.kind === 'prelu' && layer.prelu.sharedAxes.includes(1),
  batchNormalization: (layer, rank) =>
    layer.kind === 'batchNormalization' && spares([layer.batchNormalization.axis], rank),
  layerNormalization: (layer, rank) =>
    layer.kind === 'layerNormalization' && spares(axesOf(layer.layerNormalization.axes), rank),
  rmsNormalization: (layer, rank) =>
    layer.kind === 'rmsNormalization' && spares(axesOf(layer.rmsNormalization.axes), rank),
  unitNormalization: (layer, rank) =>
    layer.kind === 'unitNormalization' && spares(axesOf(layer.unitNormalization.axes), rank),
  normalization: (layer, rank) =>
    layer.kind === 'normalization' && spares(layer.normalization.axes, rank),
  concatenate: (layer, rank) =>
    layer.kind === 'concatenate' && spares([layer.concatenate.axis], rank),
  permute: (layer) => layer.kind === 'permute' && layer.permute.dims[0] === 1,
  einsumDense(layer) {
    if (layer.kind !== 'einsumDense') return false
    const [x = '', kernel = '', y = ''] = layer.einsumDense.equation.split(/,|->/)
    const time = x[1] as string
    return !x.includes('.') && y[1] === time && !kernel.includes(time)
  },
  op: (layer) => layer.kind === 'op' && elementwise.has(layer.op.name),
  conv(layer) {
    if (layer.kind !== 'conv') return false
    const { rank, padding, kernelSize, dataFormat } = layer.conv
    if (dataFormat === 'channels_first') return false
    return rank === 1 && (padding === 'causal' || kernelSize[0] === 1)
  },
  pooling(layer) {
    if (layer.kind !== 'pooling') return false
    const { rank, poolSize, strides, dataFormat } = layer.pooling
    return rank === 1 && dataFormat !== 'channels_first' && poolSize[0] === strides[0]
  },
}

/** How many steps a layer makes one step of. */
export function stepsPerStep(layer: Layer): number {
  if (layer.kind === 'conv') return layer.conv.strides[0] ?? 1
  return layer.kind === 'pooling' ? (layer.pooling.strides[0] ?? 1) : 1
}

/** A walk through a sequence, some steps at a time: which tensors have steps on axis 1, and what layers keep of them. */
export class Stream {
  /** Steps that what layers keep has room for. */
  readonly capacity: number
  readonly #sequences = new Set<number>()
  readonly #calls = new Map<string, number>()
  #key: string | undefined

  /** @param capacity a power of two */
  constructor(capacity: number = leastCapacity) {
    this.capacity = capacity
  }

  /** Says that axis 1 of a tensor is time. */
  mark({ buffer }: Value): void {
    this.#sequences.add(buffer.id)
  }

  hasSteps({ buffer }: Value): boolean {
    return this.#sequences.has(buffer.id)
  }

  /** Key of the states of the layer being lowered; undefined where it meets no steps of the stream. */
  get key(): string | undefined {
    return this.#key
  }

  /** All steps so far of tensors (batch, steps, …), by name, for the layer that is being lowered. */
  withCache(context: LowerContext, layer: Layer, given: Readonly<Record<string, Value>>): Cached {
    return withCache(context, this, layer, given)
  }

  /**
   * Lowers one call of a layer.
   *
   * @throws {UnsupportedError} when the layer needs steps that come later
   */
  lowerCall(
    context: LowerContext,
    layer: Layer,
    call: CallArguments,
    lower: (call: CallArguments) => Value[],
  ): Value[] {
    const sequence = call.tensors.find((value) => this.hasSteps(value))
    const outer = this.#key
    if (!sequence) {
      this.#key = undefined
      try {
        return lower(call)
      } finally {
        this.#key = outer
      }
    }
    const passage = passageOf(this, layer, sequence, call)
    const number = (this.#calls.get(layer.name) ?? 0) + 1
    this.#calls.set(layer.name, number)
    this.#key = number === 1 ? layer.name : `${layer.name}#${number}`
    // Each step is a call of its own inside TimeDistributed.
    if (layer.kind === 'timeDistributed') this.#sequences.delete(sequence.buffer.id)
    try {
      const outputs = lower(meetsPositions(layer) ? this.#atSteps(context, layer, call) : call)
      if (layer.kind === 'timeDistributed') this.mark(sequence)
      // The last step of one may be the sequence itself.
      if (passage === 'end')
        return outputs.map((value) => (this.hasSteps(value) ? copied(context, value) : value))
      for (const output of outputs.slice(0, 1)) this.mark(output)
      return outputs
    } finally {
      this.#key = outer
    }
  }

  /** The call with the places of these steps in tensors that are no sequence and have one for every step. */
  #atSteps(context: LowerContext, layer: Layer, call: CallArguments): CallArguments {
    const sequences = call.tensors.filter((value) => this.hasSteps(value))
    const rank = Math.max(...sequences.map(({ shape }) => shape.length))
    const steps = sequences.find(({ shape }) => shape.length === rank)?.shape[1] as number
    return withTensors(call, (value) => {
      if (this.hasSteps(value)) return value
      const axis = timeAxisOf(layer, value.shape.length, rank)
      if (axis < 0 || (value.shape[axis] ?? 1) === 1) return value
      return placesOfSteps(context, this, layer, value, axis, steps)
    })
  }
}

/** Key of something that the layer being lowered keeps. */
export function stateName({ key }: Stream, what: string): string {
  return `${key}:${what}`
}

/** Layers that may be called with a sequence and a table of positions. */
function meetsPositions({ kind }: Layer): boolean {
  return kind === 'op' || kind === 'merge' || kind === 'concatenate'
}

/** Where the axis of time would be in a tensor of this rank beside a sequence of another; negative for nowhere. */
function timeAxisOf({ kind }: Layer, rank: number, sequenceRank: number): number {
  if (kind === 'op') return rank - sequenceRank + 1
  return rank === sequenceRank ? 1 : -1
}

function passageOf(stream: Stream, layer: Layer, { shape }: Value, call: CallArguments): Passage {
  const fail = (expected: string, got: string): never => {
    throw new UnsupportedError('the model cannot be stepped through this layer', {
      layer: layer.name,
      place: layer.className,
      expected,
      got,
    })
  }
  const scan =
    layer.kind === 'recurrent'
      ? layer.recurrent.scan
      : layer.kind === 'convRecurrent'
        ? layer.convRecurrent.scan
        : undefined
  if (scan) {
    if (scan.goBackwards) fail('steps in order', 'go_backwards')
    if (scan.timeMajor) fail('the batch first', 'time_major')
    if (
      call.operands.some(({ name, tensors }, i) => i > 0 && tensors.length > 0 && name !== 'mask')
    )
      fail('a state that the caller keeps', 'initial_state')
    return scan.returnSequences ? 'steps' : 'end'
  }
  if (layer.kind === 'spectralNormalization') return 'steps'
  if (layer.kind === 'attention' || layer.kind === 'multiHeadAttention')
    return attentionPassage(stream, layer, call, fail)
  const indexed =
    layer.kind === 'op' && layer.op.name === 'get_item'
      ? indexPassage(call, shape.length)
      : undefined
  if (indexed) return indexed
  if (layer.kind === 'conv' && layer.computeDtype === 'float64') fail('float32', 'float64')
  // Time would be another axis of the result, or no axis of a smaller sequence.
  const ranks = call.tensors
    .filter((value) => stream.hasSteps(value))
    .map((value) => value.shape.length)
  const most = Math.max(
    ...(layer.kind === 'op' ? call.tensors.map((value) => value.shape.length) : ranks),
  )
  if (meetsPositions(layer) && most > Math.min(...ranks))
    fail(
      'sequences of one rank, and nothing of a higher one',
      `rank ${most} beside ${Math.min(...ranks)}`,
    )
  if (!layer.kind || !takesSteps[layer.kind]?.(layer, shape.length))
    fail('a layer that uses no later steps', layer.className)
  const stride = stepsPerStep(layer)
  if ((shape[1] as number) % stride !== 0)
    fail(`a multiple of ${stride} steps at a time`, `${shape[1]}`)
  return 'steps'
}
