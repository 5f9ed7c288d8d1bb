/** Writes one row of a transformed window: v = Bᵀ t for t along the width. */
// @ts-ignore: decorator
@inline
function storeRow(t0: v128, t1: v128, t2: v128, t3: v128, v: usize, point: usize): void {
  v128.store(v, f32x4.sub(t0, t2))
  v += point
  v128.store(v, f32x4.add(t1, t2))
  v += point
  v128.store(v, f32x4.sub(t2, t1))
  v += point
  v128.store(v, f32x4.sub(t1, t3))
}

/**
 * v = Bᵀ d B for every channel of the 4 × 4 window d at `x`.
 *
 * line, pixel  bytes between lines and pixels of x
 * bytes        of the channels, a multiple of 16
 * point        bytes between the 16 results
 */
export function inputTile(x: usize, line: usize, pixel: usize, bytes: u32, v: usize, point: usize): void {
  const pixel2 = pixel << 1
  const pixel3 = pixel2 + pixel
  const row = point << 2
  for (const end = x + bytes; x < end; x += 16) {
    const x1 = x + line
    const x2 = x1 + line
    const x3 = x2 + line
    let a0 = v128.load(x2)
    let a1 = v128.load(x2 + pixel)
    let a2 = v128.load(x2 + pixel2)
    let a3 = v128.load(x2 + pixel3)
    storeRow(
      f32x4.sub(v128.load(x), a0), f32x4.sub(v128.load(x + pixel), a1),
      f32x4.sub(v128.load(x + pixel2), a2), f32x4.sub(v128.load(x + pixel3), a3),
      v, point,
    )
    const b0 = v128.load(x1)
    const b1 = v128.load(x1 + pixel)
    const b2 = v128.load(x1 + pixel2)
    const b3 = v128.load(x1 + pixel3)
    storeRow(f32x4.add(b0, a0), f32x4.add(b1, a1), f32x4.add(b2, a2), f32x4.add(b3, a3), v + row, point)
    storeRow(f32x4.sub(a0, b0), f32x4.sub(a1, b1), f32x4.sub(a2, b2), f32x4.sub(a3, b3), v + 2 * row, point)
    storeRow(
      f32x4.sub(b0, v128.load(x3)), f32x4.sub(b1, v128.load(x3 + pixel)),
      f32x4.sub(b2, v128.load(x3 + pixel2)), f32x4.sub(b3, v128.load(x3 + pixel3)),
      v + 3 * row, point,
    )
    v += 16
  }
}
