import * as L from './layout.ts'

/** An elementwise function with up to three parameters, as a record holds it. */
export interface Activation {
  readonly code: number
  readonly parameters: readonly number[]
}

/** Elementwise functions by Keras's names; where they take parameters, these have Keras's defaults. */
export type ActivationName =
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'leaky_relu'
  | 'hard_tanh'
  | 'hard_sigmoid'
  | 'hard_silu'
  | 'hard_swish'
  | 'hard_shrink'
  | 'soft_shrink'
  | 'softsign'
  | 'sparse_plus'
  | 'sparse_sigmoid'
  | 'squareplus'
  | 'exponential'
  | 'elu'
  | 'selu'
  | 'celu'
  | 'sigmoid'
  | 'log_sigmoid'
  | 'silu'
  | 'swish'
  | 'tanh'
  | 'tanh_shrink'
  | 'softplus'
  | 'gelu'
  | 'mish'
  | 'negative'
  | 'absolute'
  | 'sign'
  | 'square'
  | 'sqrt'
  | 'rsqrt'
  | 'reciprocal'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'erf'
  | 'trunc'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'exp2'
  | 'log2'
  | 'log10'
  | 'cbrt'
  | 'erfc'
  | 'erfinv'
  | 'sinc'
  | 'i0'

const activationCodes: Readonly<
  Record<ActivationName, readonly [code: number, ...parameters: number[]]>
> = {
  linear: [L.LINEAR],
  relu: [L.RELU],
  relu6: [L.RELU6],
  leaky_relu: [L.LEAKY_RELU, 0.2],
  hard_tanh: [L.HARD_TANH],
  hard_sigmoid: [L.HARD_SIGMOID],
  hard_silu: [L.HARD_SILU],
  hard_swish: [L.HARD_SILU],
  hard_shrink: [L.HARD_SHRINK, 0.5],
  soft_shrink: [L.SOFT_SHRINK, 0.5],
  softsign: [L.SOFTSIGN],
  sparse_plus: [L.SPARSE_PLUS],
  sparse_sigmoid: [L.SPARSE_SIGMOID],
  squareplus: [L.SQUAREPLUS, 4],
  exponential: [L.EXPONENTIAL],
  elu: [L.ELU, 1],
  selu: [L.SELU],
  celu: [L.ELU, 1], // the same for 1
  sigmoid: [L.SIGMOID],
  log_sigmoid: [L.LOG_SIGMOID],
  silu: [L.SILU],
  swish: [L.SILU],
  tanh: [L.TANH],
  tanh_shrink: [L.TANH_SHRINK],
  softplus: [L.SOFTPLUS],
  gelu: [L.GELU],
  mish: [L.MISH],
  negative: [L.NEGATIVE],
  absolute: [L.ABSOLUTE],
  sign: [L.SIGN],
  square: [L.SQUARE],
  sqrt: [L.SQRT],
  rsqrt: [L.RSQRT],
  reciprocal: [L.RECIPROCAL],
  floor: [L.FLOOR],
  ceil: [L.CEIL],
  round: [L.ROUND],
  exp: [L.EXPONENTIAL],
  expm1: [L.EXPM1],
  log: [L.LOG],
  log1p: [L.LOG1P],
  erf: [L.ERF],
  trunc: [L.TRUNC],
  sin: [L.SIN],
  cos: [L.COS],
  tan: [L.TAN],
  asin: [L.ASIN],
  acos: [L.ACOS],
  atan: [L.ATAN],
  sinh: [L.SINH],
  cosh: [L.COSH],
  asinh: [L.ASINH],
  acosh: [L.ACOSH],
  atanh: [L.ATANH],
  exp2: [L.EXP2],
  log2: [L.LOG2],
  log10: [L.LOG10],
  cbrt: [L.CBRT],
  erfc: [L.ERFC],
  erfinv: [L.ERF_INVERSE],
  sinc: [L.SINC],
  i0: [L.BESSEL_I0],
}

/** Every {@link ActivationName}. */
export const activationNames: readonly ActivationName[] = Object.keys(
  activationCodes,
) as ActivationName[]

/** The activation of this name with Keras's default parameters. */
export function activation(name: ActivationName): Activation {
  const [code, ...parameters] = activationCodes[name]
  return { code, parameters }
}

export const linear: Activation = { code: L.LINEAR, parameters: [] }

/** keras.activations.relu with its parameters; picks the cheapest code that means the same. */
export function relu(
  options: { negativeSlope?: number; maxValue?: number | null; threshold?: number } = {},
): Activation {
  const { negativeSlope = 0, maxValue = null, threshold = 0 } = options
  if (threshold === 0 && negativeSlope === 0) {
    if (maxValue === null) return activation('relu')
    if (maxValue === 6) return activation('relu6')
  }
  if (threshold === 0 && maxValue === null) return leakyRelu(negativeSlope)
  return { code: L.RELU_GENERAL, parameters: [negativeSlope, maxValue ?? NaN, threshold] }
}

export function leakyRelu(negativeSlope: number): Activation {
  return { code: L.LEAKY_RELU, parameters: [negativeSlope] }
}

export function elu(alpha: number): Activation {
  return { code: L.ELU, parameters: [alpha] }
}

export function celu(alpha: number): Activation {
  return { code: alpha === 1 ? L.ELU : L.CELU, parameters: [alpha] }
}

export function gelu(approximate: boolean): Activation {
  return { code: approximate ? L.GELU_TANH : L.GELU, parameters: [] }
}

/** clip(slope · x + 0.5, 0, 1), as Keras 2's hard_sigmoid with slope 0.2. */
export function hardSigmoid(slope: number): Activation {
  return { code: L.HARD_SIGMOID_SLOPE, parameters: [slope] }
}

export function hardShrink(threshold: number): Activation {
  return { code: L.HARD_SHRINK, parameters: [threshold] }
}

export function softShrink(threshold: number): Activation {
  return { code: L.SOFT_SHRINK, parameters: [threshold] }
}

/** keras.activations.threshold: x where x > threshold, else `value`. */
export function threshold(threshold: number, value: number): Activation {
  return { code: L.THRESHOLD, parameters: [threshold, value] }
}

export function squareplus(b: number): Activation {
  return { code: L.SQUAREPLUS, parameters: [b] }
}
