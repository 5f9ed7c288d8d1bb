import { powf_lut } from 'util/math'
import { Pairwise } from './pairwise'

/** IEEE 754 pow, below 1 ulp, one lane after the other. */
@unmanaged
export class Power extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return power(a, b)
  }
}

function power(a: v128, b: v128): v128 {
  let y = f32x4.splat(powf_lut(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)))
  y = f32x4.replace_lane(y, 1, powf_lut(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)))
  y = f32x4.replace_lane(y, 2, powf_lut(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)))
  return f32x4.replace_lane(y, 3, powf_lut(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)))
}

/** The remainder with the sign of the divisor, as numpy.mod. */
function modulo(a: f32, b: f32): f32 {
  const rest = Mathf.mod(a, b)
  if (rest == 0) return Mathf.abs(rest) * (b < 0 ? -1 : 1)
  return rest < 0 != b < 0 ? rest + b : rest
}

/** numpy.floor_divide: what is left when the remainder is taken off, rounded to a whole number. */
function floorDivide(a: f32, b: f32): f32 {
  if (b == 0) return a / b
  const rest = modulo(a, b)
  const quotient = (a - rest) / b
  if (quotient == 0) return copysign<f32>(0, a / b)
  const whole = Mathf.floor(quotient)
  return quotient - whole > 0.5 ? whole + 1 : whole
}

@unmanaged
export class Modulo extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return modulos(a, b)
  }
}

function modulos(a: v128, b: v128): v128 {
  let y = f32x4.splat(modulo(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)))
  y = f32x4.replace_lane(y, 1, modulo(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)))
  y = f32x4.replace_lane(y, 2, modulo(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)))
  return f32x4.replace_lane(y, 3, modulo(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)))
}

@unmanaged
export class FloorDivide extends Pairwise {
  @inline apply(a: v128, b: v128): v128 {
    return quotients(a, b)
  }
}

function quotients(a: v128, b: v128): v128 {
  let y = f32x4.splat(floorDivide(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)))
  y = f32x4.replace_lane(y, 1, floorDivide(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)))
  y = f32x4.replace_lane(y, 2, floorDivide(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)))
  return f32x4.replace_lane(y, 3, floorDivide(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)))
}
