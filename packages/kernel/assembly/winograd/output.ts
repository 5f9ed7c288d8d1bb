import { clamp } from '../dense/clamp'

// @ts-ignore: decorator
@inline
function finish(sum: v128, offset: v128, residual: usize, lower: v128, upper: v128): v128 {
  sum = f32x4.add(sum, offset)
  if (residual) sum = f32x4.add(sum, v128.load(residual))
  return clamp(sum, lower, upper)
}

/**
 * y = clamp(Aᵀ m A + bias + residual) for every channel of a tile of `high` × `wide` (1…2) output pixels.
 *
 * m         16 products, `point` bytes apart
 * bytes     of the channels, a multiple of 16
 * bias      0: none
 * line      bytes between lines of y and residual, `pixel` between pixels
 * residual  0: none
 *
 * Returns false when a sum is not finite: a transformed infinity or NaN spreads over the tile.
 */
export function outputTile(
  m: usize, point: usize, bytes: u32, bias: usize, y: usize, line: usize, pixel: usize, residual: usize,
  high: u32, wide: u32, bounds: usize,
): bool {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  const zero = f32x4.splat(0)
  const row = point << 2
  let odd = zero
  for (let c: u32 = 0; c < bytes; c += 16) {
    // Along the height: s = m₀ + m₁ + m₂, t = m₁ − m₂ − m₃, for each of four columns.
    let p = m + c
    let a = v128.load(p + row)
    let b = v128.load(p + 2 * row)
    const s0 = f32x4.add(f32x4.add(v128.load(p), a), b)
    const t0 = f32x4.sub(f32x4.sub(a, b), v128.load(p + 3 * row))
    p += point
    a = v128.load(p + row)
    b = v128.load(p + 2 * row)
    const s1 = f32x4.add(f32x4.add(v128.load(p), a), b)
    const t1 = f32x4.sub(f32x4.sub(a, b), v128.load(p + 3 * row))
    p += point
    a = v128.load(p + row)
    b = v128.load(p + 2 * row)
    const s2 = f32x4.add(f32x4.add(v128.load(p), a), b)
    const t2 = f32x4.sub(f32x4.sub(a, b), v128.load(p + 3 * row))
    p += point
    a = v128.load(p + row)
    b = v128.load(p + 2 * row)
    const s3 = f32x4.add(f32x4.add(v128.load(p), a), b)
    const t3 = f32x4.sub(f32x4.sub(a, b), v128.load(p + 3 * row))
    const y00 = f32x4.add(f32x4.add(s0, s1), s2)
    const y01 = f32x4.sub(f32x4.sub(s1, s2), s3)
    const y10 = f32x4.add(f32x4.add(t0, t1), t2)
    const y11 = f32x4.sub(f32x4.sub(t1, t2), t3)
    // 0 · y is NaN where y is not finite, and NaN stays.
    odd = f32x4.add(odd, f32x4.mul(zero, f32x4.add(f32x4.add(y00, y01), f32x4.add(y10, y11))))
    const offset = bias ? v128.load(bias + c) : zero
    const to = y + c
    const other = residual ? residual + c : 0
    v128.store(to, finish(y00, offset, other, lower, upper))
    if (wide > 1) v128.store(to + pixel, finish(y01, offset, other ? other + pixel : 0, lower, upper))
    if (high > 1) {
      v128.store(to + line, finish(y10, offset, other ? other + line : 0, lower, upper))
      if (wide > 1) {
        v128.store(to + line + pixel, finish(y11, offset, other ? other + line + pixel : 0, lower, upper))
      }
    }
  }
  return !v128.any_true(f32x4.ne(odd, odd))
}
