import * as L from '../../src/wasm/layout'
import { copyWords, fillWords } from '../spatial/words'

/** y[n, i, j, k] = x[n, depth[i], height[j], width[k]] pixel by pixel; an index of −1 gives the fill value. */
export function take(record: usize, row: u32, rows: u32): void {
  const pixel = load<u32>(record, L.TAKE_PIXEL << 2)
  const fill = load<u32>(record, L.TAKE_FILL << 2)
  const x = load<u32>(record, L.TAKE_X << 2)
  const table = load<u32>(record, L.TAKE_INDICES << 2)
  const outD = load<u32>(table)
  const outH = load<u32>(table, 4)
  const outW = load<u32>(table, 8)
  const inD = load<u32>(table, 12)
  const inH = load<u32>(table, 16)
  const inW = load<u32>(table, 20)
  const depths = table + 24
  const heights = depths + (outD << 2)
  const widths = heights + (outH << 2)
  const widthsEnd = widths + (outW << 2)
  let y: usize = load<u32>(record, L.TAKE_Y << 2) + row * load<u32>(record, L.TAKE_Y_ADVANCE << 2)
  for (const end = row + rows; row < end; row++) {
    const d = load<i32>(depths + (((row / outH) % outD) << 2))
    const h = load<i32>(heights + ((row % outH) << 2))
    if (d < 0 || h < 0) {
      y = fillWords(y, fill, outW * pixel)
      continue
    }
    const line = x + (((row / (outH * outD)) * inD + d) * inH + h) * inW * pixel
    for (let at = widths; at < widthsEnd; ) {
      const first = load<i32>(at)
      // Neighbours in x that stay neighbours are copied at once.
      let run: u32 = 1
      at += 4
      if (first < 0) {
        y = fillWords(y, fill, pixel)
        continue
      }
      while (at < widthsEnd && load<i32>(at) == first + run) {
        run++
        at += 4
      }
      y = copyWords(y, line + first * pixel, run * pixel)
    }
  }
}
