import { Elementwise, mapLong, Paired } from './map'
import { exp } from '../math/exp'
import { leadingBits, scaledExpm1, stretchedExpm1 } from '../math/expm1'
import { gelu, geluTanh } from '../math/gelu'
import { mish } from '../math/mish'
import { sigmoid, silu, siluPair } from '../math/sigmoid'
import { softplus } from '../math/softplus'
import { tanh, tanhShrink } from '../math/tanh'

@unmanaged
export class Exponential extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return exp(x)
  }
}

/** x above 0, p · (exp(x) − 1) elsewhere. */
@unmanaged
export class Elu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const high = leadingBits(p)
    const below = scaledExpm1(x, high, f32x4.sub(p, high))
    return v128.bitselect(x, below, f32x4.ge(x, f32x4.splat(0)))
  }
}

/** Constants of Klambauer et al., 2017, arXiv:1706.02515. */
@unmanaged
export class Selu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const below = scaledExpm1(x, f32x4.splat(1.7578125), f32x4.splat(0.0002868408473766))
    const above = f32x4.mul(f32x4.splat(1.0507009873554805), x)
    return v128.bitselect(above, below, f32x4.ge(x, f32x4.splat(0)))
  }
}

/** max(x, 0) + p · (exp(min(x, 0) / p) − 1). */
@unmanaged
export class Celu extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return v128.bitselect(x, stretchedExpm1(x, p), f32x4.ge(x, f32x4.splat(0)))
  }
}

@unmanaged
export class Sigmoid extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return sigmoid(x)
  }
}

@unmanaged
export class LogSigmoid extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.neg(softplus(f32x4.neg(x)))
  }
}

@unmanaged
export class Silu extends Paired {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return silu(x)
  }

  @inline pair(x: usize, y: usize): void {
    siluPair(x, y)
  }
}

@unmanaged
export class Tanh extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return tanh(x)
  }
}

@unmanaged
export class TanhShrink extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return tanhShrink(x)
  }
}

@unmanaged
export class Softplus extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return softplus(x)
  }
}

@unmanaged
export class Gelu extends Paired {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return gelu(x)
  }

  /** Its halves are independent, so two vectors at a time are no faster than one. */
  @inline pair(x: usize, y: usize): void {
    mapLong<Gelu>(8, x, y, 0)
  }
}

@unmanaged
export class GeluTanh extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return geluTanh(x)
  }
}

@unmanaged
export class Mish extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return mish(x)
  }
}
