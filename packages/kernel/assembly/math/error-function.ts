import { exp } from './float64'

/**
 * Chebyshev coefficients of (a + 3) · exp(a²) · erfc(a) in u, −1 ≤ u ≤ 1, where (a − 3) / (a + 3) for
 * 0 ≤ a ≤ 27.3 is MIDDLE + HALF_WIDTH · u.
 */
// @ts-ignore: decorator, which leaves out what nothing uses
@lazy
const SCALED: usize = memory.data<f64>([
  1.4796767707194045, -1.1162160246087887, 0.3227197189153266, -0.07013448420321731,
  0.010551422505221635, -0.0007854639827641265, -6.283723927244342e-05, 2.0981582536175508e-05,
  -5.129901405906874e-07, -4.2617631394053844e-07, 3.121421591055301e-08, 9.855988595277196e-09,
  -9.506999652722613e-10, -2.7918648266015436e-10, 2.3518801315510993e-11, 9.251523882829498e-12,
  -3.7786377569445697e-13, -3.261016458760925e-13, -7.266114897917692e-15, 1.1012586791830907e-14,
  1.1605791117554543e-15, -3.0753921892114866e-16, -7.500436436075179e-17,
])
const COEFFICIENTS: usize = 23
const MIDDLE: f64 = -0.0990099009900990
const HALF_WIDTH: f64 = 0.9009900990099009
const TWO_OVER_ROOT_PI: f64 = 1.1283791670955126

/** erfc(a) for 0 ≤ a, by Clenshaw's recurrence. */
function tail(a: f64): f64 {
  if (a > 27.3) return 0
  const u = 2 * ((a - 3) / (a + 3) - MIDDLE) / HALF_WIDTH
  let b: f64 = 0
  let before: f64 = 0
  for (let at = SCALED + (COEFFICIENTS << 3) - 8; at > SCALED; at -= 8) {
    const next = u * b - before + load<f64>(at)
    before = b
    b = next
  }
  return (exp(-a * a) * (0.5 * u * b - before + load<f64>(SCALED))) / (a + 3)
}

export function erfc(x: f64): f64 {
  return x < 0 ? 2 - tail(-x) : tail(x)
}

/** Below 1 by 2 / √π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!! (Abramowitz and Stegun 7.1.6). */
export function erf(x: f64): f64 {
  if (!(abs(x) < 1)) return copysign(1 - tail(abs(x)), x)
  const twiceSquare = 2 * x * x
  let term = x
  let sum = x
  for (let odd: f64 = 3; abs(term) > 1e-17 * abs(sum); odd += 2) {
    term *= twiceSquare / odd
    sum += term
  }
  return TWO_OVER_ROOT_PI * exp(-x * x) * sum
}

/** Two steps of Halley's method from Winitzki's approximation, which is within 0.3 %. */
export function erfInverse(x: f64): f64 {
  const a = abs(x)
  if (!(a < 1)) return a == 1 ? x * Infinity : NaN
  if (a < 1e-9) return x / TWO_OVER_ROOT_PI
  const logarithm = NativeMath.log1p(-a * a)
  const c = 4.330746750799873 + 0.5 * logarithm
  const ratio = -6.802721088435374 * logarithm
  let y = sqrt(ratio / (sqrt(c * c + ratio) + c))
  for (let step = 0; step < 2; step++) {
    const error = a < 0.5 ? erf(y) - a : 1 - a - tail(y)
    const newton = error * exp(y * y) / TWO_OVER_ROOT_PI
    y -= newton / (1 + y * newton)
  }
  return copysign(y, x)
}
