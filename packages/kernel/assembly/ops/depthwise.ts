import * as L from '../../src/wasm/layout'
import { addQuad, FAST, madd, madd64 } from '../madd'
import { BLOCK } from '../dense/packing'
import { clamp } from '../dense/clamp'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'
import { activateRows, boundsOf } from './dense'
import { imageBytes, pointWindow } from '../spatial/window'

/**
 * Up to this many taps sums are taken in float64 and rounded once: there a float32 sum of separately
 * rounded products is less accurate than the fused multiply-adds of native libraries. More where the op says so.
 */
const DOUBLE_TAPS: u32 = 8

/** Bytes of a line that stay in the first-level cache with two more and the result. */
const SWEPT_BYTES: u32 = 24576

/** y[pixel, c] = activation(Σₜ x[t, c] · weights[t, c] + bias[c]), taps in the order of `dense`'s sums. */
export function depthwise(record: usize, row: u32, rows: u32): void {
  const channels = load<u32>(record, L.CONV_INNER << 2)
  const taps = load<u32>(record, L.CONV_UNITS << 2)
  const x = load<u32>(record, L.CONV_X << 2)
  const grid = load<u32>(record, L.CONV_GRID << 2)
  const code = load<u32>(record, L.CONV_ACTIVATION << 2)
  const zeros = load<u32>(record, L.CONV_SCRATCH << 2)
  const outD = load<u32>(grid, L.GRID_OUT << 2)
  const outH = load<u32>(grid, (L.GRID_OUT + 1) << 2)
  const outW = load<u32>(grid, (L.GRID_OUT + 2) << 2)
  const xImage = imageBytes(grid)
  const bounds = boundsOf(code)
  const bytes = channels << 2
  const packed = load<u32>(record, L.CONV_WEIGHTS << 2)
  const weights = packed + bytes
  const flags = load<u32>(record, L.CONV_FLAGS << 2)
  const bias = flags & L.BARE ? zeros : packed
  const double = taps <= DOUBLE_TAPS || (!FAST && (flags & L.WIDE) != 0)
  let y = load<u32>(record, L.CONV_Y << 2) + row * load<u32>(record, L.CONV_Y_ADVANCE << 2)
  // Where 3 × 3 windows lie inside the lines of x one is swept with its weights in registers.
  const strideH = load<u32>(grid, (L.GRID_STRIDE + 1) << 2)
  const strideW = load<u32>(grid, (L.GRID_STRIDE + 2) << 2)
  const padH = load<u32>(grid, (L.GRID_PAD + 1) << 2)
  const padW = load<u32>(grid, (L.GRID_PAD + 2) << 2)
  const inH = load<u32>(grid, (L.GRID_IN + 1) << 2)
  const inW = load<u32>(grid, (L.GRID_IN + 2) << 2)
  const reachH = load<u32>(grid, (L.GRID_DILATION + 1) << 2) << 1
  const reachW = load<u32>(grid, (L.GRID_DILATION + 2) << 2) << 1
  const sweeps = taps == 9 && (channels & 3) == 0 && !double
    && load<u32>(grid, (L.GRID_KERNEL + 1) << 2) == 3 && load<u32>(grid, (L.GRID_KERNEL + 2) << 2) == 3
    && load<u32>(grid, L.GRID_PAD << 2) == 0
  const zeroBytes = sweeps ? bytes * (reachW + 1) : bytes
  const pointers = zeros + zeroBytes
  memory.fill(zeros, 0, zeroBytes)
  const block = max(SWEPT_BYTES / (strideW * bytes), 4)
  const first = (padW + strideW - 1) / strideW
  const last = inW + padW > reachW ? (inW + padW - reachW - 1) / strideW + 1 : 0
  while (rows) {
    let w = row % outW
    const h = (row / outW) % outH
    const d = (row / (outW * outH)) % outD
    const image = x + row / (outW * outH * outD) * xImage
    const lineEnd = min(outW, w + rows)
    rows -= lineEnd - w
    row += lineEnd - w
    const top = h * strideH - padH
    while (w < lineEnd) {
      let some: u32 = 1
      if (sweeps && w >= first && w < last) {
        // As many pixels as keep three lines in the first-level cache while all channels pass.
        some = min(min(lineEnd, last) - w, block)
        const line = bytes * inW
        const start = image + d * load<u32>(grid, L.GRID_STRIDE << 2) * inH * line + (w * strideW - padW) * bytes
        // Lines before the image wrap around to large unsigned numbers; outside it a line is zeros without end.
        const middle = top + (reachH >> 1)
        const bottom = top + reachH
        const step = strideW * bytes
        sweep(
          some, bytes, (reachW >> 1) * bytes,
          top < inH ? start + top * line : zeros, top < inH ? step : 0,
          middle < inH ? start + middle * line : zeros, middle < inH ? step : 0,
          bottom < inH ? start + bottom * line : zeros, bottom < inH ? step : 0,
          bias, weights, y, bounds,
        )
      } else {
        pointWindow(grid, image, d, h, w, zeros, pointers)
        if (double) doublePixel(bytes, taps, pointers, bias, weights, y, bounds)
        else pixel(bytes, taps, pointers, bias, weights, y, bounds)
      }
      activateRows(code, some, channels, y, bytes, record + (L.CONV_PARAMETERS << 2))
      y += some * bytes
      w += some
    }
  }
}

/**
 * `count` neighbouring output pixels with 3 × 3 windows, whose first lines begin at a, b and e: taps
 * `right` bytes apart, windows as many bytes as each line's step. `bytes` per pixel is a multiple of 16.
 */
function sweep(
  count: u32, bytes: u32, right: u32, a: usize, aStep: u32, b: usize, bStep: u32, e: usize, eStep: u32,
  bias: usize, weights: usize, y: usize, bounds: usize,
): void {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  const zero = f32x4.splat(0)
  const right2 = right << 1
  const yEnd = y + count * bytes
  for (let c: u32 = 0; c < bytes; c += 16) {
    let w = weights + c
    const w0 = v128.load(w)
    w += bytes
    const w1 = v128.load(w)
    w += bytes
    const w2 = v128.load(w)
    w += bytes
    const w3 = v128.load(w)
    w += bytes
    const w4 = v128.load(w)
    w += bytes
    const w5 = v128.load(w)
    w += bytes
    const w6 = v128.load(w)
    w += bytes
    const w7 = v128.load(w)
    w += bytes
    const w8 = v128.load(w)
    const offset = v128.load(bias + c)
    let p = a + c
    let q = b + c
    let r = e + c
    for (let to = y + c; to < yEnd; to += bytes) {
      let sum = addQuad(
        zero, v128.load(p), w0, v128.load(p + right), w1,
        v128.load(p + right2), w2, v128.load(q), w3,
      )
      sum = addQuad(
        sum, v128.load(q + right), w4, v128.load(q + right2), w5,
        v128.load(r), w6, v128.load(r + right), w7,
      )
      sum = madd(v128.load(r + right2), w8, sum)
      v128.store(to, clamp(f32x4.add(sum, offset), lower, upper))
      p += aStep
      q += bStep
      r += eStep
    }
  }
}

/** One output pixel of `bytes` bytes: bias, then taps in order, in float64. */
function doublePixel(bytes: u32, taps: u32, pointers: usize, bias: usize, weights: usize, y: usize, bounds: usize): void {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  const end = pointers + (taps << 2)
  for (let c: u32 = 0; c < bytes; c += 16) {
    const some = min((bytes - c) >> 2, 4)
    let w = weights + c
    let v = lanes(bias + c, some)
    let low = f64x2.promote_low_f32x4(v)
    let high = promoteHigh(v)
    for (let p = pointers; p < end; p += 4) {
      v = lanes(w, some)
      w += bytes
      const x = lanes(load<u32>(p) + c, some)
      low = madd64(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v), low)
      high = madd64(promoteHigh(x), promoteHigh(v), high)
    }
    v = demote(low, high)
    v = clamp(v, lower, upper)
    if (some == 4) v128.store(y + c, v)
    else storeSome(y + c, v, some)
  }
}

/** One output pixel of `bytes` bytes. */
function pixel(bytes: u32, taps: u32, pointers: usize, bias: usize, weights: usize, y: usize, bounds: usize): void {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  const zero = f32x4.splat(0)
  let c: u32 = 0
  for (; c + 32 <= bytes; c += 32) {
    let w = weights + c
    let p = pointers
    let rest = taps
    let t0 = zero
    let t1 = zero
    do {
      const block = min(rest, BLOCK)
      let c0 = zero
      let c1 = zero
      const end = p + ((block & ~3) << 2)
      while (p < end) {
        const x0 = load<u32>(p) + c
        const x1 = load<u32>(p, 4) + c
        const x2 = load<u32>(p, 8) + c
        const x3 = load<u32>(p, 12) + c
        const w1 = w + bytes
        const w2 = w1 + bytes
        const w3 = w2 + bytes
        c0 = addQuad(
          c0, v128.load(x0), v128.load(w), v128.load(x1), v128.load(w1),
          v128.load(x2), v128.load(w2), v128.load(x3), v128.load(w3),
        )
        c1 = addQuad(
          c1, v128.load(x0, 16), v128.load(w, 16), v128.load(x1, 16), v128.load(w1, 16),
          v128.load(x2, 16), v128.load(w2, 16), v128.load(x3, 16), v128.load(w3, 16),
        )
        w = w3 + bytes
        p += 16
      }
      for (let k = block & 3; k; k--) {
        const x0 = load<u32>(p) + c
        c0 = madd(v128.load(x0), v128.load(w), c0)
        c1 = madd(v128.load(x0, 16), v128.load(w, 16), c1)
        w += bytes
        p += 4
      }
      t0 = f32x4.add(t0, c0)
      t1 = f32x4.add(t1, c1)
      rest -= block
    } while (rest)
    v128.store(y + c, clamp(f32x4.add(t0, v128.load(bias + c)), lower, upper))
    v128.store(y + c, clamp(f32x4.add(t1, v128.load(bias + c, 16)), lower, upper), 16)
  }
  for (; c < bytes; c += 16) {
    const some = min((bytes - c) >> 2, 4)
    let w = weights + c
    let p = pointers
    let rest = taps
    let t0 = zero
    do {
      const block = min(rest, BLOCK)
      let c0 = zero
      const end = p + ((block & ~3) << 2)
      while (p < end) {
        const w1 = w + bytes
        const w2 = w1 + bytes
        const w3 = w2 + bytes
        c0 = addQuad(
          c0, lanes(load<u32>(p) + c, some), lanes(w, some), lanes(load<u32>(p, 4) + c, some), lanes(w1, some),
          lanes(load<u32>(p, 8) + c, some), lanes(w2, some), lanes(load<u32>(p, 12) + c, some), lanes(w3, some),
        )
        w = w3 + bytes
        p += 16
      }
      for (let k = block & 3; k; k--) {
        c0 = madd(lanes(load<u32>(p) + c, some), lanes(w, some), c0)
        w += bytes
        p += 4
      }
      t0 = f32x4.add(t0, c0)
      rest -= block
    } while (rest)
    t0 = clamp(f32x4.add(t0, lanes(bias + c, some)), lower, upper)
    if (some == 4) v128.store(y + c, t0)
    else storeSome(y + c, t0, some)
  }
}

// @ts-ignore: decorator
@inline
function lanes(address: usize, count: u32): v128 {
  return count == 4 ? v128.load(address) : loadSome(address, count)
}
