import { UnsupportedError, type Layer, type LayerKind } from '@dotplus/core'
import type { CallArguments, Value } from './context.ts'

/** Where the axis of time is in what a layer gives: on axis 1, or nowhere (it keeps to the last step, or the end). */
type Passage = 'steps' | 'end'

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
    'greater_equal less_equal logical_and logical_or logical_not floor ceil round stop_gradient'
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
  readonly #sequences = new Set<number>()
  readonly #calls = new Map<string, number>()
  #key: string | undefined

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

  /**
   * Lowers one call of a layer.
   *
   * @throws {UnsupportedError} when the layer needs steps that come later
   */
  call(layer: Layer, call: CallArguments, lower: () => Value[]): Value[] {
    const sequence = call.tensors.find((value) => this.hasSteps(value))
    const outer = this.#key
    if (!sequence) {
      this.#key = undefined
      try {
        return lower()
      } finally {
        this.#key = outer
      }
    }
    const passage = passageOf(layer, sequence, call)
    const number = (this.#calls.get(layer.name) ?? 0) + 1
    this.#calls.set(layer.name, number)
    this.#key = number === 1 ? layer.name : `${layer.name}#${number}`
    // Each step is a call of its own inside TimeDistributed.
    if (layer.kind === 'timeDistributed') this.#sequences.delete(sequence.buffer.id)
    try {
      const outputs = lower()
      if (layer.kind === 'timeDistributed') this.mark(sequence)
      for (const output of passage === 'steps' ? outputs.slice(0, 1) : []) this.mark(output)
      return outputs
    } finally {
      this.#key = outer
    }
  }
}

function passageOf(layer: Layer, { shape }: Value, call: CallArguments): Passage {
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
  if (layer.kind === 'conv' && layer.computeDtype === 'float64') fail('float32', 'float64')
  if (!layer.kind || !takesSteps[layer.kind]?.(layer, shape.length))
    fail('a layer that uses no later steps', layer.className)
  const stride = stepsPerStep(layer)
  if ((shape[1] as number) % stride !== 0)
    fail(`a multiple of ${stride} steps at a time`, `${shape[1]}`)
  return 'steps'
}
