import { Elementwise } from './map'

/** int32 → the nearest float32. */
@unmanaged
export class IntToFloat extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.convert_i32x4_s(x)
  }
}

/** float32 → int32 towards 0; what does not fit becomes −2³¹. */
@unmanaged
export class FloatToInt extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const fits = f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648))
    return v128.bitselect(i32x4.trunc_sat_f32x4_s(x), i32x4.splat(i32.MIN_VALUE), fits)
  }
}

/** float32 → 0 where it is 0, else 1. */
@unmanaged
export class FloatToBool extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return i32x4.neg(f32x4.ne(x, f32x4.splat(0)))
  }
}

/** int32 → 0 where it is 0, else 1. */
@unmanaged
export class IntToBool extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return i32x4.neg(i32x4.ne(x, i32x4.splat(0)))
  }
}

/** int32 → 1 where it is 0, else 0. */
@unmanaged
export class LogicalNot extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return i32x4.neg(i32x4.eq(x, i32x4.splat(0)))
  }
}
