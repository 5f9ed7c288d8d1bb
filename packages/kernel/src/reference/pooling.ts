import type { AxisIndices, AxisWindows, Sample, Triple } from '../program-spatial.ts'

/** Largest element (NaN if there is one) or mean of every window, channel by channel; y (batch · out, channels). */
export function pool(
  shape: { batch: number; in: Triple; channels: number },
  x: ArrayLike<number>, // (batch, in, channels)
  [depths, heights, widths]: readonly [AxisWindows, AxisWindows, AxisWindows],
  average: boolean,
): number[] {
  const { batch, in: size, channels } = shape
  const y: number[] = []
  for (let n = 0; n < batch; n++) {
    for (const [d0, d1] of depths) {
      for (const [h0, h1] of heights) {
        for (const [w0, w1] of widths) {
          for (let c = 0; c < channels; c++) {
            const window: number[] = []
            for (let d = d0; d < d1; d++) {
              for (let h = h0; h < h1; h++) {
                for (let w = w0; w < w1; w++) {
                  window.push(x[(((n * size[0] + d) * size[1] + h) * size[2] + w) * channels + c]!)
                }
              }
            }
            const sum = window.reduce((a, b) => a + b, 0)
            y.push(average ? Math.fround(sum / window.length) : Math.max(...window))
          }
        }
      }
    }
  }
  return y
}

/** y[n, i, j, k] = x[n, depth[i], height[j], width[k]]; −1 gives `fill`. */
export function take(
  shape: { batch: number; in: Triple; channels: number },
  x: ArrayLike<number>, // (batch, in, channels)
  [depths, heights, widths]: readonly [AxisIndices, AxisIndices, AxisIndices],
  fill: number,
): number[] {
  const { batch, in: size, channels } = shape
  const y: number[] = []
  for (let n = 0; n < batch; n++) {
    for (const d of depths) {
      for (const h of heights) {
        for (const w of widths) {
          for (let c = 0; c < channels; c++) {
            const at = (((n * size[0] + d) * size[1] + h) * size[2] + w) * channels + c
            y.push(Math.min(d, h, w) < 0 ? fill : x[at]!)
          }
        }
      }
    }
  }
  return y
}

/** y[outer, o, i] = Σₜ weights[o, t] · x[outer, first[o] + t, i], rounded once. */
export function resample(
  shape: { outer: number; length: number; inner: number },
  x: ArrayLike<number>, // (outer, length, inner)
  samples: readonly Sample[],
): number[] {
  const { outer, length, inner } = shape
  const y: number[] = []
  for (let n = 0; n < outer; n++) {
    for (const { first, weights } of samples) {
      for (let i = 0; i < inner; i++) {
        const term = (sum: number, weight: number, t: number) =>
          sum + Math.fround(weight) * x[(n * length + first + t) * inner + i]!
        y.push(Math.fround(weights.reduce(term, 0)))
      }
    }
  }
  return y
}
