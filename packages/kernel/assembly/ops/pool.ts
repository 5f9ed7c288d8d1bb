import * as L from '../../src/wasm/layout'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'

/** y[pixel, c] = the largest of x[window, c], or their mean: a float64 sum, rounded once after the division. */
export function pool(record: usize, row: u32, rows: u32): void {
  const bytes = load<u32>(record, L.POOL_CHANNELS << 2) << 2
  const average = load<u32>(record, L.POOL_AVERAGE << 2)
  const x = load<u32>(record, L.POOL_X << 2)
  const table = load<u32>(record, L.POOL_WINDOWS << 2)
  const outD = load<u32>(table)
  const outH = load<u32>(table, 4)
  const outW = load<u32>(table, 8)
  const xLine = load<u32>(table, 20) * bytes
  const xPlane = load<u32>(table, 16) * xLine
  const xImage = load<u32>(table, 12) * xPlane
  const depths = table + 24
  const heights = depths + (outD << 3)
  const widths = heights + (outH << 3)
  let y = load<u32>(record, L.POOL_Y << 2) + row * load<u32>(record, L.POOL_Y_ADVANCE << 2)
  for (const end = row + rows; row < end; row++) {
    const w = widths + ((row % outW) << 3)
    const h = heights + (((row / outW) % outH) << 3)
    const d = depths + (((row / (outW * outH)) % outD) << 3)
    const n = row / (outW * outH * outD)
    const d0 = load<u32>(d)
    const h0 = load<u32>(h)
    const w0 = load<u32>(w)
    const deep = load<u32>(d, 4) - d0
    const high = load<u32>(h, 4) - h0
    const wide = load<u32>(w, 4) - w0
    const first = x + n * xImage + d0 * xPlane + h0 * xLine + w0 * bytes
    const count = f64x2.splat(<f64>(deep * high * wide))
    let c: u32 = 0
    if (!average) {
      for (; c + 32 <= bytes; c += 32) largest8(first + c, deep, xPlane, high, xLine, wide, bytes, y + c)
    }
    for (; c < bytes; c += 16) {
      const some = min((bytes - c) >> 2, 4)
      const v = average
        ? meanOf(first + c, deep, xPlane, high, xLine, wide, bytes, some, count)
        : largestOf(first + c, deep, xPlane, high, xLine, wide, bytes, some)
      if (some == 4) v128.store(y + c, v)
      else storeSome(y + c, v, some)
    }
    y += bytes
  }
}

// @ts-ignore: decorator
@inline
function lanes(address: usize, count: u32): v128 {
  return count == 4 ? v128.load(address) : loadSome(address, count)
}

/** Eight channels. */
function largest8(
  x: usize, deep: u32, xPlane: u32, high: u32, xLine: u32, wide: u32, pixel: u32, y: usize,
): void {
  let a = v128.load(x)
  let b = v128.load(x, 16)
  for (; deep; deep--) {
    let line = x
    for (let h: u32 = 0; h < high; h++) {
      const end = line + wide * pixel
      for (let p = line; p < end; p += pixel) {
        a = f32x4.max(a, v128.load(p))
        b = f32x4.max(b, v128.load(p, 16))
      }
      line += xLine
    }
    x += xPlane
  }
  v128.store(y, a)
  v128.store(y, b, 16)
}

function largestOf(
  x: usize, deep: u32, xPlane: u32, high: u32, xLine: u32, wide: u32, pixel: u32, some: u32,
): v128 {
  let largest = lanes(x, some)
  for (; deep; deep--) {
    let line = x
    for (let h: u32 = 0; h < high; h++) {
      const end = line + wide * pixel
      for (let p = line; p < end; p += pixel) largest = f32x4.max(largest, lanes(p, some))
      line += xLine
    }
    x += xPlane
  }
  return largest
}

function meanOf(
  x: usize, deep: u32, xPlane: u32, high: u32, xLine: u32, wide: u32, pixel: u32, some: u32, count: v128,
): v128 {
  let low = f64x2.splat(0)
  let upper = low
  for (; deep; deep--) {
    let line = x
    for (let h: u32 = 0; h < high; h++) {
      const end = line + wide * pixel
      for (let p = line; p < end; p += pixel) {
        const v = lanes(p, some)
        low = f64x2.add(low, f64x2.promote_low_f32x4(v))
        upper = f64x2.add(upper, promoteHigh(v))
      }
      line += xLine
    }
    x += xPlane
  }
  return demote(f64x2.div(low, count), f64x2.div(upper, count))
}
