import * as L from '../wasm/layout.ts'
import type { Float64Function } from '../lower/host-op.ts'

/** A function of a number in float64, with the parameters that its layer or node has. */
export type DoubleFunction = (x: number, f: Float64Function, p: readonly number[]) => number

const by =
  (code: number): DoubleFunction =>
  (x, f) =>
    f(code, x, 0)

export const exp = (f: Float64Function, x: number): number => f(L.EXPONENTIAL, x, 0)
export const log = (f: Float64Function, x: number): number => f(L.LOG, x, 0)
export const log1p = (f: Float64Function, x: number): number => f(L.LOG1P, x, 0)
const tanh = (f: Float64Function, x: number): number => f(L.TANH, x, 0)

/** Halves to even. */
export function roundHalfEven(x: number): number {
  const size = Math.abs(x)
  if (!(size < 2 ** 52)) return x
  const rounded = size + 2 ** 52 - 2 ** 52
  return x < 0 || Object.is(x, -0) ? -rounded : rounded
}

/** 0, but NaN of NaN. */
const zeroOf = (x: number): number => (x === x ? 0 : x)

const sigmoid: DoubleFunction = (x, f) => {
  const e = exp(f, -Math.abs(x))
  return x >= 0 ? 1 / (1 + e) : e / (1 + e)
}
const softplus: DoubleFunction = (x, f) => Math.max(x, 0) + log1p(f, exp(f, -Math.abs(x)))
const clamp = (x: number, least: number, most: number): number =>
  x < least ? least : x > most ? most : x
const sixth = (x: number): number => clamp(x / 6 + 0.5, 0, 1)
const selu = { alpha: 1.6732632423543772, scale: 1.0507009873554805 }

/** Functions of keras.ops of one operand, activations among them; p is what `activationOf` and nodes give in order. */
export const doubleFunctions: Readonly<Record<string, DoubleFunction>> = {
  linear: (x) => x,
  negative: (x) => -x,
  absolute: (x) => Math.abs(x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  trunc: (x) => Math.trunc(x),
  round: roundHalfEven,
  exp: by(L.EXPONENTIAL),
  exponential: by(L.EXPONENTIAL),
  expm1: by(L.EXPM1),
  exp2: by(L.EXP2),
  log: by(L.LOG),
  log1p: by(L.LOG1P),
  log2: by(L.LOG2),
  log10: by(L.LOG10),
  sin: by(L.SIN),
  cos: by(L.COS),
  tan: by(L.TAN),
  asin: by(L.ASIN),
  acos: by(L.ACOS),
  atan: by(L.ATAN),
  sinh: by(L.SINH),
  cosh: by(L.COSH),
  tanh: by(L.TANH),
  asinh: by(L.ASINH),
  acosh: by(L.ACOSH),
  atanh: by(L.ATANH),
  cbrt: by(L.CBRT),
  erf: by(L.ERF),
  erfc: by(L.ERFC),
  erfinv: by(L.ERF_INVERSE),
  sinc: by(L.SINC),
  i0: by(L.BESSEL_I0),
  sigmoid,
  softplus,
  relu: (x, _f, [slope = 0, most = Infinity, threshold = 0]) => {
    const y = x > threshold ? x : slope === 0 ? zeroOf(x) : slope * (x - threshold)
    return y > most ? most : y
  },
  relu6: (x) => clamp(x, 0, 6),
  leaky_relu: (x, _f, [slope = 0.2]) => (x > 0 ? x : slope * x),
  elu: (x, f, [alpha = 1]) => (x > 0 ? x : alpha * f(L.EXPM1, x, 0)),
  celu: (x, f, [alpha = 1]) =>
    Math.max(x, 0) + (x < 0 ? alpha * f(L.EXPM1, x / alpha, 0) : x === x ? 0 : x),
  selu: (x, f) => selu.scale * (x > 0 ? x : selu.alpha * f(L.EXPM1, x, 0)),
  silu: (x, f, p) => x * sigmoid(x, f, p),
  swish: (x, f, p) => x * sigmoid(x, f, p),
  log_sigmoid: (x, f, p) => -softplus(-x, f, p),
  softsign: (x) => x / (Math.abs(x) + 1),
  mish: (x, f, p) => x * tanh(f, softplus(x, f, p)),
  gelu: (x, f, [approximate = 0]) => {
    if (approximate === 0) return 0.5 * x * f(L.ERFC, -x * Math.SQRT1_2, 0)
    return 0.5 * x * (1 + tanh(f, 0.7978845608028654 * (x + 0.044715 * x * x * x)))
  },
  hard_sigmoid: (x, _f, [slope]) => (slope === undefined ? sixth(x) : clamp(slope * x + 0.5, 0, 1)),
  hard_silu: (x) => x * sixth(x),
  hard_swish: (x) => x * sixth(x),
  hard_tanh: (x) => clamp(x, -1, 1),
  hard_shrink: (x, _f, [threshold = 0.5]) => (Math.abs(x) > threshold || x !== x ? x : 0),
  soft_shrink: (x, _f, [threshold = 0.5]) =>
    x > threshold ? x - threshold : x < -threshold ? x + threshold : zeroOf(x),
  tanh_shrink: (x, f) => x - tanh(f, x),
  threshold: (x, _f, [threshold = 0, otherwise = 0]) => (x > threshold ? x : otherwise),
  squareplus: (x, _f, [b = 4]) => 0.5 * (x + Math.sqrt(x * x + b)),
  sparse_plus: (x) => (x <= -1 ? 0 : x < 1 ? 0.25 * (x + 1) * (x + 1) : x),
  sparse_sigmoid: (x) => (x <= -1 ? 0 : x < 1 ? 0.5 * (x + 1) : x === x ? 1 : x),
  deg2rad: (x) => x * (Math.PI / 180),
  rad2deg: (x) => x * (180 / Math.PI),
}

const bits = new DataView(new ArrayBuffer(8))

/** Error-free product: a · b = high + low, by Veltkamp's and Dekker's splitting. */
function product(a: number, b: number): [high: number, low: number] {
  const high = a * b
  const [a1, b1] = [upperHalf(a), upperHalf(b)]
  const [a2, b2] = [a - a1, b - b1]
  return [high, a2 * b2 - (high - a1 * b1 - a2 * b1 - a1 * b2)]
}

/** 2ⁿ for −1022 ≤ n ≤ 1023, from its bits. */
export function powerOfTwo(n: number): number {
  bits.setUint32(0, (n + 1023) << 20)
  bits.setUint32(4, 0)
  return bits.getFloat64(0)
}

function upperHalf(x: number): number {
  const c = 134217729 * x
  return c - (c - x)
}

const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

/** log(x) of a positive, normal x to about 100 bits: e · ln 2 + log(c) + log1p of a small rest. */
function preciseLog(f: Float64Function, x: number): [high: number, low: number] {
  bits.setFloat64(0, x)
  const exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023
  const m = x / powerOfTwo(exponent)
  const halved = m > Math.SQRT2
  const [mantissa, n] = halved ? [m / 2, exponent + 1] : [m, exponent]
  // log(m) = y and a correction by one step of Newton's method in double-double: m · e^(−y) − 1.
  const y = log(f, mantissa)
  const [eHigh, eLow] = preciseExp(f, -y)
  const [pHigh, pLow] = product(mantissa, eHigh)
  const rest = pHigh - 1 + (pLow + mantissa * eLow)
  const high = n * ln2High
  const sum = high + y
  const low = y - (sum - high) + (n * ln2Low + rest - 0.5 * rest * rest)
  return [sum + low, low - (sum + low - sum)]
}

/** e^y for |y| < 0.7 to about 100 bits, by its series. */
function preciseExp(_f: Float64Function, y: number): [high: number, low: number] {
  // e^y = (e^(y/16))^16, the series of the sixteenth summed from its smallest term.
  const t = y / 16
  let [high, low] = [0, 0]
  for (let k = 16; k > 0; k--) {
    // (1 + s) · t / k
    const [s, sLow] = plus(1, high, low)
    const [pHigh, pLow] = product(s, t)
    const rest = pLow + sLow * t
    const q = (pHigh + rest) / k
    const [back, backLow] = product(q, k)
    high = q
    low = (pHigh - back - backLow + rest) / k
  }
  let [eHigh, eLow] = plus(1, high, low)
  for (let i = 0; i < 4; i++) {
    const [pHigh, pLow] = product(eHigh, eHigh)
    ;[eHigh, eLow] = plus(pHigh, pLow + 2 * eHigh * eLow, 0)
  }
  return [eHigh, eLow]
}

function plus(a: number, b: number, low: number): [high: number, low: number] {
  const sum = a + b
  const other = sum - a
  const error = a - (sum - other) + (b - other) + low
  const high = sum + error
  return [high, error - (high - sum)]
}

/** x to the power of y, as C's pow, within 1 ulp. */
export function power(f: Float64Function, x: number, y: number): number {
  if (y === 0 || x === 1) return 1
  if (x !== x || y !== y) return Number.NaN
  if (Math.abs(y) <= 32 && y === Math.trunc(y)) {
    const whole = wholePower(x, y)
    if (whole !== undefined) return whole
  }
  const odd = Math.abs(y) < 2 ** 53 && Math.abs(y) % 2 === 1
  if (!Number.isFinite(y)) {
    const size = Math.abs(x)
    if (size === 1) return 1
    return size > 1 === y > 0 ? Infinity : 0
  }
  if (x === 0 || !Number.isFinite(x)) {
    const grows = (x === 0) !== y > 0
    const size = grows ? Infinity : 0
    return odd && (x < 0 || Object.is(x, -0)) ? -size : size
  }
  if (x < 0 && y !== Math.trunc(y)) return Number.NaN
  let a = Math.abs(x)
  let shift = 0
  // The logarithm of what is not 1 is at least 2^-53.
  if (Math.abs(y) > 2 ** 70) return a === 1 ? 1 : a > 1 === y > 0 ? Infinity : 0
  if (a < 2 ** -1022) [a, shift] = [a * 2 ** 54, 54]
  const [lHigh, lLow] = preciseLog(f, a)
  const [pHigh, pLow] = product(lHigh, y)
  const low = pLow + lLow * y - shift * Math.LN2 * y
  const size = pHigh > 720 ? Infinity : pHigh < -760 ? 0 : scaledExp(f, pHigh, low)
  return x < 0 && odd ? -size : size
}

/** e^(high + low), to half an ulp and a little. */
function scaledExp(f: Float64Function, high: number, low: number): number {
  const n = roundHalfEven(high / Math.LN2)
  const r = high - n * ln2High
  const rest = low - n * ln2Low
  const [eHigh, eLow] = preciseExp(f, r + rest)
  const lost = r - (r + rest) + rest
  const y = eHigh + (eLow + eHigh * lost)
  const half = Math.trunc(n / 2)
  return y * powerOfTwo(half) * powerOfTwo(n - half)
}

/** Small whole powers whose products are exact; undefined where one is not. */
function wholePower(x: number, y: number): number | undefined {
  let [result, resultLow] = [1, 0]
  for (let i = 0; i < Math.abs(y); i++) {
    const [high, low] = product(result, x)
    if (low !== 0 || !Number.isFinite(high) || Math.abs(high) > 2 ** 900) return undefined
    ;[result, resultLow] = [high, low]
  }
  if (resultLow !== 0) return undefined
  return y < 0 ? 1 / result : result
}
