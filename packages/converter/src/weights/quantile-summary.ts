import { FormatError } from '@dotplus/core'
import { float32Array, type LazyArray } from '../array.ts'

/** Discretization of Keras 2 asks for no more bins. */
const mostBins = 100_000

/**
 * Boundaries of `bins` bins from what Discretization of Keras 2 stores of the data it was adapted to: values and how many
 * elements each stands for, float32 (2, n). As Keras does it, each boundary is interpolated between the values whose
 * shares of the data are around it.
 *
 * @throws {FormatError} when it is read and the summary has another shape
 */
export function boundariesOf(summary: LazyArray, bins: number): LazyArray {
  const width = summary.shape[1] ?? 0
  const kept = width / bins < 1
  const count = Math.max((kept ? width : steps(bins).length) - 1, 0)
  return {
    dtype: 'float32',
    shape: [count],
    read: async () => {
      const { data, dtype, shape } = await summary.read()
      if (dtype !== 'float32' || shape.length !== 2 || shape[0] !== 2 || bins > mostBins) {
        throw new FormatError('a summary of no known form', {
          place: 'Discretization',
          expected: 'float32 (2, n)',
          got: `${dtype} (${shape.join(', ')})`,
        })
      }
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
      const at = (i: number): number => view.getFloat32(i * 4, true)
      const values = Array.from({ length: width }, (_, i) => at(i))
      if (kept) return float32Array([count], values.slice(0, count))
      const sums: number[] = []
      let sum = 0
      for (let i = 0; i < width; i++) sums.push((sum = Math.fround(sum + at(width + i))))
      const shares = sums.map((each) => Math.fround(each / sum))
      const boundaries = steps(bins).map((share) => interpolated(share, shares, values))
      return float32Array([count], boundaries.slice(0, count))
    },
  }
}

/** 1/bins + numpy.arange(0, 1, 1/bins). */
function steps(bins: number): number[] {
  const step = 1 / bins
  const length = Math.min(Math.ceil(1 / step), mostBins)
  return Array.from({ length }, (_, i) => step + i * step)
}

/** numpy.interp of one x, with `xs` ascending. */
function interpolated(x: number, xs: readonly number[], ys: readonly number[]): number {
  const above = xs.findIndex((each) => each > x)
  if (above < 0) return ys.at(-1) as number
  if (above === 0) return ys[0] as number
  const [x0, x1] = [xs[above - 1] as number, xs[above] as number]
  const [y0, y1] = [ys[above - 1] as number, ys[above] as number]
  return ((y1 - y0) / (x1 - x0)) * (x - x0) + y0
}
