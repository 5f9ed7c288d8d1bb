import { clamp } from '../dense/clamp'
import { madd, nmadd } from '../madd'

/*
 * F(4 × 4, 3 × 3): tiles of 4 × 4 output pixels from 6 × 6 windows, at the points 0, 1, −1, ½, −2, ∞,
 * whose errors are half those of 0, ±1, ±2, ∞ (Barabasz et al., "Error Analysis and Improving the Accuracy
 * of Winograd Convolution", 2020). A quarter of the multiplications of the direct sum; errors are still a
 * few times those of F(2 × 2), so it is part of the fast build alone. Transforms go along the height into
 * `between`, then along the width.
 */

/** Bᵀ d for six vectors at `x`, `step` bytes apart, to `y`, `to` bytes apart. */
// @ts-ignore: decorator
@inline
function inputColumn(x: usize, step: usize, y: usize, to: usize): void {
  const half = f32x4.splat(0.5)
  const two = f32x4.splat(2)
  const threeHalves = f32x4.splat(1.5)
  const fiveHalves = f32x4.splat(2.5)
  const d0 = v128.load(x)
  x += step
  const d1 = v128.load(x)
  x += step
  const d2 = v128.load(x)
  x += step
  const d3 = v128.load(x)
  x += step
  const d4 = v128.load(x)
  x += step
  const d5 = v128.load(x)
  const odd = f32x4.sub(d3, d1)
  const even = f32x4.sub(d4, d2)
  v128.store(y, nmadd(two, d2, madd(threeHalves, odd, f32x4.add(d0, d4))))
  y += to
  v128.store(y, madd(half, d2, madd(fiveHalves, d3, f32x4.sub(d4, d1))))
  y += to
  v128.store(y, madd(half, d3, nmadd(fiveHalves, d2, f32x4.add(d4, d1))))
  y += to
  v128.store(y, madd(two, odd, even))
  y += to
  v128.store(y, nmadd(half, odd, even))
  y += to
  v128.store(y, nmadd(two, d3, madd(threeHalves, even, f32x4.add(d1, d5))))
}

/**
 * v = Bᵀ d B for every channel of the 6 × 6 window d at `x`. Arguments as of `inputTile`.
 *
 * between  36 vectors
 */
export function inputTile4(
  x: usize, line: usize, pixel: usize, bytes: u32, v: usize, point: usize, between: usize,
): void {
  for (const end = x + bytes; x < end; x += 16) {
    for (let j: u32 = 0; j < 6; j++) inputColumn(x + j * pixel, line, between + (j << 4), 96)
    for (let i: u32 = 0; i < 6; i++) inputColumn(between + i * 96, 16, v + i * 6 * point, point)
    v += 16
  }
}

/** Aᵀ m for six vectors at `m`, `step` bytes apart, to `y`, `to` bytes apart. */
// @ts-ignore: decorator
@inline
function outputColumn(m: usize, step: usize, y: usize, to: usize): void {
  const m0 = v128.load(m)
  m += step
  const m1 = v128.load(m)
  m += step
  const m2 = v128.load(m)
  m += step
  const m3 = v128.load(m)
  m += step
  const m4 = v128.load(m)
  m += step
  const m5 = v128.load(m)
  const sum = f32x4.add(m1, m2)
  const difference = f32x4.sub(m1, m2)
  v128.store(y, f32x4.add(f32x4.add(m0, sum), f32x4.add(m3, m4)))
  y += to
  v128.store(y, nmadd(f32x4.splat(2), m4, madd(f32x4.splat(0.5), m3, difference)))
  y += to
  v128.store(y, madd(f32x4.splat(4), m4, madd(f32x4.splat(0.25), m3, sum)))
  y += to
  v128.store(y, f32x4.add(nmadd(f32x4.splat(8), m4, madd(f32x4.splat(0.125), m3, difference)), m5))
}

/**
 * y = clamp(Aᵀ m A + bias + residual) for every channel of a tile of `high` × `wide` (1…4) output pixels.
 * Arguments and result as of `outputTile`.
 *
 * between  40 vectors
 */
export function outputTile4(
  m: usize, point: usize, bytes: u32, bias: usize, y: usize, line: usize, pixel: usize, residual: usize,
  high: u32, wide: u32, bounds: usize, between: usize,
): bool {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  const zero = f32x4.splat(0)
  const sums = between + 24 * 16
  let odd = zero
  for (let c: u32 = 0; c < bytes; c += 16) {
    for (let j: u32 = 0; j < 6; j++) outputColumn(m + c + j * point, 6 * point, between + (j << 4), 96)
    for (let i: u32 = 0; i < 4; i++) outputColumn(between + i * 96, 16, sums + (i << 6), 16)
    const offset = bias ? v128.load(bias + c) : zero
    for (let i: u32 = 0; i < high; i++) {
      for (let j: u32 = 0; j < wide; j++) {
        let sum = v128.load(sums + (i << 6) + (j << 4))
        // 0 · y is NaN where y is not finite, and NaN stays.
        odd = madd(zero, sum, odd)
        const at = i * line + j * pixel + c
        sum = f32x4.add(sum, offset)
        if (residual) sum = f32x4.add(sum, v128.load(residual + at))
        v128.store(y + at, clamp(sum, lower, upper))
      }
    }
  }
  return !v128.any_true(f32x4.ne(odd, odd))
}
