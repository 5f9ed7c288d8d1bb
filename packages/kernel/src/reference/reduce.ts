import type { ReductionName } from '../records.ts'
import { rounding, type Precision } from './rounding.ts'

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length
  return sum(values.map((v) => (v - mean) ** 2)) / values.length
}

const reductions: Readonly<Record<ReductionName, (values: readonly number[]) => number>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  prod: (values) => values.reduce((a, b) => a * b, 1),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  var: variance,
  std: (values) => Math.sqrt(variance(values)),
  root_of_squares: (values) => Math.sqrt(sum(values.map((v) => v * v))),
  sum_of_magnitudes: (values) => sum(values.map(Math.abs)),
}

/** y (rows, width) = reduction over `count` of x (rows, count, width), in float64; `float32` is that, rounded. */
export function reduce(
  { rows, count, width }: { rows: number; count: number; width: number },
  reduction: ReductionName,
  x: ArrayLike<number>, // (rows, count, width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return Float64Array.from({ length: rows * width }, (_, at) => {
    const start = Math.floor(at / width) * count * width + (at % width)
    return round(
      reductions[reduction](Array.from({ length: count }, (_, n) => x[start + n * width]!)),
    )
  })
}
