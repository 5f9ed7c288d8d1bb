import { madd } from '../madd'
import { constant } from './constant'
import { expNormal } from './exp'

const TABLE: usize = memory.data<f32>([
  1,
  0.85, // below: odd polynomial
  4, // above: 1
  // (erf(x) − x) / x in x², |x| ≤ 0.85
  0.12837916094311302, -0.3761257666412978, 0.11282770107116576, -0.02680457024706498,
  0.0050542705612731, -0.0006332611643272249,
  // log(1 − erf(x)) / x in x, 0.85 ≤ x ≤ 4
  -1.1285268881092474, -0.6356760686813643, -0.10531731866664995, 0.02292540429703909,
  -0.0032259673500096182, 0.00021531611700981255,
])

/** Within 1.5 ulp. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const z = f32x4.mul(x, x)
  let p = madd(constant(TABLE, 8), z, constant(TABLE, 7))
  p = madd(p, z, constant(TABLE, 6))
  p = madd(p, z, constant(TABLE, 5))
  p = madd(p, z, constant(TABLE, 4))
  p = madd(p, z, constant(TABLE, 3))
  const small = madd(p, x, x)

  const magnitude = f32x4.abs(x)
  const a = f32x4.pmin(magnitude, constant(TABLE, 2))
  let q = madd(constant(TABLE, 14), a, constant(TABLE, 13))
  q = madd(q, a, constant(TABLE, 12))
  q = madd(q, a, constant(TABLE, 11))
  q = madd(q, a, constant(TABLE, 10))
  q = madd(q, a, constant(TABLE, 9))
  const one = f32x4.sub(constant(TABLE, 0), expNormal(f32x4.mul(q, a)))
  const large = v128.or(one, v128.xor(x, magnitude))
  return v128.bitselect(small, large, f32x4.lt(magnitude, constant(TABLE, 1)))
}
