import * as L from '../../src/wasm/layout'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'

/**
 * Four doubles each: the running result of four columns, and what is taken off each element first. Globals, since
 * threads share the memory but not the instance.
 */
let resultLow = f64x2.splat(0)
let resultHigh = f64x2.splat(0)
let shiftLow = f64x2.splat(0)
let shiftHigh = f64x2.splat(0)

/** y[row, c] = reduction over n of x[row, n, c]. */
export function reduce(record: usize, row: u32, rows: u32): void {
  const count = load<u32>(record, L.REDUCE_COUNT << 2)
  const width = load<u32>(record, L.REDUCE_WIDTH << 2)
  const kind = load<u32>(record, L.REDUCE_KIND << 2)
  let x = load<u32>(record, L.REDUCE_X << 2) + row * load<u32>(record, L.REDUCE_X_ADVANCE << 2)
  let y = load<u32>(record, L.REDUCE_Y << 2) + row * load<u32>(record, L.REDUCE_Y_ADVANCE << 2)
  for (; rows; rows--) {
    for (let column: u32 = 0; column < width; column += 4) {
      const some = min<u32>(width - column, 4)
      const at = column << 2
      columns(kind, count, some, x + at, width << 2)
      const v = demote(resultLow, resultHigh)
      if (some == 4) v128.store(y + at, v)
      else storeSome(y + at, v, some)
    }
    x += count * width * 4
    y += width << 2
  }
}

/** Reduces `some` columns of `count` floats, `stride` bytes apart, to the result. */
function columns(kind: u32, count: u32, some: u32, x: usize, stride: u32): void {
  setShift(f64x2.splat(0), f64x2.splat(0))
  switch (kind) {
    case L.SUM: return fold<Sum>(count, some, x, stride, 0)
    case L.MEAN: return mean(count, some, x, stride)
    case L.PRODUCT: return fold<Product>(count, some, x, stride, 1)
    case L.LARGEST: return fold<Largest>(count, some, x, stride, -Infinity)
    case L.LEAST: return fold<Least>(count, some, x, stride, Infinity)
    case L.ROOT_OF_SQUARES: {
      fold<Squares>(count, some, x, stride, 0)
      return root()
    }
    case L.SUM_OF_MAGNITUDES: return fold<Magnitudes>(count, some, x, stride, 0)
    default: {
      mean(count, some, x, stride)
      setShift(resultLow, resultHigh)
      fold<Squares>(count, some, x, stride, 0)
      divide(count)
      if (kind == L.STANDARD_DEVIATION) root()
    }
  }
}

function mean(count: u32, some: u32, x: usize, stride: u32): void {
  fold<Sum>(count, some, x, stride, 0)
  divide(count)
}

function setShift(low: v128, high: v128): void {
  shiftLow = low
  shiftHigh = high
}

function divide(count: u32): void {
  const divisor = f64x2.splat(<f64>count)
  resultLow = f64x2.div(resultLow, divisor)
  resultHigh = f64x2.div(resultHigh, divisor)
}

function root(): void {
  resultLow = f64x2.sqrt(resultLow)
  resultHigh = f64x2.sqrt(resultHigh)
}

/** One contiguous column is folded four elements at a time; others side by side, in the order of n. */
function fold<F extends Fold>(count: u32, some: u32, x: usize, stride: u32, initial: f64): void {
  const f = changetype<F>(0)
  let offLow = shiftLow
  const offHigh = shiftHigh
  let low = f64x2.splat(initial)
  let high = low
  if (stride != 4) {
    for (; count; count--) {
      const v = some == 4 ? v128.load(x) : loadSome(x, some)
      low = f.apply(low, f64x2.sub(f64x2.promote_low_f32x4(v), offLow))
      high = f.apply(high, f64x2.sub(promoteHigh(v), offHigh))
      x += stride
    }
  } else {
    offLow = f64x2.splat(f64x2.extract_lane(offLow, 0))
    const end = x + ((count & ~3) << 2)
    for (; x < end; x += 16) {
      low = f.apply(low, f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x)), offLow))
      high = f.apply(high, f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x, 8)), offLow))
    }
    low = f.join(low, high)
    low = f.join(low, v128.shuffle<f64>(low, low, 1, 1))
    for (let rest = count & 3; rest; rest--) {
      low = f.apply(low, f64x2.sub(f64x2.promote_low_f32x4(v128.load32_zero(x)), offLow))
      x += 4
    }
  }
  resultLow = low
  resultHigh = high
}

@unmanaged
abstract class Fold {
  /** Takes an element in. */
  abstract apply(result: v128, x: v128): v128
  /** Joins two results. */
  abstract join(a: v128, b: v128): v128
}

@unmanaged
class Sum extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.add(result, x)
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.add(a, b)
  }
}

@unmanaged
class Squares extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.add(result, f64x2.mul(x, x))
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.add(a, b)
  }
}

@unmanaged
class Magnitudes extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.add(result, f64x2.abs(x))
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.add(a, b)
  }
}

@unmanaged
class Product extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.mul(result, x)
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.mul(a, b)
  }
}

@unmanaged
class Largest extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.max(result, x)
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.max(a, b)
  }
}

@unmanaged
class Least extends Fold {
  @inline apply(result: v128, x: v128): v128 {
    return f64x2.min(result, x)
  }
  @inline join(a: v128, b: v128): v128 {
    return f64x2.min(a, b)
  }
}
