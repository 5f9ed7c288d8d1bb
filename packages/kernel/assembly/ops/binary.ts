import * as L from '../../src/wasm/layout'
import {
  Equal,
  IntAdd,
  IntEqual,
  IntLess,
  IntLessEqual,
  IntMaximum,
  IntMinimum,
  IntMultiply,
  IntNotEqual,
  IntSubtract,
  Less,
  LessEqual,
  NotEqual,
} from './integer'
import { Pairwise } from './pairwise'
import { loadSome, storeSome } from '../lanes'
import { float64Pairs } from './float64'

/** y[row, i] = a ∘ b, each operand FULL, ROW, COLUMN or SCALAR. */
export function binary(record: usize, row: u32, rows: u32): void {
  let width = load<u32>(record, L.BINARY_WIDTH << 2)
  let a = load<u32>(record, L.BINARY_A << 2) + row * load<u32>(record, L.BINARY_A_ADVANCE << 2)
  let b = load<u32>(record, L.BINARY_B << 2) + row * load<u32>(record, L.BINARY_B_ADVANCE << 2)
  let y = load<u32>(record, L.BINARY_Y << 2) + row * load<u32>(record, L.BINARY_Y_ADVANCE << 2)
  const operation = load<u32>(record, L.BINARY_OPERATION << 2)
  const aKind = load<u32>(record, L.BINARY_A_KIND << 2)
  const bKind = load<u32>(record, L.BINARY_B_KIND << 2)
  // Without operands that start anew in each row all rows are one.
  if ((aKind == L.FULL || aKind == L.SCALAR) && (bKind == L.FULL || bKind == L.SCALAR)) {
    width *= rows
    rows = 1
  }
  const aStep = rowStep(aKind, width)
  const bStep = rowStep(bKind, width)
  const aSplat = aKind == L.SCALAR || aKind == L.COLUMN
  const bSplat = bKind == L.SCALAR || bKind == L.COLUMN
  for (; rows; rows--) {
    switch (operation) {
      case L.ADD: zip<Add>(width, a, aSplat, b, bSplat, y); break
      case L.SUBTRACT: zip<Subtract>(width, a, aSplat, b, bSplat, y); break
      case L.MULTIPLY: zip<Multiply>(width, a, aSplat, b, bSplat, y); break
      case L.DIVIDE: zip<Divide>(width, a, aSplat, b, bSplat, y); break
      case L.MINIMUM: zip<Minimum>(width, a, aSplat, b, bSplat, y); break
      case L.MAXIMUM: zip<Maximum>(width, a, aSplat, b, bSplat, y); break
      case L.SQUARED_DIFFERENCE: zip<SquaredDifference>(width, a, aSplat, b, bSplat, y); break
      case L.INT_ADD: zip<IntAdd>(width, a, aSplat, b, bSplat, y); break
      case L.INT_SUBTRACT: zip<IntSubtract>(width, a, aSplat, b, bSplat, y); break
      case L.INT_MULTIPLY: zip<IntMultiply>(width, a, aSplat, b, bSplat, y); break
      case L.INT_MINIMUM: zip<IntMinimum>(width, a, aSplat, b, bSplat, y); break
      case L.INT_MAXIMUM: zip<IntMaximum>(width, a, aSplat, b, bSplat, y); break
      case L.EQUAL: zip<Equal>(width, a, aSplat, b, bSplat, y); break
      case L.NOT_EQUAL: zip<NotEqual>(width, a, aSplat, b, bSplat, y); break
      case L.LESS: zip<Less>(width, a, aSplat, b, bSplat, y); break
      case L.LESS_EQUAL: zip<LessEqual>(width, a, aSplat, b, bSplat, y); break
      case L.INT_EQUAL: zip<IntEqual>(width, a, aSplat, b, bSplat, y); break
      case L.INT_NOT_EQUAL: zip<IntNotEqual>(width, a, aSplat, b, bSplat, y); break
      case L.INT_LESS: zip<IntLess>(width, a, aSplat, b, bSplat, y); break
      case L.INT_LESS_EQUAL: zip<IntLessEqual>(width, a, aSplat, b, bSplat, y); break
      default: float64Pairs(operation, width, a, aSplat ? 0 : 4, b, bSplat ? 0 : 4, y)
    }
    a += aStep
    b += bStep
    y += width << 2
  }
}

/** Bytes from what a row uses of an operand to what the next row uses. */
function rowStep(kind: u32, width: u32): u32 {
  if (kind == L.FULL) return width << 2
  return kind == L.COLUMN ? 4 : 0
}

/** y[i] = F(a[i], b[i]) for `count` floats, with one float for all i where `splat` is set. */
function zip<F extends Pairwise>(
  count: usize,
  a: usize,
  aSplat: bool,
  b: usize,
  bSplat: bool,
  y: usize,
): void {
  const f = changetype<F>(0)
  if (!aSplat && !bSplat) {
    for (; count >= 4; count -= 4) {
      v128.store(y, f.apply(v128.load(a), v128.load(b)))
      a += 16
      b += 16
      y += 16
    }
  }
  // A splat operand is read before anything is written, so y may take its place.
  let u = v128.load32_splat(a)
  let v = v128.load32_splat(b)
  while (count) {
    const some = min<usize>(count, 4)
    if (!aSplat) u = some == 4 ? v128.load(a) : loadSome(a, some)
    if (!bSplat) v = some == 4 ? v128.load(b) : loadSome(b, some)
    const w = f.apply(u, v)
    if (some == 4) v128.store(y, w)
    else storeSome(y, w, some)
    a += 16
    b += 16
    y += 16
    count -= some
  }
}

@unmanaged
class Add extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.add(a, b)
  }
}

@unmanaged
class Subtract extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.sub(a, b)
  }
}

@unmanaged
class Multiply extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.mul(a, b)
  }
}

@unmanaged
class Divide extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.div(a, b)
  }
}

@unmanaged
class Minimum extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.min(a, b)
  }
}

@unmanaged
class Maximum extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return f32x4.max(a, b)
  }
}

@unmanaged
class SquaredDifference extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    const d = f32x4.sub(a, b)
    return f32x4.mul(d, d)
  }
}
