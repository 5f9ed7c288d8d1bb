import {
  elementCount,
  ModelError,
  type Activation as ActivationSettings,
  type Layer,
} from '@dotplus/core'
import {
  activation,
  celu,
  elu,
  gelu,
  hardShrink,
  hardSigmoid,
  leakyRelu,
  relu,
  softShrink,
  squareplus,
  threshold,
  writeActivation,
  writeGlu,
  writeLogSoftmax,
  writeSoftmax,
  writeSparsemax,
  type Activation,
  type ActivationName,
} from '../program.ts'
import {
  LowerContext,
  onlyTensor,
  resolveAxis,
  unsupported,
  type Lowering,
  type Value,
} from './context.ts'
import { transpose } from './permute.ts'

/** An activation ready to run: fused element by element, or a pass of its own along an axis. */
export type PreparedActivation =
  | { readonly elementwise: Activation }
  | { readonly axiswise: Axiswise; readonly axis: number }

type Axiswise = 'softmax' | 'log_softmax' | 'sparsemax' | 'glu'

const axiswise: ReadonlySet<string> = new Set(['softmax', 'log_softmax', 'sparsemax', 'glu'])

/** Functions with settings: the settings they take and how they become kernel parameters. */
const parametrised: Readonly<
  Record<string, { readonly names: readonly string[]; make(of: SettingReader): Activation }>
> = {
  relu: {
    names: ['negative_slope', 'max_value', 'threshold'],
    make: (of) =>
      relu({
        negativeSlope: of('negative_slope', 0),
        maxValue: of('max_value', null),
        threshold: of('threshold', 0),
      }),
  },
  leaky_relu: { names: ['negative_slope'], make: (of) => leakyRelu(of('negative_slope', 0.2)) },
  elu: { names: ['alpha'], make: (of) => elu(of('alpha', 1)) },
  celu: { names: ['alpha'], make: (of) => celu(of('alpha', 1)) },
  gelu: { names: ['approximate'], make: (of) => gelu(of('approximate', 0) !== 0) },
  hard_sigmoid: {
    names: ['slope'],
    // Keras 3 divides by 6, which is not the same as a slope of 1/6.
    make: (of) =>
      Number.isNaN(of('slope', Number.NaN))
        ? activation('hard_sigmoid')
        : hardSigmoid(of('slope', 0.2)),
  },
  hard_shrink: { names: ['threshold'], make: (of) => hardShrink(of('threshold', 0.5)) },
  soft_shrink: { names: ['threshold'], make: (of) => softShrink(of('threshold', 0.5)) },
  threshold: {
    names: ['threshold', 'default_value'],
    make: (of) => threshold(of('threshold', 0), of('default_value', 0)),
  },
  squareplus: { names: ['b'], make: (of) => squareplus(of('b', 4)) },
}

const plain: ReadonlySet<string> = new Set<ActivationName>([
  'linear',
  'relu6',
  'hard_tanh',
  'hard_silu',
  'hard_swish',
  'softsign',
  'sparse_plus',
  'sparse_sigmoid',
  'exponential',
  'selu',
  'sigmoid',
  'log_sigmoid',
  'silu',
  'swish',
  'tanh',
  'tanh_shrink',
  'softplus',
  'mish',
])

type SettingReader = <Fallback extends number | null>(
  name: string,
  fallback: Fallback,
) => number | Fallback

function readerOf(settings: ActivationSettings): SettingReader {
  const values = new Map(settings.settings.map(({ name, value }) => [name, value]))
  return (name, fallback) => values.get(name) ?? fallback
}

function checkNames(layer: Layer, settings: ActivationSettings, known: readonly string[]): void {
  for (const { name } of settings.settings) {
    if (!known.includes(name))
      throw unsupported(layer, `setting of activation ${settings.function}`, name)
  }
}

/**
 * Checks an activation's function and settings.
 *
 * @throws {UnsupportedError} naming the layer and the function or setting that the kernel does not have
 */
export function prepareActivation(
  layer: Layer,
  settings: ActivationSettings | undefined,
): PreparedActivation {
  const name = settings?.function ?? 'linear'
  if (settings === undefined || name === '') return { elementwise: activation('linear') }
  if (axiswise.has(name)) {
    checkNames(layer, settings, ['axis'])
    return { axiswise: name as Axiswise, axis: readerOf(settings)('axis', -1) }
  }
  const entry = Object.hasOwn(parametrised, name) ? parametrised[name] : undefined
  if (entry) {
    checkNames(layer, settings, entry.names)
    return { elementwise: entry.make(readerOf(settings)) }
  }
  if (!plain.has(name)) throw unsupported(layer, 'activation function', name)
  checkNames(layer, settings, [])
  return { elementwise: activation(name as ActivationName) }
}

/** Codes of functions that are nowhere below 0. */
const nonNegative: ReadonlySet<number> = new Set(
  (['relu', 'relu6', 'sigmoid', 'hard_sigmoid'] as const).map((name) => activation(name).code),
)

/** Applies an activation to x. */
export function applyActivation(
  context: LowerContext,
  layer: Layer,
  prepared: PreparedActivation,
  x: Value,
): Value {
  if ('elementwise' in prepared) {
    const { elementwise: named } = prepared
    if (named.code === activation('linear').code) return x
    const elementwise = context.precise?.activation(named, x.shape) ?? named
    // A wide row gives the kernel long runs; a tiled chain cuts rows, so it keeps the last axis.
    const width = x.shape.at(-1) ?? 1
    const step = { kind: 'activation', activation: elementwise } as const
    const y = context.rowMap(
      'activation',
      x,
      width,
      (program, index, map) => writeActivation(program, index, { ...map, activation: elementwise }),
      x.dtype,
      step,
    )
    return { ...y, nonNegative: nonNegative.has(named.code) }
  }
  return applyAxiswise(context, layer, prepared.axiswise, prepared.axis, x)
}

/** Applies a function along one axis. */
export function applyAxiswise(
  context: LowerContext,
  layer: Layer,
  name: Axiswise,
  axis: number,
  x: Value,
): Value {
  const rank = x.shape.length
  const at = resolveAxis(axis, rank, layer)
  if (at === rank - 1)
    return name === 'glu' ? glu(context, layer, x) : alongLastAxis(context, name, x)
  const permutation = [...Array(rank).keys()].filter((each) => each !== at).concat(at)
  const inverse = permutation.map((_, i) => permutation.indexOf(i))
  const moved = transpose(context, layer, x, permutation)
  const y = name === 'glu' ? glu(context, layer, moved) : alongLastAxis(context, name, moved)
  return transpose(context, layer, y, inverse)
}

/** Applies a function along the last axis. */
export function alongLastAxis(
  context: LowerContext,
  name: Exclude<Axiswise, 'glu'>,
  x: Value,
): Value {
  const width = x.shape.at(-1) ?? 1
  if (name === 'softmax') return softmax(context, x)
  if (name === 'log_softmax') return context.rowMap(name, x, width, writeLogSoftmax)
  return sparsemax(context, x, width)
}

/** Softmax over the last axis. */
export function softmax(context: LowerContext, x: Value): Value {
  const wide = context.precise?.softmax(x.shape)
  return context.rowMap('softmax', x, x.shape.at(-1) ?? 1, (program, index, map) =>
    writeSoftmax(program, index, { ...map, wide }),
  )
}

function sparsemax(context: LowerContext, x: Value, width: number): Value {
  const y = context.value(x.shape)
  if (elementCount(x.shape) === 0) return y
  const scratch = context.value([width])
  const rows = elementCount(x.shape) / width
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  const shared = { buffer: scratch.buffer, rowBytes: 0 }
  context.push({
    kind: 'sparsemax',
    rows,
    reads: [read],
    writes: [write, shared],
    inPlace: true,
    tileable: true,
    emit: (program, index, place) =>
      writeSparsemax(program, index, {
        rows,
        width,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        scratch: place.address(shared),
      }),
  })
  return y
}

/** keras.activations.glu: first half times the sigmoid of the second half of the last axis. */
function glu(context: LowerContext, layer: Layer, x: Value): Value {
  const whole = x.shape.at(-1) ?? 0
  if (whole % 2 !== 0)
    throw new ModelError('glu halves its axis', {
      layer: layer.name,
      expected: 'an even size',
      got: `${whole}`,
    })
  const width = whole / 2
  const y = context.value([...x.shape.slice(0, -1), width])
  if (elementCount(y.shape) === 0) return y
  const rows = elementCount(y.shape) / width
  const [read, write] = [context.operand(x, whole), context.operand(y, width)]
  context.push({
    kind: 'glu',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeGlu(program, index, {
        rows,
        width,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
      }),
  })
  return y
}

/** Activation, ReLU, LeakyReLU, ELU and the other layers that only apply a function. */
export const activationLayer: Lowering<PreparedActivation> = {
  prepare: (layer) =>
    prepareActivation(layer, layer.kind === 'activation' ? layer.activation.activation : undefined),
  lower: (context, prepared, call, layer) => [
    applyActivation(context, layer, prepared, onlyTensor(call, layer)),
  ],
}
