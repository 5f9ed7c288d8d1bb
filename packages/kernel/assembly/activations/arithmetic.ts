import { Elementwise } from './map'
import { erf } from '../math/erf'
import { expm1 } from '../math/expm1'
import { log, log1p } from '../math/log'

/* Elementwise functions of keras.ops that are not activations. */

@unmanaged
export class Negative extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.neg(x)
  }
}

@unmanaged
export class Absolute extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.abs(x)
  }
}

/** −1, 0, 1; NaN of NaN. */
@unmanaged
export class Sign extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    const zero = f32x4.splat(0)
    const one = f32x4.splat(1)
    const y = v128.bitselect(one, x, f32x4.gt(x, zero))
    return v128.bitselect(f32x4.neg(one), y, f32x4.lt(x, zero))
  }
}

@unmanaged
export class Square extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.mul(x, x)
  }
}

@unmanaged
export class Sqrt extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.sqrt(x)
  }
}

@unmanaged
export class Rsqrt extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  }
}

@unmanaged
export class Reciprocal extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.div(f32x4.splat(1), x)
  }
}

@unmanaged
export class Floor extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.floor(x)
  }
}

@unmanaged
export class Ceil extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.ceil(x)
  }
}

@unmanaged
export class Trunc extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.trunc(x)
  }
}

/** Half to even. */
@unmanaged
export class Round extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return f32x4.nearest(x)
  }
}

@unmanaged
export class Expm1 extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return expm1(x)
  }
}

@unmanaged
export class Log extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return log(x)
  }
}

@unmanaged
export class Log1p extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return log1p(x)
  }
}

@unmanaged
export class Erf extends Elementwise {
  @inline apply(x: v128, p: v128, q: v128, r: v128): v128 {
    return erf(x)
  }
}
