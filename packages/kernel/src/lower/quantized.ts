import type { Activation, Layer, Quantization } from '@dotplus/core'
import { rounded } from '../dtype/half.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import type { LowerContext, Value, WeightStore } from './context.ts'
import { roundFloat8 } from './cast.ts'
import { combine, map } from './ops/elementwise.ts'
import { quantizedKernel } from './quantized-kernel.ts'
import { reduce } from './reduce.ts'

/** A constant in the kernel's memory. */
interface Placed {
  readonly address: number
  readonly shape: readonly number[]
}

/** What a quantized layer does with its input before the product, and with the product after it. */
export interface Around {
  /** int8: integers with a scale of their own; float8: rounded in steps of this size. */
  readonly inputs: 'given' | 'int8' | { readonly float8Step: number }
  readonly divisor: Placed | undefined
  readonly bias: Placed | undefined
  readonly activation: PreparedActivation | undefined
}

/** Weights and settings of a product. */
interface ProductSettings {
  readonly kernel?: number | undefined
  readonly bias?: number | undefined
  readonly activation?: Activation | undefined
  readonly quantization?: Quantization | undefined
}

/** The same product with weights as they are, and what is around it. */
export interface Unquantized<Settings> {
  readonly settings: Settings
  readonly weights: WeightStore
  readonly around: Around
}

/**
 * Takes a quantized layer apart: a product with a kernel that is not quantized, which may be integers, and what is done
 * before and after it.
 *
 * @param divided int4 with a scale per column: divide the kernel, not the products, as EinsumDense does
 */
export function unquantized<Settings extends ProductSettings>(
  layer: Layer,
  weights: WeightStore,
  settings: Settings & { readonly kernel: number; readonly quantization: Quantization },
  divided: boolean,
): Unquantized<Settings> {
  const { quantization, kernel, bias } = settings
  const { mode } = quantization
  const stored = quantizedKernel(
    layer,
    weights,
    quantization,
    kernel,
    quantization.unpackedShape,
    divided,
  )
  const place = (index: number): Placed => ({
    address: weights.place(weights.floats(index)),
    shape: weights.shape(index),
  })
  const isFloat8 = mode === 'float8'
  const own = replaced(weights, {
    [kernel]: stored,
    // Keras rounds it for the sake of fused kernels on GPUs.
    ...(isFloat8 && bias !== undefined
      ? {
          [bias]: {
            values: weights.floats(bias).map((value) => rounded('bfloat16', value)),
            shape: weights.shape(bias),
          },
        }
      : {}),
  })
  const [step = 1] = isFloat8 ? weights.floats(quantization.inputScales[0] as number) : []
  const isDynamic = quantization.dynamicInputs && (mode === 'int8' || mode === 'int4')
  const inputs = isFloat8 ? { float8Step: step } : isDynamic ? 'int8' : 'given'
  if (stored.divisor === undefined && !isDynamic) {
    return {
      settings: { ...settings, quantization: undefined },
      weights: own,
      around: { inputs, divisor: undefined, bias: undefined, activation: undefined },
    }
  }
  return {
    settings: { ...settings, quantization: undefined, bias: undefined, activation: undefined },
    weights: own,
    around: {
      inputs,
      divisor: stored.divisor === undefined ? undefined : place(stored.divisor),
      bias: bias === undefined ? undefined : place(bias),
      activation: prepareActivation(layer, settings.activation),
    },
  }
}

/** Weights with some tensors replaced. */
export function replaced(
  weights: WeightStore,
  tensors: Readonly<Record<number, { values: Float32Array; shape: readonly number[] }>>,
): WeightStore {
  return {
    floats: (index) => tensors[index]?.values ?? weights.floats(index),
    doubles: (index) => weights.doubles(index),
    stored: (index) => weights.stored(index),
    texts: (index) => weights.texts(index),
    shape: (index) => tensors[index]?.shape ?? weights.shape(index),
    layer: (index) => weights.layer(index),
    place: (data) => weights.place(data),
    packDense: (...given) => weights.packDense(...given),
    largestTile: weights.largestTile,
    packWinograd: (...given) => weights.packWinograd(...given),
  }
}

const largest = 127
/** keras.config.epsilon(), which keeps the scale of a row of zeros finite. */
const epsilon = 1e-7

/**
 * Integers from −127 to 127 and what they were multiplied with, one scale for each place outside `axes`.
 *
 * @see keras/src/quantizers/quantizers.py, abs_max_quantize
 */
export function quantizeInput(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axes: readonly number[],
): { x: Value; scale: Value } {
  const size = reduce(context, layer, 'max', map(context, 'absolute', x), axes, true)
  const scale = combine(
    context,
    layer,
    'divide',
    largest,
    combine(context, layer, 'add', size, epsilon),
  )
  const product = map(context, 'round', combine(context, layer, 'multiply', x, scale))
  const raised = combine(context, layer, 'maximum', product, -largest)
  return { x: combine(context, layer, 'minimum', raised, largest), scale }
}

/** The input as the product takes it, and its scale where it has one. */
export function enterProduct(
  context: LowerContext,
  layer: Layer,
  { inputs }: Around,
  x: Value,
  axes: readonly number[],
): { x: Value; scale?: Value } {
  if (inputs === 'given') return { x }
  if (inputs === 'int8') return quantizeInput(context, layer, x, axes)
  return { x: roundFloat8(context, x, inputs.float8Step) }
}

/** activation(y / (scale of the input · scale of the kernel) + bias) */
export function leaveProduct(
  context: LowerContext,
  layer: Layer,
  { divisor, bias, activation }: Around,
  product: Value,
  scale: Value | undefined,
): Value {
  const fixed = ({ address, shape }: Placed): Value => context.fixed(address, shape)
  const y = dividedBy(context, layer, product, scale, divisor && fixed(divisor))
  const sum = bias ? combine(context, layer, 'add', y, fixed(bias)) : y
  return activation ? applyActivation(context, layer, activation, sum) : sum
}

/** product / (scale of the input · scales of the kernel), where there are any. */
export function dividedBy(
  context: LowerContext,
  layer: Layer,
  product: Value,
  scale: Value | undefined,
  scales: Value | undefined,
): Value {
  const by =
    scale && scales ? combine(context, layer, 'multiply', scale, scales) : (scale ?? scales)
  return by ? combine(context, layer, 'divide', product, by) : product
}
