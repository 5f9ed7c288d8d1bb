import type { Statistics } from '../records.ts'
import { rounding, type Precision } from './rounding.ts'

/** y = (x − mean) · scale · gamma + beta with the statistics of each row, in float64; `float32` is that, rounded. */
export function normalize(
  { rows, width }: { rows: number; width: number },
  statistics: Statistics,
  epsilon: number,
  x: ArrayLike<number>, // (rows, width)
  gamma: ArrayLike<number> | null, // (width)
  beta: ArrayLike<number> | null, // (width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  const y = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: width }, (_, i) => x[row * width + i]!)
    const centred = statistics === 'standardize' || statistics === 'deviation_only'
    const mean = centred ? values.reduce((sum, v) => sum + v, 0) / width : 0
    const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
    const scale =
      statistics === 'unit_norm'
        ? Math.min(1 / Math.sqrt(squares), 1 / epsilon)
        : 1 / Math.sqrt(squares / width + epsilon)
    const shift = statistics === 'standardize' ? mean : 0
    for (let i = 0; i < width; i++) {
      const normal = (values[i]! - shift) * scale * (gamma ? gamma[i]! : 1)
      y[row * width + i] = round(normal + (beta ? beta[i]! : 0))
    }
  }
  return y
}
