import { sumInFours } from './dense.ts'

/** Where a 3 × 3 convolution with stride 1 lies. */
export interface Plane {
  batch: number
  /** Height and width. */
  in: readonly [number, number]
  out: readonly [number, number]
  /** Positions before x where the first window starts. */
  pad: readonly [number, number]
}

const add = (a: number, b: number): number => Math.fround(a + b)
const subtract = (a: number, b: number): number => Math.fround(a - b)

/** Bᵀ d for four numbers. */
function inputRow([d0, d1, d2, d3]: readonly number[]): number[] {
  return [subtract(d0!, d2!), add(d1!, d2!), subtract(d2!, d1!), subtract(d1!, d3!)]
}

/** G g for three numbers, in float64. */
function weightRow([g0, g1, g2]: readonly number[]): number[] {
  const outer = (g0! + g2!) / 2
  const middle = g1! / 2
  return [g0!, outer + middle, outer - middle, g2!]
}

/** Aᵀ m for four numbers. */
function outputRow([m0, m1, m2, m3]: readonly number[]): number[] {
  return [add(add(m0!, m1!), m2!), subtract(subtract(m1!, m2!), m3!)]
}

const transposed = (rows: readonly number[][]): number[][] =>
  rows[0]!.map((_, i) => rows.map((row) => row[i]!))

/** A transform along the height, then along the width. */
function both(rows: number[][], transform: (row: readonly number[]) => number[]): number[][] {
  const down = transposed(transposed(rows).map(transform))
  return down.map(transform)
}

/**
 * y (batch · out, units) by F(2 × 2, 3 × 3): every number rounded as the exact build rounds it, sums over the channels
 * as those of `dense`.
 */
export function winograd(
  plane: Plane,
  x: ArrayLike<number>, // (batch, in, inner)
  inner: number,
  kernel: ArrayLike<number>, // (3, 3, inner, units)
  bias: ArrayLike<number>, // (units)
): Float64Array {
  const { batch, in: size, out, pad } = plane
  const units = bias.length
  const points = (k: number, n: number): number[] =>
    both(
      [0, 1, 2].map((i) => [0, 1, 2].map((j) => kernel[((3 * i + j) * inner + k) * units + n]!)),
      weightRow,
    )
      .flat()
      .map(Math.fround)
  const weights = Array.from({ length: inner }, (_, k) =>
    Array.from({ length: units }, (_unit, n) => points(k, n)),
  )
  const at = (image: number, h: number, w: number, k: number): number =>
    h < 0 || w < 0 || h >= size[0] || w >= size[1]
      ? 0
      : x[((image * size[0] + h) * size[1] + w) * inner + k]!
  const y = new Float64Array(batch * out[0] * out[1] * units)
  const four = [0, 1, 2, 3]
  for (let image = 0; image < batch; image++) {
    for (let h = 0; h < out[0]; h += 2) {
      for (let w = 0; w < out[1]; w += 2) {
        const windows = Array.from({ length: inner }, (_, k) =>
          both(
            four.map((i) => four.map((j) => at(image, h + i - pad[0], w + j - pad[1], k))),
            inputRow,
          ).flat(),
        )
        for (let n = 0; n < units; n++) {
          const sums = four.map((i) =>
            four.map((j) =>
              sumInFours((k) => windows[k]![4 * i + j]! * weights[k]![n]![4 * i + j]!, inner),
            ),
          )
          const tile = both(sums, outputRow)
          for (let i = 0; i < 2 && h + i < out[0]; i++) {
            for (let j = 0; j < 2 && w + j < out[1]; j++)
              y[((image * out[0] + h + i) * out[1] + w + j) * units + n] = add(
                tile[i]![j]!,
                bias[n]!,
              )
          }
        }
      }
    }
  }
  return y
}
