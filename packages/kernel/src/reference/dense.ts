import { rounding, type Precision } from './rounding.ts'

/** Up to this many products a float32 dot product is summed in float64 and rounded once. */
const doubleInner = 16
/** Products per partial sum beyond that. */
const block = 128

/**
 * y (rows, units) = x (rows, inner) · kernel (inner, units) + bias (units).
 *
 * `float32` follows the exact build: products in pairs, pairs one after the other, a partial sum per
 * block, partial sums one after the other, bias last.
 */
export function dense(
  shape: { rows: number; inner: number; units: number },
  x: ArrayLike<number>, // (rows, inner)
  kernel: ArrayLike<number>, // (inner, units)
  bias: ArrayLike<number> | null, // (units)
  precision: Precision,
): Float64Array {
  const { rows, inner, units } = shape
  const round = rounding(precision)
  const y = new Float64Array(rows * units)
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++) {
      const product = (k: number) => x[row * inner + k]! * kernel[k * units + unit]!
      const offset = bias ? bias[unit]! : 0
      const sum =
        precision === 'float64' || inner <= doubleInner
          ? sumInOrder(product, inner)
          : sumInPairs(product, inner)
      y[row * units + unit] = round(sum + offset)
    }
  }
  return y
}

function sumInOrder(product: (k: number) => number, inner: number): number {
  let sum = 0
  for (let k = 0; k < inner; k++) sum += product(k)
  return sum
}

function sumInPairs(product: (k: number) => number, inner: number): number {
  const { fround } = Math
  let total = 0
  for (let start = 0; start < inner; start += block) {
    const end = Math.min(start + block, inner)
    let sum = 0
    for (let k = start; k < end; k += 2) {
      const first = fround(product(k))
      const pair = k + 1 < end ? fround(first + fround(product(k + 1))) : first
      sum = fround(sum + pair)
    }
    total = fround(total + sum)
  }
  return total
}
