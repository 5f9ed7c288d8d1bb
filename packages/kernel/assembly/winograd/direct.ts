import { clamp } from '../dense/clamp'
import { PANEL } from '../dense/packing'

/** Difference of two points' weights for four units. */
// @ts-ignore: decorator
@inline
function between(u: usize, panels: usize, a: u32, b: u32): v128 {
  return f32x4.sub(v128.load(u + a * panels), v128.load(u + b * panels))
}

/** The weights of tap (i, j) for four units, got back from the transformed ones at `u`, `panels` bytes per point. */
function tapWeights(u: usize, panels: usize, i: u32, j: u32): v128 {
  // Outer taps are points themselves; the middle one is the difference of points 1 and 2.
  const row = i == 2 ? 12 : 0
  const column = j == 2 ? 3 : 0
  if (i != 1) return j == 1 ? between(u, panels, row + 1, row + 2) : v128.load(u + (row + column) * panels)
  if (j != 1) return between(u, panels, 4 + column, 8 + column)
  return f32x4.sub(between(u, panels, 5, 6), between(u, panels, 9, 10))
}

/**
 * A tile as `outputTile` gives it, summed tap by tap: for windows with values that the transformed sums
 * cannot hold apart, infinities, NaN and the largest numbers.
 *
 * patch  4 × 4 pixels of `inner` floats
 * units  a multiple of 4
 */
export function directTile(
  patch: usize, inner: u32, units: u32, weights: usize, panels: usize, bias: usize, y: usize, line: usize,
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
          const from = patch + (((h + i) * 4 + w + j) * inner << 2)
          for (let c: u32 = 0; c < inner; c++) {
            const g = tapWeights(u + (c * width << 2), panels, i, j)
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
