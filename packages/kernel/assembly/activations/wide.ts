import * as L from '../../src/wasm/layout'
import { erfc } from '../math/error-function'
import { float64 } from '../math/float64'
import { expm1Pair, expPair, sigmoidPair, tanhPair } from '../math/pairs'

/** y[i] = F(x[i]) in float64, rounded once, for `count` floats; x may be y. `code`: one of those below. */
export function wideMap(code: u32, count: usize, x: usize, y: usize, parameters: usize): void {
  const p = f64x2.splat(<f64>load<f32>(parameters))
  for (; count > 1; count -= 2) {
    v128.store64_lane(y, f32x4.demote_f64x2_zero(wide(code, f64x2.promote_low_f32x4(v128.load64_zero(x)), p)), 0)
    x += 8
    y += 8
  }
  if (count) v128.store32_lane(y, f32x4.demote_f64x2_zero(wide(code, f64x2.promote_low_f32x4(v128.load32_zero(x)), p)), 0)
}

/** F(x) of two doubles. */
export function wide(code: u32, x: v128, p: v128): v128 {
  switch (code) {
    case L.RELU: return f64x2.pmax(x, f64x2.splat(0))
    case L.LEAKY_RELU: return positiveOr(x, x, f64x2.mul(x, p))
    case L.EXPONENTIAL: return expPair(x)
    case L.EXPM1: return expm1Pair(x)
    case L.SIGMOID: return sigmoidPair(x)
    case L.TANH: return tanhPair(x)
    case L.SILU: return f64x2.mul(x, sigmoidPair(x))
    case L.ELU: return positiveOr(x, x, f64x2.mul(p, expm1Pair(x)))
    case L.SELU:
      return positiveOr(x, f64x2.mul(x, f64x2.splat(1.0507009873554805)), f64x2.mul(f64x2.splat(1.7580993408473766), expm1Pair(x)))
    case L.CELU: return positiveOr(x, x, f64x2.mul(p, expm1Pair(f64x2.div(x, p))))
    case L.SOFTPLUS: return softplus(x)
    case L.LOG_SIGMOID: return f64x2.neg(softplus(f64x2.neg(x)))
    case L.GELU_TANH: {
      // 2 · √(2 / π), and 0.044715 times that
      const slope = f64x2.add(f64x2.splat(1.5957691216057308), f64x2.mul(f64x2.splat(0.07135481627260025), f64x2.mul(x, x)))
      return f64x2.mul(x, sigmoidPair(f64x2.mul(x, slope)))
    }
    case L.MISH: {
      const w = expPair(f64x2.pmin(x, f64x2.splat(40)))
      const n = f64x2.mul(w, f64x2.add(w, f64x2.splat(2)))
      return f64x2.mul(x, f64x2.div(n, f64x2.add(n, f64x2.splat(2))))
    }
    case L.SOFTSIGN: return f64x2.div(x, f64x2.add(f64x2.abs(x), f64x2.splat(1)))
    case L.HARD_SIGMOID: return hardSigmoid(x)
    case L.HARD_SILU: return f64x2.mul(x, hardSigmoid(x))
    case L.RSQRT: return f64x2.div(f64x2.splat(1), f64x2.sqrt(x))
    case L.GELU: return pair(gelu(f64x2.extract_lane(x, 0)), gelu(f64x2.extract_lane(x, 1)))
    default: return pair(float64(code, f64x2.extract_lane(x, 0), 0), float64(code, f64x2.extract_lane(x, 1), 0))
  }
}

// @ts-ignore: decorator
@inline
function pair(first: f64, second: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(first), 1, second)
}

// @ts-ignore: decorator
@inline
function positiveOr(x: v128, above: v128, below: v128): v128 {
  return v128.bitselect(above, below, f64x2.gt(x, f64x2.splat(0)))
}

// @ts-ignore: decorator
@inline
function hardSigmoid(x: v128): v128 {
  const y = f64x2.pmin(f64x2.pmax(f64x2.add(x, f64x2.splat(3)), f64x2.splat(0)), f64x2.splat(6))
  return f64x2.div(y, f64x2.splat(6))
}

/** max(x, 0) + log(1 + exp(−|x|)). */
function softplus(x: v128): v128 {
  const e = expPair(f64x2.neg(f64x2.abs(x)))
  const logarithm = pair(NativeMath.log1p(f64x2.extract_lane(e, 0)), NativeMath.log1p(f64x2.extract_lane(e, 1)))
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), logarithm)
}

function gelu(x: f64): f64 {
  return 0.5 * x * erfc(-x * NativeMath.SQRT1_2)
}
