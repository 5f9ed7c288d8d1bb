import type { Triple } from '../program-spatial.ts'
import { dense, sumInFours, sumInOrder } from './dense.ts'
import { rounding, type Precision } from './rounding.ts'

/** Up to this many taps a depthwise sum is taken in float64 and rounded once. */
const doubleTaps = 8

/** Where the windows of a convolution lie; triples are depth, height, width. */
export interface Windows {
  batch: number
  in: Triple
  channels: number
  out: Triple
  kernel: Triple
  stride: Triple
  dilation: Triple
  /** Positions before x where the first window starts. */
  pad: Triple
}

function* positions([depth, height, width]: Triple): Generator<Triple> {
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) yield [d, h, w]
    }
  }
}

/** Windows as rows (batch · out, taps · count): channels `first` to `first + count` of each tap, 0 outside x. */
function patches(
  windows: Windows,
  x: ArrayLike<number>, // (batch, in, channels)
  first: number,
  count: number,
): Float64Array {
  const { batch, in: size, channels, stride, dilation, pad } = windows
  const rows: number[] = []
  for (let n = 0; n < batch; n++) {
    for (const out of positions(windows.out)) {
      for (const tap of positions(windows.kernel)) {
        const at = out.map((o, i) => o * stride[i]! - pad[i]! + tap[i]! * dilation[i]!)
        const inside = at.every((position, i) => position >= 0 && position < size[i]!)
        const pixel = ((n * size[0] + at[0]!) * size[1] + at[1]!) * size[2] + at[2]!
        for (let c = first; c < first + count; c++) {
          rows.push(inside ? x[pixel * channels + c]! : 0)
        }
      }
    }
  }
  return Float64Array.from(rows)
}

/** y (batch · out, units): the windows' rows times kernel (taps · count, units), plus bias (units). */
export function convolution(
  windows: Windows,
  x: ArrayLike<number>, // (batch, in, channels)
  group: { first: number; count: number; units: number },
  kernel: ArrayLike<number>, // (taps · count, units)
  bias: ArrayLike<number> | null, // (units)
  precision: Precision,
): Float64Array {
  const { first, count, units } = group
  const rows = windows.batch * product(windows.out)
  const inner = product(windows.kernel) * count
  const gathered = patches(windows, x, first, count)
  return dense({ rows, inner, units }, gathered, kernel, bias, precision)
}

/** y (batch · out, channels): every channel's window times its weights (taps, channels), plus bias (channels). */
export function depthwise(
  windows: Windows,
  x: ArrayLike<number>, // (batch, in, channels)
  kernel: ArrayLike<number>, // (taps, channels)
  bias: ArrayLike<number>, // (channels)
  precision: Precision,
): Float64Array {
  const { channels } = windows
  const rows = windows.batch * product(windows.out)
  const taps = product(windows.kernel)
  const round = rounding(precision)
  const y = new Float64Array(rows * channels)
  for (let c = 0; c < channels; c++) {
    const gathered = patches(windows, x, c, 1)
    for (let row = 0; row < rows; row++) {
      const term = (t: number) => gathered[row * taps + t]! * kernel[t * channels + c]!
      y[row * channels + c] = round(
        precision === 'float64' || taps <= doubleTaps
          ? sumInOrder(term, taps, bias[c]!)
          : sumInFours(term, taps) + bias[c]!,
      )
    }
  }
  return y
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a * b, 1)
}
