import { Pairwise } from './pairwise'

/** 1 in the lanes that are all ones, 0 in those that are 0. */
// @ts-ignore: decorator
@inline
function truth(lanes: v128): v128 {
  return i32x4.neg(lanes)
}

@unmanaged
export class IntAdd extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return i32x4.add(a, b)
  }
}

@unmanaged
export class IntSubtract extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return i32x4.sub(a, b)
  }
}

@unmanaged
export class IntMultiply extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return i32x4.mul(a, b)
  }
}

@unmanaged
export class IntMinimum extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b)
  }
}

@unmanaged
export class IntMaximum extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b)
  }
}

@unmanaged
export class Equal extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(f32x4.eq(a, b))
  }
}

@unmanaged
export class NotEqual extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(f32x4.ne(a, b))
  }
}

@unmanaged
export class Less extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(f32x4.lt(a, b))
  }
}

@unmanaged
export class LessEqual extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(f32x4.le(a, b))
  }
}

@unmanaged
export class IntEqual extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(i32x4.eq(a, b))
  }
}

@unmanaged
export class IntNotEqual extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(i32x4.ne(a, b))
  }
}

@unmanaged
export class IntLess extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(i32x4.lt_s(a, b))
  }
}

@unmanaged
export class IntLessEqual extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return truth(i32x4.le_s(a, b))
  }
}
