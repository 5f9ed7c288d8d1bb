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

/** float32 → the nearest float16, half to even. */
@unmanaged
export class RoundFloat16 extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const magnitude = v128.and(x, i32x4.splat(0x7fffffff))
    const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
    const normal = v128.and(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff)), odd), i32x4.splat(~0x1fff))
    // Below 2^-14 the step is 2^-24, that of float32 numbers from 0.5 to 1.
    const half = f32x4.splat(0.5)
    const subnormal = f32x4.sub(f32x4.add(magnitude, half), half)
    const y = v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, i32x4.splat(0x38800000)))
    const overflows = f32x4.ge(magnitude, f32x4.splat(65520))
    const finite = v128.bitselect(f32x4.splat(Infinity), y, overflows)
    const number = v128.bitselect(magnitude, finite, f32x4.ne(x, x))
    return v128.or(number, v128.and(x, i32x4.splat(i32.MIN_VALUE)))
  }
}

/** float32 → the nearest bfloat16, half to even. */
@unmanaged
export class RoundBfloat16 extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
    const y = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), i32x4.splat(0xffff0000))
    return v128.bitselect(x, y, f32x4.ne(x, x))
  }
}

/** p · the nearest float8 e4m3fn of x / p, half to even; beyond 448 that. */
@unmanaged
export class RoundFloat8 extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const scaled = f32x4.div(x, p)
    const magnitude = f32x4.pmin(f32x4.splat(448), f32x4.abs(scaled))
    const odd = v128.and(i32x4.shr_u(magnitude, 20), i32x4.splat(1))
    const normal = v128.and(i32x4.add(i32x4.add(magnitude, i32x4.splat(0x7ffff)), odd), i32x4.splat(~0xfffff))
    // Below 2^-6 the step is 2^-9, that of float32 numbers from 2^14 to 2^15.
    const large = f32x4.splat(16384)
    const subnormal = f32x4.sub(f32x4.add(magnitude, large), large)
    const y = v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, i32x4.splat(0x3c800000)))
    const number = v128.bitselect(magnitude, y, f32x4.ne(scaled, scaled))
    return f32x4.mul(v128.or(number, v128.and(scaled, i32x4.splat(i32.MIN_VALUE))), p)
  }
}
