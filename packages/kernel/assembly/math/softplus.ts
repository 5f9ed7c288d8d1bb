import { expNegative } from './exp'
import { log1pUnit } from './log'

/** log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|)), within 2 ulp. */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const tail = log1pUnit(expNegative(f32x4.neg(f32x4.abs(x))))
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), tail)
}
