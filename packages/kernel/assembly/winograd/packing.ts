import { demote, promoteHigh } from '../lanes'
import { FAST } from '../madd'
import { PANEL, packedDenseBytes } from '../dense/packing'

/** Bytes that `packWinograd` writes for tiles of `size` × `size` pixels. */
export function packedWinogradBytes(inner: u32, units: u32, size: u32): u32 {
  return (size + 2) * (size + 2) * packedDenseBytes(inner, units)
}

/** The largest tiles of this build: 2 or 4 pixels wide and high. */
export function largestTile(): u32 {
  return FAST ? 4 : 2
}

/** Writes points 4i to 4i + 3, `point` bytes apart, for four units: G along the width of low (0, 1) and high (2, 3). */
// @ts-ignore: decorator
@inline
function storeRow(
  low0: v128, low1: v128, low2: v128, high0: v128, high1: v128, high2: v128, to: usize, point: usize,
): void {
  const half = f64x2.splat(0.5)
  const low = f64x2.mul(f64x2.add(low0, low2), half)
  const high = f64x2.mul(f64x2.add(high0, high2), half)
  const lowMiddle = f64x2.mul(low1, half)
  const highMiddle = f64x2.mul(high1, half)
  store4(low0, high0, to)
  store4(f64x2.add(low, lowMiddle), f64x2.add(high, highMiddle), to + point)
  store4(f64x2.sub(low, lowMiddle), f64x2.sub(high, highMiddle), to + 2 * point)
  store4(low2, high2, to + 3 * point)
}

// @ts-ignore: decorator
@inline
function store4(low: v128, high: v128, to: usize): void {
  v128.store(to, demote(low, high))
}

/**
 * Channels `first` to `first + count` of a kernel (3, 3, inner, units), units a multiple of 4 → the
 * panels of G g Gᵀ's 16 points, each (inner, units) as `packDense` has them without a bias: in float64,
 * rounded once.
 *
 * kernel  (3, 3, count, units) float32
 * scale   (units) float64, or 0: what the columns are multiplied by
 * size    of tiles: 2, in the fast build 4 too, then 36 points
 */
export function packWinograd(
  inner: u32, units: u32, first: u32, count: u32, kernel: usize, scale: usize, packed: usize, size: u32,
): void {
  if (FAST && size == 4) return packTile4(inner, units, first, count, kernel, scale, packed)
  const point = packedDenseBytes(inner, units)
  const tap = count * units << 2
  const one = f64x2.splat(1)
  for (let unit: u32 = 0; unit < units; unit += PANEL) {
    const width: u32 = units - unit <= 4 ? 4 : PANEL
    let to = packed + (unit * (inner + 1) << 2)
    if (first == 0) {
      for (let i: u32 = 0; i < 16; i++) {
        v128.store(to + i * point, f64x2.splat(0))
        if (width == PANEL) v128.store(to + i * point, f64x2.splat(0), 16)
      }
    }
    to += first * width << 2
    const own = scale + (unit << 3)
    const s0 = scale ? v128.load(own) : one
    const s1 = scale ? v128.load(own, 16) : one
    const s2 = scale && width == PANEL ? v128.load(own, 32) : one
    const s3 = scale && width == PANEL ? v128.load(own, 48) : one
    let from = kernel + (unit << 2)
    // Whole rows of a panel, so that no line of memory is written twice.
    for (let k: u32 = 0; k < count; k++) {
      to += width << 2
      transformFour(from, tap, s0, s1, to, point)
      if (width == PANEL) transformFour(from + 16, tap, s2, s3, to + 16, point)
      from += units << 2
    }
  }
}

/** G g Gᵀ of four units with taps `tap` bytes apart: 16 results `point` bytes apart. */
function transformFour(from: usize, tap: u32, low: v128, high: v128, to: usize, point: u32): void {
  const half = f64x2.splat(0.5)
  // Rows of G g: for each column of g the first, the sum's half, the alternating sum's half, the last.
  let g = from
  let first = v128.load(g)
  let middle = v128.load(g + 3 * tap)
  let last = v128.load(g + 6 * tap)
  const a0 = f64x2.mul(f64x2.promote_low_f32x4(first), low)
  const b0 = f64x2.mul(promoteHigh(first), high)
  const c0 = f64x2.mul(f64x2.promote_low_f32x4(last), low)
  const d0 = f64x2.mul(promoteHigh(last), high)
  const e0 = f64x2.mul(f64x2.add(a0, c0), half)
  const f0 = f64x2.mul(f64x2.add(b0, d0), half)
  const m0 = f64x2.mul(f64x2.mul(f64x2.promote_low_f32x4(middle), low), half)
  const n0 = f64x2.mul(f64x2.mul(promoteHigh(middle), high), half)
  g += tap
  first = v128.load(g)
  middle = v128.load(g + 3 * tap)
  last = v128.load(g + 6 * tap)
  const a1 = f64x2.mul(f64x2.promote_low_f32x4(first), low)
  const b1 = f64x2.mul(promoteHigh(first), high)
  const c1 = f64x2.mul(f64x2.promote_low_f32x4(last), low)
  const d1 = f64x2.mul(promoteHigh(last), high)
  const e1 = f64x2.mul(f64x2.add(a1, c1), half)
  const f1 = f64x2.mul(f64x2.add(b1, d1), half)
  const m1 = f64x2.mul(f64x2.mul(f64x2.promote_low_f32x4(middle), low), half)
  const n1 = f64x2.mul(f64x2.mul(promoteHigh(middle), high), half)
  g += tap
  first = v128.load(g)
  middle = v128.load(g + 3 * tap)
  last = v128.load(g + 6 * tap)
  const a2 = f64x2.mul(f64x2.promote_low_f32x4(first), low)
  const b2 = f64x2.mul(promoteHigh(first), high)
  const c2 = f64x2.mul(f64x2.promote_low_f32x4(last), low)
  const d2 = f64x2.mul(promoteHigh(last), high)
  const e2 = f64x2.mul(f64x2.add(a2, c2), half)
  const f2 = f64x2.mul(f64x2.add(b2, d2), half)
  const m2 = f64x2.mul(f64x2.mul(f64x2.promote_low_f32x4(middle), low), half)
  const n2 = f64x2.mul(f64x2.mul(promoteHigh(middle), high), half)
  storeRow(a0, a1, a2, b0, b1, b2, to, point)
  storeRow(
    f64x2.add(e0, m0), f64x2.add(e1, m1), f64x2.add(e2, m2),
    f64x2.add(f0, n0), f64x2.add(f1, n1), f64x2.add(f2, n2), to + 4 * point, point,
  )
  storeRow(
    f64x2.sub(e0, m0), f64x2.sub(e1, m1), f64x2.sub(e2, m2),
    f64x2.sub(f0, n0), f64x2.sub(f1, n1), f64x2.sub(f2, n2), to + 8 * point, point,
  )
  storeRow(c0, c1, c2, d0, d1, d2, to + 12 * point, point)
}

/** Point i of G g for three taps: G of F(4, 3). */
function point4(i: u32, g0: v128, g1: v128, g2: v128): v128 {
  if (i == 0) return g0
  if (i == 5) return g2
  // (g₀ + a g₁ + a² g₂) / n for the points a = 1, −1, ½, −2.
  const a: f64 = i == 1 ? 1 : i == 2 ? -1 : i == 3 ? 0.5 : -2
  const n: f64 = i == 1 ? 3 : i == 2 ? -3 : i == 3 ? -0.9375 : 15
  const sum = f64x2.add(f64x2.add(g0, f64x2.mul(g1, f64x2.splat(a))), f64x2.mul(g2, f64x2.splat(a * a)))
  return f64x2.div(sum, f64x2.splat(n))
}

/** `packWinograd` for F(4 × 4, 3 × 3). */
function packTile4(
  inner: u32, units: u32, first: u32, count: u32, kernel: usize, scale: usize, packed: usize,
): void {
  const point = packedDenseBytes(inner, units)
  const tap = (count * units) << 2
  for (let unit: u32 = 0; unit < units; unit += 2) {
    const panel = unit & ~(PANEL - 1)
    const width: u32 = units - panel <= 4 ? 4 : PANEL
    const factor = scale ? v128.load(scale + (unit << 3)) : f64x2.splat(1)
    let to = packed + ((panel * (inner + 1) + first * width + (unit - panel)) << 2)
    let from = kernel + (unit << 2)
    for (let k: u32 = 0; k < count; k++) {
      to += width << 2
      for (let i: u32 = 0; i < 6; i++) {
        const a = point4(i, at(from, factor), at(from + 3 * tap, factor), at(from + 6 * tap, factor))
        const b = point4(i, at(from + tap, factor), at(from + 4 * tap, factor), at(from + 7 * tap, factor))
        const c = point4(i, at(from + 2 * tap, factor), at(from + 5 * tap, factor), at(from + 8 * tap, factor))
        for (let j: u32 = 0; j < 6; j++) {
          v128.store64_lane(to + (i * 6 + j) * point, f32x4.demote_f64x2_zero(point4(j, a, b, c)), 0)
        }
      }
      from += units << 2
    }
  }
}

/** Two floats as doubles, scaled. */
// @ts-ignore: decorator
@inline
function at(address: usize, factor: v128): v128 {
  return f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(address)), factor)
}
