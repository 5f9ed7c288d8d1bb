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

/** clip(slope · x + 0.5, 0, 1): Keras 2's, whose slope is 0.2. */
@unmanaged
export class HardSigmoidSlope extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const line = f32x4.add(f32x4.mul(x, p), f32x4.splat(0.5))
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
 * (x + √(x² + b)) / 2, below 0 as (b / 2) / (√(x² + b) − x), which does not cancel. Where x² overflows
 * the result is Keras's: ∞, or NaN for x = −∞.
 */
@unmanaged
export class Squareplus extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const half = splat(0.5)
    const root = f32x4.sqrt(f32x4.add(f32x4.mul(x, x), p))
    const direct = f32x4.mul(f32x4.add(x, root), half)
    const conjugate = f32x4.div(f32x4.mul(p, half), f32x4.sub(root, x))
    const cancels = v128.and(f32x4.lt(x, splat(0)), f32x4.lt(root, splat(Infinity)))
    return select(cancels, conjugate, direct)
  }
}
