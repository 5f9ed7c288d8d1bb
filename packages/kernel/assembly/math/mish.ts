import { demote, promoteHigh, promoteLow } from '../lanes'
import { madd64 } from '../madd'
import { productAtInfinity } from './exp'
import { constant64, evenPart, fraction, oddPart, power, wholePart } from './exp64'

const TABLE: usize = memory.data<f64>([
  1.4426950408889634, // 1 / ln 2
])

/** x · tanh(softplus(x)), taken in float64. Within 1 ulp. */
// @ts-ignore: decorator
@inline
export function mish(x: v128): v128 {
  return productAtInfinity(x, demote(product(promoteLow(x)), product(promoteHigh(x))))
}

/** x · w (w + 2) / (w (w + 2) + 2), w = exp(x), two lanes. */
function product(x: v128): v128 {
  // Beyond, the quotient is 1, or the product 0.
  const limited = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-200)), f64x2.splat(40))
  const octaves = f64x2.mul(limited, constant64(TABLE, 0))
  const whole = wholePart(octaves)
  const f = fraction(octaves, whole)
  const even = evenPart(f)
  const odd = oddPart(f)
  const q = f64x2.sub(even, odd)
  const p = f64x2.mul(f64x2.add(even, odd), power(whole))
  const twice = f64x2.add(q, q)
  const n = f64x2.mul(p, f64x2.add(p, twice))
  return f64x2.div(f64x2.mul(x, n), madd64(twice, q, n))
}
