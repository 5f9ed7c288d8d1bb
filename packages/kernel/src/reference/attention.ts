import { softmax } from './softmax.ts'

/**
 * Attention head by head in float64: y (batch, targets, heads, valueDepth) = softmax(q · kᵀ) · v; scores of sources that
 * lie outside `below` before to `above` after the target are −1e9.
 */
export function attention(
  size: {
    batch: number
    targets: number
    sources: number
    depth: number
    valueDepth: number
    heads: number
    repeats: number
  },
  q: ArrayLike<number>, // (batch, targets, heads, depth)
  k: ArrayLike<number>, // (batch, sources, heads / repeats, depth)
  v: ArrayLike<number>, // (batch, sources, heads / repeats, valueDepth)
  band: { below: number; above: number },
): Float64Array {
  const { batch, targets, sources, depth, valueDepth, heads, repeats } = size
  const keyHeads = heads / repeats
  const y = new Float64Array(batch * targets * heads * valueDepth)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < targets; t++) {
      for (let h = 0; h < heads; h++) {
        const query = ((b * targets + t) * heads + h) * depth
        const key = (s: number) => (b * sources + s) * keyHeads + Math.floor(h / repeats)
        const scores = Float64Array.from({ length: sources }, (_, s) => {
          if (s < t - band.below || s > t + band.above) return -1e9
          let sum = 0
          for (let d = 0; d < depth; d++) sum += q[query + d]! * k[key(s) * depth + d]!
          return sum
        })
        const weights = softmax({ rows: 1, width: sources }, scores, 'float64')
        for (let d = 0; d < valueDepth; d++) {
          let sum = 0
          for (let s = 0; s < sources; s++) sum += weights[s]! * v[key(s) * valueDepth + d]!
          y[((b * targets + t) * heads + h) * valueDepth + d] = sum
        }
      }
    }
  }
  return y
}
