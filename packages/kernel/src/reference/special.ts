/** erf(x) to float64 accuracy. */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (!(a > 2)) return erfSeries(x)
  return Math.sign(x) * (1 - erfcFraction(a))
}

/** 1 − erf(x), relative accuracy kept in the tail; at worst two digits cancel just below x = 2. */
export function erfc(x: number): number {
  if (x > 2) return erfcFraction(x)
  if (x < -2) return 2 - erfcFraction(-x)
  return 1 - erfSeries(x)
}

/** Abramowitz and Stegun 7.1.6: 2 / √π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!, all terms of one sign. */
function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** Abramowitz and Stegun 7.1.14, x ≥ 2: exp(−x²) / √π / (x + ½ / (x + 1 / (x + 3/2 / (x + …)))). */
function erfcFraction(x: number): number {
  if (x > 27.3) return 0
  let fraction = x
  for (let n = 80; n > 0; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}
