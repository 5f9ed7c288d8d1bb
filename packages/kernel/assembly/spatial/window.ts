import * as L from '../../src/wasm/layout'
import { copyWords, fillWords, widenWords } from './words'

// @ts-ignore: decorator
@inline
function at(grid: usize, word: u32): u32 {
  return load<u32>(grid + (word << 2))
}

/** Bytes of one image of x. */
export function imageBytes(grid: usize): u32 {
  return at(grid, L.GRID_IN) * at(grid, L.GRID_IN + 1) * at(grid, L.GRID_IN + 2) * at(grid, L.GRID_X_PIXEL)
}

/** Copies `bytes` bytes of floats as numbers of type T; returns the address after them. */
// @ts-ignore: decorator
@inline
function copy<T>(y: usize, x: usize, bytes: usize): usize {
  return sizeof<T>() == 8 ? widenWords(y, x, bytes) : copyWords(y, x, bytes)
}

/**
 * Writes the windows of `count` output positions from (d, h, w) on, all of one line: taps in the order
 * depth, height, width, channel, as numbers of type T, 0 where they lie outside the image. Returns the
 * address after them.
 */
export function gatherWindows<T>(grid: usize, image: usize, d: u32, h: u32, w: u32, count: u32, patch: usize): usize {
  if (sizeof<T>() == 8 || at(grid, L.GRID_DILATION + 2) != 1 || at(grid, L.GRID_TAP) != at(grid, L.GRID_X_PIXEL)) {
    return gatherEach<T>(grid, image, d, h, w, count, patch)
  }
  // Windows that begin before the line, those within it, those that end beyond it.
  const strideW = at(grid, L.GRID_STRIDE + 2)
  const padW = at(grid, L.GRID_PAD + 2)
  const reach = at(grid, L.GRID_KERNEL + 2) - 1
  const inW = at(grid, L.GRID_IN + 2)
  const first = (padW + strideW - 1) / strideW
  const last = inW + padW > reach ? (inW + padW - reach - 1) / strideW + 1 : 0
  const before = min(first - min(w, first), count)
  if (before) patch = gatherEach<T>(grid, image, d, h, w, before, patch)
  w += before
  count -= before
  const within = min(last - min(w, last), count)
  if (within) patch = gatherLines(grid, image, d, h, w, within, patch)
  if (count > within) patch = gatherEach<T>(grid, image, d, h, w + within, count - within, patch)
  return patch
}

/** `gatherWindows` of floats for windows that lie within the lines of x: line by line of the windows. */
function gatherLines(grid: usize, image: usize, d: u32, h: u32, w: u32, count: u32, patch: usize): usize {
  const kernelD = at(grid, L.GRID_KERNEL)
  const kernelH = at(grid, L.GRID_KERNEL + 1)
  const inD = at(grid, L.GRID_IN)
  const inH = at(grid, L.GRID_IN + 1)
  const pixel = at(grid, L.GRID_X_PIXEL)
  const lineBytes = at(grid, L.GRID_KERNEL + 2) * pixel
  const windowBytes = kernelD * kernelH * lineBytes
  const step = at(grid, L.GRID_STRIDE + 2) * pixel
  const left = (w * at(grid, L.GRID_STRIDE + 2) - at(grid, L.GRID_PAD + 2)) * pixel
  const end = patch + count * windowBytes
  for (let kd: u32 = 0; kd < kernelD; kd++) {
    const id = d * at(grid, L.GRID_STRIDE) - at(grid, L.GRID_PAD) + kd * at(grid, L.GRID_DILATION)
    for (let kh: u32 = 0; kh < kernelH; kh++) {
      const ih = h * at(grid, L.GRID_STRIDE + 1) - at(grid, L.GRID_PAD + 1) + kh * at(grid, L.GRID_DILATION + 1)
      // Positions before the image wrap around to large unsigned numbers.
      if (id >= inD || ih >= inH) {
        for (let to = patch; to < end; to += windowBytes) fillWords(to, 0, lineBytes)
      } else {
        let from = image + (id * inH + ih) * at(grid, L.GRID_IN + 2) * pixel + left
        if (lineBytes == 36) {
          // Three taps of three channels, as first layers have them.
          for (let to = patch; to < end; to += windowBytes) {
            v128.store(to, v128.load(from))
            v128.store(to, v128.load(from, 16), 16)
            v128.store(to, v128.load(from, 20), 20)
            from += step
          }
        } else {
          for (let to = patch; to < end; to += windowBytes) {
            copyWords(to, from, lineBytes)
            from += step
          }
        }
      }
      patch += lineBytes
    }
  }
  return end
}

/** `gatherWindows`, window by window. */
function gatherEach<T>(grid: usize, image: usize, d: u32, h: u32, w: u32, count: u32, patch: usize): usize {
  const kernelD = at(grid, L.GRID_KERNEL)
  const kernelH = at(grid, L.GRID_KERNEL + 1)
  const kernelW = <i32>at(grid, L.GRID_KERNEL + 2)
  const inD = at(grid, L.GRID_IN)
  const inH = at(grid, L.GRID_IN + 1)
  const inW = <i32>at(grid, L.GRID_IN + 2)
  const dilationD = at(grid, L.GRID_DILATION)
  const dilationH = at(grid, L.GRID_DILATION + 1)
  const dilationW = at(grid, L.GRID_DILATION + 2)
  const strideW = at(grid, L.GRID_STRIDE + 2)
  const pixel = at(grid, L.GRID_X_PIXEL)
  const tap = at(grid, L.GRID_TAP)
  const h0 = h * at(grid, L.GRID_STRIDE + 1) - at(grid, L.GRID_PAD + 1)
  const d0 = d * at(grid, L.GRID_STRIDE) - at(grid, L.GRID_PAD)
  const whole = dilationW == 1 && tap == pixel
  const reach = (kernelW - 1) * dilationW
  const lineBytes = kernelW * tap
  let w0 = <i32>(w * strideW - at(grid, L.GRID_PAD + 2))
  for (; count; count--) {
    const inside = w0 >= 0 && w0 + <i32>reach < inW
    let id = d0
    for (let kd: u32 = 0; kd < kernelD; kd++) {
      let ih = h0
      for (let kh: u32 = 0; kh < kernelH; kh++) {
        // Positions before the image wrap around to large unsigned numbers.
        if (id >= inD || ih >= inH) {
          patch = fillWords(patch, 0, lineBytes * sizeof<T>() / 4)
        } else {
          const line = image + (id * inH + ih) * inW * pixel
          if (whole && inside) {
            patch = copy<T>(patch, line + w0 * pixel, lineBytes)
          } else {
            let iw = w0
            for (let kw = 0; kw < kernelW; kw++) {
              if (<u32>iw < <u32>inW) patch = copy<T>(patch, line + iw * pixel, tap)
              else patch = fillWords(patch, 0, tap * sizeof<T>() / 4)
              iw += dilationW
            }
          }
        }
        ih += dilationH
      }
      id += dilationD
    }
    w0 += strideW
  }
  return patch
}

/** Writes the addresses of a window's taps, `zeros` for those outside the image. */
export function pointWindow(grid: usize, image: usize, d: u32, h: u32, w: u32, zeros: usize, pointers: usize): void {
  const kernelD = at(grid, L.GRID_KERNEL)
  const kernelH = at(grid, L.GRID_KERNEL + 1)
  const kernelW = at(grid, L.GRID_KERNEL + 2)
  const inD = at(grid, L.GRID_IN)
  const inH = at(grid, L.GRID_IN + 1)
  const inW = at(grid, L.GRID_IN + 2)
  const dilationH = at(grid, L.GRID_DILATION + 1)
  const dilationW = at(grid, L.GRID_DILATION + 2)
  const pixel = at(grid, L.GRID_X_PIXEL)
  const h0 = h * at(grid, L.GRID_STRIDE + 1) - at(grid, L.GRID_PAD + 1)
  const w0 = w * at(grid, L.GRID_STRIDE + 2) - at(grid, L.GRID_PAD + 2)
  let id = d * at(grid, L.GRID_STRIDE) - at(grid, L.GRID_PAD)
  for (let kd: u32 = 0; kd < kernelD; kd++) {
    let ih = h0
    for (let kh: u32 = 0; kh < kernelH; kh++) {
      const inside = id < inD && ih < inH
      const line = image + (id * inH + ih) * inW * pixel
      let iw = w0
      for (let kw: u32 = 0; kw < kernelW; kw++) {
        store<u32>(pointers, inside && iw < inW ? line + iw * pixel : zeros)
        pointers += 4
        iw += dilationW
      }
      ih += dilationH
    }
    id += at(grid, L.GRID_DILATION)
  }
}
