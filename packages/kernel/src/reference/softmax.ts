import { rounding, type Precision } from './rounding.ts'

/** Softmax of each row, in float64; `float32` is that, rounded. */
export function softmax(
  { rows, width }: { rows: number; width: number },
  x: ArrayLike<number>, // (rows, width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapRows(rows, width, x, (row) => {
    const max = Math.max(...row)
    const exponentials = row.map((v) => Math.exp(v - max))
    const sum = exponentials.reduce((a, b) => a + b, 0)
    return exponentials.map((e) => round(e / sum))
  })
}

/** Logarithm of the softmax of each row, in float64; `float32` is that, rounded. */
export function logSoftmax(
  { rows, width }: { rows: number; width: number },
  x: ArrayLike<number>, // (rows, width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapRows(rows, width, x, (row) => {
    const max = Math.max(...row)
    // Without the maximum's 1, beside which small terms would be lost.
    const others = row.toSpliced(row.indexOf(max), 1)
    const sum = others.reduce((total, v) => total + Math.exp(v - max), 0)
    return row.map((v) => round(v - max - Math.log1p(sum)))
  })
}

/**
 * Sparsemax of each row as keras.ops.sparsemax computes it: the numerator of its τ is the sum of all
 * running sums in the support, not the last of them.
 */
export function sparsemax(
  { rows, width }: { rows: number; width: number },
  x: ArrayLike<number>, // (rows, width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapRows(rows, width, x, (row) => {
    let running = 0
    let total = 0
    let support = 0
    row
      .toSorted((a, b) => b - a)
      .forEach((z, k) => {
        running = round(running + z)
        if (round(z - round(round(running - 1) / (k + 1))) > 0) {
          total = round(total + running)
          support += 1
        }
      })
    const tau = round(round(total - 1) / support)
    return row.map((v) => Math.max(round(v - tau), 0))
  })
}

function mapRows(
  rows: number,
  width: number,
  x: ArrayLike<number>,
  map: (row: number[]) => number[],
): Float64Array {
  const y = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    y.set(map(Array.from({ length: width }, (_, i) => x[row * width + i]!)), row * width)
  }
  return y
}
