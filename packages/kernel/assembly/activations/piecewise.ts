import { demote, promoteHigh, promoteLow } from '../lanes'
import { Elementwise } from './map'

/*
 * Activations of a few exact steps, written as Keras writes them (keras/src/backend/tensorflow/nn.py):
 * comparisons are false for NaN, pmin and pmax keep a NaN in their first operand.
 */

// @ts-ignore: decorator
@inline
function splat(value: f32): v128 {
  return f32x4.splat(value)
}

// @ts-ignore: decorator
@inline
function select(condition: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, condition)
}

@unmanaged
export class Linear extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return x
  }
}

@unmanaged
export class Relu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.pmax(x, splat(0))
  }
}

@unmanaged
export class Relu6 extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6))
  }
}

@unmanaged
export class LeakyRelu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return select(f32x4.gt(x, splat(0)), x, f32x4.mul(x, p))
  }
}

/** p negative slope, q max value (NaN: none), r threshold. */
@unmanaged
export class ReluGeneral extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const zero = splat(0)
    const shifted = f32x4.ne(r, zero)
    let y = select(shifted, v128.and(x, f32x4.gt(x, r)), f32x4.pmax(x, zero))
    y = select(f32x4.eq(q, q), f32x4.pmin(f32x4.pmax(y, zero), q), y)
    const below = f32x4.pmax(f32x4.sub(r, x), zero)
    return select(f32x4.ne(p, zero), f32x4.sub(y, f32x4.mul(p, below)), y)
  }
}

@unmanaged
export class HardTanh extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, splat(-1)), splat(1))
  }
}

// @ts-ignore: decorator
@inline
function hardSigmoid(x: v128): v128 {
  const y = f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), splat(6))
  return f32x4.div(y, splat(6))
}

@unmanaged
export class HardSigmoid extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return hardSigmoid(x)
  }
}

/** 0.5 + slope · x in float64, which does not cancel; two lanes. */
// @ts-ignore: decorator
@inline
function halfPlus(x: v128, slope: v128): v128 {
  return f64x2.add(f64x2.mul(x, slope), f64x2.splat(0.5))
}

/** clip(slope · x + 0.5, 0, 1): Keras 2's, whose slope is 0.2. */
@unmanaged
export class HardSigmoidSlope extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const line = demote(halfPlus(promoteLow(x), promoteLow(p)), halfPlus(promoteHigh(x), promoteLow(p)))
    return f32x4.min(f32x4.max(line, f32x4.splat(0)), f32x4.splat(1))
  }
}

@unmanaged
export class HardSilu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.mul(x, hardSigmoid(x))
  }
}

@unmanaged
export class HardShrink extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return v128.and(x, f32x4.gt(f32x4.abs(x), p))
  }
}

@unmanaged
export class SoftShrink extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const above = v128.and(f32x4.sub(x, p), f32x4.gt(x, p))
    return select(f32x4.lt(x, f32x4.neg(p)), f32x4.add(x, p), above)
  }
}

@unmanaged
export class Threshold extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return select(f32x4.gt(x, p), x, q)
  }
}

@unmanaged
export class Softsign extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.div(x, f32x4.add(f32x4.abs(x), splat(1)))
  }
}

@unmanaged
export class SparsePlus extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const one = splat(1)
    const y = f32x4.add(x, one)
    const middle = f32x4.mul(splat(0.25), f32x4.mul(y, y))
    return v128.andnot(select(f32x4.lt(x, one), middle, x), f32x4.le(x, splat(-1)))
  }
}

@unmanaged
export class SparseSigmoid extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const one = splat(1)
    const middle = f32x4.mul(splat(0.5), f32x4.add(x, one))
    return v128.andnot(select(f32x4.ge(x, one), one, middle), f32x4.le(x, splat(-1)))
  }
}

/**
 * (x + √(x² + b)) / 2, below 0 as (b / 2) / (√(x² + b) − x), which does not cancel; the sum in float64. Where x² overflows
 * float32 the result is Keras's: ∞, or NaN for x = −∞.
 */
@unmanaged
export class Squareplus extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const half = splat(0.5)
    const a = f32x4.abs(x)
    const b = promoteLow(p)
    const sum = demote(withRoot(promoteLow(a), b), withRoot(promoteHigh(a), b))
    const below = f32x4.div(f32x4.mul(p, half), sum)
    const y = select(f32x4.lt(x, splat(0)), below, f32x4.mul(sum, half))
    const finite = f32x4.lt(f32x4.add(f32x4.mul(x, x), p), splat(Infinity))
    return select(finite, y, f32x4.add(x, splat(Infinity)))
  }
}

/** a + √(a² + b), two lanes. */
// @ts-ignore: decorator
@inline
function withRoot(a: v128, b: v128): v128 {
  return f64x2.add(a, f64x2.sqrt(f64x2.add(f64x2.mul(a, a), b)))
}
