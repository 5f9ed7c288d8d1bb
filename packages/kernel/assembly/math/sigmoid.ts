import { constant } from './constant'
import { EXP, expNegative, expOfNegative, expOfNegativeScaled, productAtInfinity } from './exp'
import { madd, nmadd } from '../madd'

const TABLE: usize = memory.data<f32>([
  5.421010862427522e-20, // 2⁻⁶⁴
  1,
  30, // above: x · sigmoid(x) rounds to x
  -115, // below: x · sigmoid(x) rounds to 0
  -0.0,
  87, // exp(±x) is a normal number up to here
])

/** 1 / (1 + exp(−x)), for negative x as exp(x) / (1 + exp(x)): no overflow. Within 2 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(TABLE, 1)
  const e = expNegative(v128.or(x, constant(TABLE, 4)))
  const negative = f32x4.lt(x, constant(TABLE, 4))
  const denominator = f32x4.add(e, one)
  const quotient = f32x4.div(v128.bitselect(e, one, negative), denominator)
  // What rounding took from the denominator.
  const lost = f32x4.sub(e, f32x4.sub(denominator, one))
  return f32x4.sub(quotient, f32x4.mul(quotient, lost))
}

/** x · sigmoid(x) within 2 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const far = f32x4.gt(f32x4.abs(x), constant(TABLE, 5))
  const near = f32x4.div(x, f32x4.add(expOfNegative(x), constant(TABLE, 1)))
  return v128.any_true(far) ? v128.bitselect(farSilu(x), near, far) : near
}

/** silu of eight floats, the steps of `expOfNegative` on two vectors in turn so that one does not wait for the other. */
// @ts-ignore: decorator
@inline
export function siluPair(x: usize, y: usize): void {
  const x0 = v128.load(x)
  const x1 = v128.load(x, 16)
  const limit = constant(TABLE, 5)
  const far0 = f32x4.gt(f32x4.abs(x0), limit)
  const far1 = f32x4.gt(f32x4.abs(x1), limit)
  const shifter = constant(EXP, 1)
  const exponent0 = nmadd(x0, constant(EXP, 0), shifter)
  const exponent1 = nmadd(x1, constant(EXP, 0), shifter)
  const n0 = f32x4.sub(exponent0, shifter)
  const n1 = f32x4.sub(exponent1, shifter)
  let s0 = madd(n0, constant(EXP, 2), x0)
  let s1 = madd(n1, constant(EXP, 2), x1)
  s0 = madd(n0, constant(EXP, 3), s0)
  s1 = madd(n1, constant(EXP, 3), s1)
  let q0 = nmadd(constant(EXP, 10), s0, constant(EXP, 9))
  let q1 = nmadd(constant(EXP, 10), s1, constant(EXP, 9))
  q0 = nmadd(q0, s0, constant(EXP, 8))
  q1 = nmadd(q1, s1, constant(EXP, 8))
  q0 = nmadd(q0, s0, constant(EXP, 7))
  q1 = nmadd(q1, s1, constant(EXP, 7))
  q0 = nmadd(q0, s0, constant(EXP, 6))
  q1 = nmadd(q1, s1, constant(EXP, 6))
  const one = constant(TABLE, 1)
  q0 = nmadd(q0, s0, one)
  q1 = nmadd(q1, s1, one)
  q0 = nmadd(q0, s0, one)
  q1 = nmadd(q1, s1, one)
  q0 = f32x4.mul(q0, i32x4.add(i32x4.shl(exponent0, 23), one))
  q1 = f32x4.mul(q1, i32x4.add(i32x4.shl(exponent1, 23), one))
  let y0 = f32x4.div(x0, f32x4.add(q0, one))
  let y1 = f32x4.div(x1, f32x4.add(q1, one))
  if (v128.any_true(v128.or(far0, far1))) {
    y0 = v128.bitselect(farSilu(x0), y0, far0)
    y1 = v128.bitselect(farSilu(x1), y1, far1)
  }
  v128.store(y, y0)
  v128.store(y, y1, 16)
}

/** For large negative x the product is formed before it is scaled into the subnormals. */
function farSilu(x: v128): v128 {
  const limited = f32x4.pmax(x, constant(TABLE, 3))
  const one = constant(TABLE, 0)
  const denominator = f32x4.add(one, expOfNegativeScaled(f32x4.pmin(limited, constant(TABLE, 2))))
  const y = productAtInfinity(x, f32x4.mul(f32x4.div(limited, denominator), one))
  return v128.bitselect(x, y, f32x4.gt(x, constant(TABLE, 2)))
}
