import * as L from '../wasm/layout.ts'
import { erf, erfc } from './special.ts'

/** Functions of one number to float64 accuracy, by code. */
export const float64Functions: Readonly<Record<number, (x: number) => number>> = {
  [L.SIN]: Math.sin,
  [L.COS]: Math.cos,
  [L.TAN]: Math.tan,
  [L.ASIN]: Math.asin,
  [L.ACOS]: Math.acos,
  [L.ATAN]: Math.atan,
  [L.SINH]: Math.sinh,
  [L.COSH]: Math.cosh,
  [L.ASINH]: Math.asinh,
  [L.ACOSH]: Math.acosh,
  [L.ATANH]: Math.atanh,
  [L.EXP2]: (x) => 2 ** x,
  [L.LOG2]: Math.log2,
  [L.LOG10]: Math.log10,
  [L.CBRT]: Math.cbrt,
  [L.ERFC]: erfc,
  [L.ERF_INVERSE]: erfInverse,
  [L.SINC]: sinc,
  [L.BESSEL_I0]: besselI0,
}

/** The number whose erf is x, by bisection. */
function erfInverse(x: number): number {
  const a = Math.abs(x)
  if (!(a < 1)) return a === 1 ? x * Infinity : Number.NaN
  if (a < 1e-8) return (x * Math.sqrt(Math.PI)) / 2
  let [low, high] = [0, 27]
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    const isBelow = a < 0.5 ? erf(middle) < a : erfc(middle) > 1 - a
    if (isBelow) low = middle
    else high = middle
  }
  return Math.sign(x) * low
}

/** sin(πx) / (πx). */
function sinc(x: number): number {
  if (x === 0) return 1
  const whole = Math.round(x)
  return ((whole % 2 === 0 ? 1 : -1) * Math.sin(Math.PI * (x - whole))) / (Math.PI * x)
}

/** 1 / π · ∫₀^π exp(x · cos t) dt, which the trapezoidal rule gives to float64 accuracy. */
function besselI0(x: number): number {
  const points = 200
  let sum = (Math.exp(x) + Math.exp(-x)) / 2
  for (let i = 1; i < points; i++) sum += Math.exp(x * Math.cos((Math.PI * i) / points))
  return sum / points
}
