/**
 * What the scalar reference computes in: `float32` rounds after every step, in the order of the exact
 * kernel; `float64` is the truth that errors are measured against.
 */
export type Precision = 'float32' | 'float64'

/** The rounding that follows every step. */
export function rounding(precision: Precision): (x: number) => number {
  return precision === 'float32' ? Math.fround : (x) => x
}
