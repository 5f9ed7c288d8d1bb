import { rounding, type Precision } from './rounding.ts'

/** Up to this many products a float32 dot product is summed in float64 and rounded once. */
const doubleInner = 11
/** Products per partial sum beyond that. */
const block = 128

/**
 * y (rows, units) = x (rows, inner) · kernel (inner, units) + bias (units).
 *
 * `float32` follows the exact build. Short dot products: bias, then products in order, in float64,
 * rounded once. Longer ones: products in fours as a tree, the last one to three of a block singly,
 * a partial sum per block, partial sums one after the other, bias last.
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
      y[row * units + unit] = round(
        precision === 'float64' || inner <= doubleInner
          ? sumInOrder(product, inner, offset)
          : sumInFours(product, inner) + offset,
      )
    }
  }
  return y
}

/** `offset` and the products in order. */
export function sumInOrder(product: (k: number) => number, inner: number, offset: number): number {
  let sum = offset
  for (let k = 0; k < inner; k++) sum += product(k)
  return sum
}

/** Products in fours as a tree, the last one to three of a block singly, block by block; all rounded to float32. */
export function sumInFours(product: (k: number) => number, inner: number): number {
  const add = (a: number, b: number) => Math.fround(a + b)
  const rounded = (k: number) => Math.fround(product(k))
  let total = 0
  for (let start = 0; start < inner; start += block) {
    const end = Math.min(start + block, inner)
    let sum = 0
    let k = start
    for (; k + 4 <= end; k += 4) {
      const first = add(rounded(k), rounded(k + 1))
      const second = add(rounded(k + 2), rounded(k + 3))
      sum = add(sum, add(first, second))
    }
    for (; k < end; k++) sum = add(sum, rounded(k))
    total = add(total, sum)
  }
  return total
}
