import { clamp } from '../dense/clamp'
import { PANEL } from '../dense/packing'

/** The point whose weights, times `factorOf`, give a tap along one axis: with those of point 1 for the middle tap. */
// @ts-ignore: decorator
@inline
function pointOf(window: u32, tap: u32): u32 {
  return tap == 1 ? 2 : tap == 0 ? 0 : window - 1
}

// @ts-ignore: decorator
@inline
function factorOf(window: u32, tap: u32): f32 {
  // F(2): g₁ = u₁ − u₂; F(4): g₁ = 1.5 (u₂ + u₁).
  return tap != 1 ? 1 : window == 4 ? -1 : 1.5
}

/** The weights of tap (i, j) for four units, got back from the transformed ones at `u`, `panels` bytes per point. */
function tapWeights(u: usize, panels: usize, window: u32, i: u32, j: u32): v128 {
  const p = pointOf(window, i) * window
  const q = pointOf(window, j)
  const sign = f32x4.splat(window == 4 ? -1 : 1)
  let sum = v128.load(u + (p + q) * panels)
  if (i == 1) sum = f32x4.add(sum, f32x4.mul(sign, v128.load(u + (window + q) * panels)))
  if (j == 1) {
    let other = v128.load(u + (p + 1) * panels)
    if (i == 1) other = f32x4.add(other, f32x4.mul(sign, v128.load(u + (window + 1) * panels)))
    sum = f32x4.add(sum, f32x4.mul(sign, other))
  }
  return f32x4.mul(sum, f32x4.splat(factorOf(window, i) * factorOf(window, j)))
}

/**
 * A tile as `outputTile` gives it, summed tap by tap: for windows with values that the transformed sums
 * cannot hold apart, infinities, NaN and the largest numbers.
 *
 * patch  `window` × `window` pixels of `inner` floats
 * units  a multiple of 4
 */
export function directTile(
  patch: usize, window: u32, inner: u32, units: u32, weights: usize, panels: usize, bias: usize, y: usize, line: usize,
  pixel: usize, residual: usize, high: u32, wide: u32, bounds: usize,
): void {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  for (let unit: u32 = 0; unit < units; unit += 4) {
    const panel = unit & ~(PANEL - 1)
    const width: u32 = units - panel <= 4 ? 4 : PANEL
    const u = weights + ((panel * (inner + 1) + width + (unit - panel)) << 2)
    for (let h: u32 = 0; h < high; h++) {
      for (let w: u32 = 0; w < wide; w++) {
        let sum = f32x4.splat(0)
        for (let tap: u32 = 0; tap < 9; tap++) {
          const i = tap / 3
          const j = tap % 3
          const from = patch + (((h + i) * window + w + j) * inner << 2)
          for (let c: u32 = 0; c < inner; c++) {
            const g = tapWeights(u + (c * width << 2), panels, window, i, j)
            sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(from + (c << 2)), g))
          }
        }
        const at = h * line + w * pixel + (unit << 2)
        if (bias) sum = f32x4.add(sum, v128.load(bias + (unit << 2)))
        if (residual) sum = f32x4.add(sum, v128.load(residual + at))
        v128.store(y + at, clamp(sum, lower, upper))
      }
    }
  }
}
