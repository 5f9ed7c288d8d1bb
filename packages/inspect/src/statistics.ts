/** What a person wants to know of a tensor at a glance. */
export interface TensorStatistics {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Of all elements, not a sample's estimate. */
  readonly std: number
  /** Elements that are NaN or infinite; left out of everything else. */
  readonly nonFinite: number
  /** Counts of equal steps from min to max. */
  readonly histogram: readonly number[]
}

/** Statistics of finite elements, in float64. */
export function tensorStatistics(data: ArrayLike<number>, bins = 32): TensorStatistics {
  let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (!Number.isFinite(value)) continue
    finite++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  const mean = sum / finite
  const histogram = Array<number>(bins).fill(0)
  let squares = 0
  const step = (max - min) / bins
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (!Number.isFinite(value)) continue
    squares += (value - mean) ** 2
    const bin = step > 0 ? Math.min(bins - 1, Math.floor((value - min) / step)) : 0
    histogram[bin] = (histogram[bin] ?? 0) + 1
  }
  return {
    count: data.length,
    min: finite > 0 ? min : NaN,
    max: finite > 0 ? max : NaN,
    mean,
    std: Math.sqrt(squares / finite),
    nonFinite: data.length - finite,
    histogram,
  }
}
