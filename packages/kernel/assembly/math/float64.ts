import * as L from '../../src/wasm/layout'
import { powf_lut } from 'util/math'
import { erf, erfc, erfInverse } from './error-function'

/*
 * Functions in float64. Rounded to float32 their results are within 0.51 ulp, so those that a model
 * rarely needs have no float32 vector form. Each is built on a few of the standard library, which is
 * compiled in and so gives the same bits on every engine; that library's exp, log and pow are not used,
 * for their tables alone would be a third of the kernel.
 */

/** The function of code `code` of x, or of x and y, to float64 accuracy. */
export function float64(code: u32, x: f64, y: f64): f64 {
  switch (code) {
    case L.EXPONENTIAL: return exp(x)
    case L.EXPM1: return NativeMath.expm1(x)
    case L.EXP2: return exp2(x)
    case L.LOG: return log(x, NativeMath.LN2, 1)
    case L.LOG1P: return NativeMath.log1p(x)
    case L.LOG2: return log(x, 1, NativeMath.LOG2E)
    case L.LOG10: return log(x, 0.30102999566398120, NativeMath.LOG10E)
    case L.SIN: return NativeMath.sin(x)
    case L.COS: return NativeMath.cos(x)
    case L.TAN: return NativeMath.tan(x)
    case L.ASIN: return NativeMath.asin(x)
    case L.ACOS: return NativeMath.acos(x)
    case L.ATAN: return NativeMath.atan(x)
    case L.SINH: return copysign(sinh(abs(x)), x)
    case L.COSH: return cosh(x)
    case L.TANH: return copysign(tanh(abs(x)), x)
    case L.ASINH: return copysign(asinh(abs(x)), x)
    case L.ACOSH: return acosh(x)
    case L.ATANH: return 0.5 * copysign(NativeMath.log1p((2 * abs(x)) / (1 - abs(x))), x)
    case L.SIGMOID: return 1 / (1 + exp(-x))
    case L.ERF: return erf(x)
    case L.ERFC: return erfc(x)
    case L.ERF_INVERSE: return erfInverse(x)
    case L.SINC: return sinc(x)
    case L.BESSEL_I0: return besselI0(x)
    case L.CBRT: return NativeMath.cbrt(x)
    case L.POWER: return <f64>powf_lut(<f32>x, <f32>y)
    case L.FLOOR_DIVIDE: return floorDivide(x, y)
    case L.MODULO: return modulo(x, y)
    case L.REMAINDER: return NativeMath.mod(x, y)
    case L.ATAN2: return NativeMath.atan2(x, y)
    case L.HYPOT: return NativeMath.hypot(x, y)
    case L.LOG_ADD_EXP: return logAddExp(x, y)
    case L.LOG_ADD_EXP2: return log2AddExp2(x, y)
    default: return unreachable()
  }
}

/** exp(x) for x whose result is 0, normal or ∞. */
export function exp(x: f64): f64 {
  const y = NativeMath.expm1(abs(x)) + 1
  return x < 0 ? 1 / y : y
}

function exp2(x: f64): f64 {
  if (!(abs(x) < 1100)) return x < 0 ? 0 : x + Infinity
  const n = nearest(x)
  return NativeMath.scalbn(exp((x - n) * NativeMath.LN2), <i32>n)
}

const ROOT_HALF: i64 = 0x3fe6a09e667f3bcd

/** `perOctave` · n + scale · log(m), x = 2ⁿ · m with m between √½ and √2. */
function log(x: f64, perOctave: f64, scale: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x == 0 ? -Infinity : x < 0 ? NaN : x
  let n: i64 = 0
  if (x < f64.MIN_NORMAL_VALUE) {
    x *= 18014398509481984 // 2⁵⁴
    n = -54
  }
  const offset = reinterpret<i64>(x) - ROOT_HALF
  const m = reinterpret<f64>((offset & 0xfffffffffffff) + ROOT_HALF)
  n += offset >> 52
  return <f64>n * perOctave + NativeMath.log1p(m - 1) * scale
}

function sinh(a: f64): f64 {
  const t = NativeMath.expm1(a)
  return t > 1e17 ? 0.5 * t : 0.5 * (t + t / (t + 1))
}

function cosh(x: f64): f64 {
  const e = exp(abs(x))
  return 0.5 * (e + 1 / e)
}

function tanh(a: f64): f64 {
  const t = NativeMath.expm1(-2 * a)
  return -t / (t + 2)
}

function asinh(a: f64): f64 {
  if (a > 1e9) return log(a, NativeMath.LN2, 1) + NativeMath.LN2
  return NativeMath.log1p(a + (a * a) / (1 + sqrt(a * a + 1)))
}

function acosh(x: f64): f64 {
  if (x > 1e9) return log(x, NativeMath.LN2, 1) + NativeMath.LN2
  if (x < 1) return NaN
  const t = x - 1
  return NativeMath.log1p(t + sqrt(t * t + 2 * t))
}

/** sin(πx) / (πx), πx reduced before it is rounded. */
function sinc(x: f64): f64 {
  if (x == 0) return 1
  const whole = nearest(x)
  const sine = NativeMath.sin((x - whole) * NativeMath.PI) / (NativeMath.PI * x)
  return nearest(0.5 * whole) == 0.5 * whole ? sine : -sine
}

/** Σ (x² / 4)ᵏ / (k!)², whose terms have one sign. */
function besselI0(x: f64): f64 {
  if (abs(x) > 750) return Infinity
  const quarter = 0.25 * x * x
  let sum: f64 = 1
  let term = quarter
  for (let k: f64 = 2; term > 1e-17 * sum; k++) {
    sum += term
    term *= quarter / (k * k)
  }
  return sum + term
}

/** The remainder with the sign of the divisor, as numpy.mod. */
function modulo(a: f64, b: f64): f64 {
  const rest = NativeMath.mod(a, b)
  if (rest == 0) return copysign(rest, b)
  return rest < 0 != b < 0 ? rest + b : rest
}

/** numpy.floor_divide: what is left when the remainder is taken off, rounded to a whole number. */
function floorDivide(a: f64, b: f64): f64 {
  if (b == 0) return a / b
  const quotient = (a - modulo(a, b)) / b
  if (quotient == 0) return copysign(0, a / b)
  const whole = floor(quotient)
  return quotient - whole > 0.5 ? whole + 1 : whole
}

/** log(exp(a) + exp(b)). */
function logAddExp(a: f64, b: f64): f64 {
  if (a == b) return a + NativeMath.LN2
  return max(a, b) + NativeMath.log1p(exp(-abs(a - b)))
}

/** log₂(2ᵃ + 2ᵇ). */
function log2AddExp2(a: f64, b: f64): f64 {
  if (a == b) return a + 1
  return max(a, b) + NativeMath.log1p(exp2(-abs(a - b))) * NativeMath.LOG2E
}
