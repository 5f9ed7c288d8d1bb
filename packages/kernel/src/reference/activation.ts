import type { Activation } from '../wasm/activations.ts'
import * as L from '../wasm/layout.ts'
import { float64Functions } from './float64.ts'
import { rounding, type Precision } from './rounding.ts'
import { erf, erfc } from './special.ts'

type Scalar = (x: number, p: number, q: number, r: number) => number

/**
 * An activation as a function of one number. Piecewise activations round after every step when
 * `precision` is `float32`; transcendental ones are evaluated in float64 and rounded once, so there
 * `float32` is the correctly rounded result.
 */
export function scalarActivation(
  { code, parameters }: Activation,
  precision: Precision,
): (x: number) => number {
  const round = rounding(precision)
  const [p = 0, q = 0, r = 0] = parameters.map(round)
  const exact = transcendental[code]
  if (exact) return (x) => round(exact(x, p, q, r))
  const piecewise = piecewiseActivations(round)[code]
  if (!piecewise) throw new RangeError(`no activation has code ${code}`)
  return (x) => piecewise(x, p, q, r)
}

/** y = activation(x), elementwise. */
export function activation(
  x: ArrayLike<number>, // any shape
  spec: Activation,
  precision: Precision,
): Float64Array {
  return Float64Array.from(x, scalarActivation(spec, precision))
}

/** Keras's formulas (keras/src/backend/tensorflow/nn.py), `f` rounding each step that the kernel rounds. */
function piecewiseActivations(f: (x: number) => number): Readonly<Record<number, Scalar>> {
  const relu = (x: number) => (x < 0 ? 0 : x)
  const clip = (x: number, low: number, high: number) => (x < low ? low : x > high ? high : x)
  const hardSigmoid = (x: number) => f(clip(f(x + 3), 0, 6) / 6)
  return {
    [L.LINEAR]: (x) => x,
    [L.RELU]: relu,
    [L.RELU6]: (x) => clip(x, 0, 6),
    [L.LEAKY_RELU]: (x, slope) => (x > 0 ? x : f(slope * x)),
    [L.RELU_GENERAL]: (x, slope, max, threshold) => {
      let y = threshold === 0 ? relu(x) : x > threshold ? x : 0
      if (!Number.isNaN(max)) y = clip(y, 0, max)
      return slope === 0 ? y : f(y - f(slope * relu(f(threshold - x))))
    },
    [L.HARD_TANH]: (x) => clip(x, -1, 1),
    [L.HARD_SIGMOID]: hardSigmoid,
    [L.HARD_SIGMOID_SLOPE]: (x, slope) => clip(f(x * slope + 0.5), 0, 1),
    [L.HARD_SILU]: (x) => f(x * hardSigmoid(x)),
    [L.HARD_SHRINK]: (x, threshold) => (Math.abs(x) > threshold ? x : 0),
    [L.SOFT_SHRINK]: (x, threshold) =>
      x > threshold ? f(x - threshold) : x < -threshold ? f(x + threshold) : 0,
    [L.THRESHOLD]: (x, threshold, value) => (x > threshold ? x : value),
    [L.SOFTSIGN]: (x) => f(x / f(Math.abs(x) + 1)),
    [L.SPARSE_PLUS]: (x) => (x <= -1 ? 0 : x < 1 ? f(0.25 * f(f(x + 1) * f(x + 1))) : x),
    [L.SPARSE_SIGMOID]: (x) => (x <= -1 ? 0 : x >= 1 ? 1 : f(0.5 * f(x + 1))),
    [L.SQUAREPLUS]: (x, b) => {
      if (f(f(x * x) + b) === Infinity) return x + Infinity // Keras's answer where x² overflows
      const sum = f(Math.abs(x) + Math.sqrt(x * x + b))
      return x < 0 ? f(f(b / 2) / sum) : f(sum / 2) // x + √(x² + b) would cancel below 0
    },
    [L.NEGATIVE]: (x) => -x,
    [L.ABSOLUTE]: Math.abs,
    [L.SIGN]: Math.sign,
    [L.SQUARE]: (x) => f(x * x),
    [L.SQRT]: (x) => f(Math.sqrt(x)),
    [L.RSQRT]: (x) => f(1 / f(Math.sqrt(x))),
    [L.RECIPROCAL]: (x) => f(1 / x),
    [L.FLOOR]: Math.floor,
    [L.CEIL]: Math.ceil,
    [L.ROUND]: roundHalfToEven,
    [L.TRUNC]: Math.trunc,
  }
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x)
  const distance = x - down
  if (Object.is(x, -0) || distance === 0) return x
  const up = distance > 0.5 || (distance === 0.5 && down % 2 !== 0)
  const y = up ? down + 1 : down
  return y === 0 && x < 0 ? -0 : y
}

const transcendental: Readonly<Record<number, Scalar>> = {
  [L.EXPONENTIAL]: Math.exp,
  [L.ELU]: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  [L.SELU]: (x) => (x > 0 ? 1.0507009873554805 * x : 1.7580993408473766 * Math.expm1(x)),
  [L.CELU]: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  [L.SIGMOID]: sigmoid,
  [L.LOG_SIGMOID]: (x) => -softplus(-x),
  [L.SILU]: (x) => x * sigmoid(x),
  [L.TANH]: Math.tanh,
  [L.TANH_SHRINK]: tanhShrink,
  [L.SOFTPLUS]: softplus,
  [L.GELU]: (x) => 0.5 * x * erfc(-x / Math.SQRT2),
  [L.GELU_TANH]: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * x * (1 + 0.044715 * x * x)),
  [L.MISH]: mish,
  [L.EXPM1]: Math.expm1,
  [L.LOG]: Math.log,
  [L.LOG1P]: Math.log1p,
  [L.ERF]: erf,
  ...float64Functions,
}

export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

/** x − tanh(x), near 0 by its series: x³/3 − 2x⁵/15 + 17x⁷/315 − …. */
function tanhShrink(x: number): number {
  const z = x * x
  if (z < 1e-3) {
    return x * z * (1 / 3 - z * (2 / 15 - z * (17 / 315 - z * (62 / 2835 - (z * 1382) / 155925))))
  }
  return x - Math.tanh(x)
}

/** x · tanh(softplus(x)), with tanh(log(1 + w)) = w (w + 2) / (w (w + 2) + 2). */
function mish(x: number): number {
  if (x > 20) return x
  const w = Math.exp(x)
  const n = w * (w + 2)
  return (x * n) / (n + 2)
}
