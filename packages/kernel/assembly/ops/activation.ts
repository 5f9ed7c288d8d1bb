import * as L from '../../src/wasm/layout'
import { Absolute, Ceil, Erf, Expm1, Floor, Log, Log1p, Negative, Reciprocal, Round, Rsqrt, Sign, Sqrt, Square, Trunc } from '../activations/arithmetic'
import { FloatToBool, FloatToInt, IntToBool, IntToFloat, LogicalNot, RoundBfloat16, RoundFloat8, RoundFloat16 } from '../activations/conversion'
import { Celu, Elu, Exponential, Gelu, GeluTanh, LogSigmoid, Mish, Selu, Sigmoid, Silu, Softplus, Tanh, TanhShrink } from '../activations/exponential'
import { map, mapLong, mapPairs } from '../activations/map'
import { wideMap } from '../activations/wide'
import { FAST } from '../madd'
import { HardShrink, HardSigmoid, HardSigmoidSlope, HardSilu, HardTanh, LeakyRelu, Linear, Relu, Relu6, ReluGeneral, SoftShrink, Softsign, SparsePlus, SparseSigmoid, Squareplus, Threshold } from '../activations/piecewise'

/** y[row, i] = activation(x[row, i]). */
export function activation(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.ACTIVATION_WIDTH << 2)
  const x = load<u32>(record, L.ACTIVATION_X << 2) + row * load<u32>(record, L.ACTIVATION_X_ADVANCE << 2)
  const y = load<u32>(record, L.ACTIVATION_Y << 2) + row * load<u32>(record, L.ACTIVATION_Y_ADVANCE << 2)
  const code = load<u32>(record, L.ACTIVATION_CODE << 2)
  activate(code, rows * width, x, y, record + (L.ACTIVATION_PARAMETERS << 2))
}

/** Applies the activation to `count` floats; x may be y. */
export function activate(code: u32, count: usize, x: usize, y: usize, parameters: usize): void {
  switch (code) {
    case L.LINEAR: return map<Linear>(count, x, y, parameters)
    case L.RELU: return map<Relu>(count, x, y, parameters)
    case L.RELU6: return map<Relu6>(count, x, y, parameters)
    case L.LEAKY_RELU: return map<LeakyRelu>(count, x, y, parameters)
    case L.RELU_GENERAL: return mapLong<ReluGeneral>(count, x, y, parameters)
    case L.HARD_TANH: return map<HardTanh>(count, x, y, parameters)
    case L.HARD_SIGMOID: return map<HardSigmoid>(count, x, y, parameters)
    case L.HARD_SIGMOID_SLOPE: return mapLong<HardSigmoidSlope>(count, x, y, parameters)
    case L.HARD_SILU: return map<HardSilu>(count, x, y, parameters)
    case L.HARD_SHRINK: return map<HardShrink>(count, x, y, parameters)
    case L.SOFT_SHRINK: return map<SoftShrink>(count, x, y, parameters)
    case L.THRESHOLD: return map<Threshold>(count, x, y, parameters)
    case L.SOFTSIGN: return map<Softsign>(count, x, y, parameters)
    case L.SPARSE_PLUS: return map<SparsePlus>(count, x, y, parameters)
    case L.SPARSE_SIGMOID: return map<SparseSigmoid>(count, x, y, parameters)
    case L.SQUAREPLUS: return mapLong<Squareplus>(count, x, y, parameters)
    case L.EXPONENTIAL: return mapLong<Exponential>(count, x, y, parameters)
    case L.ELU: return mapLong<Elu>(count, x, y, parameters)
    case L.SELU: return mapLong<Selu>(count, x, y, parameters)
    case L.CELU: return mapLong<Celu>(count, x, y, parameters)
    case L.SIGMOID: return mapLong<Sigmoid>(count, x, y, parameters)
    case L.LOG_SIGMOID: return mapLong<LogSigmoid>(count, x, y, parameters)
    case L.SILU: return mapPairs<Silu>(count, x, y, parameters)
    case L.TANH: return mapLong<Tanh>(count, x, y, parameters)
    case L.TANH_SHRINK: return mapLong<TanhShrink>(count, x, y, parameters)
    case L.SOFTPLUS: return mapLong<Softplus>(count, x, y, parameters)
    case L.GELU: return mapLong<Gelu>(count, x, y, parameters)
    case L.GELU_TANH: return mapLong<GeluTanh>(count, x, y, parameters)
    case L.MISH: return mapLong<Mish>(count, x, y, parameters)
    default: return compute(code, count, x, y, parameters)
  }
}

/** Applies a function of keras.ops that is no activation, or a conversion, which dense networks do not have. */
function compute(code: u32, count: usize, x: usize, y: usize, parameters: usize): void {
  // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
  if (DENSE_ONLY) unreachable()
  // @ts-ignore: the same
  if (!DENSE_ONLY) {
    if (code >= <u32>L.WIDE_FUNCTION) {
      if (FAST) return activate(code - L.WIDE_FUNCTION, count, x, y, parameters)
      return wideMap(code - L.WIDE_FUNCTION, count, x, y, parameters)
    }
  }
  switch (code) {
    case L.NEGATIVE: return map<Negative>(count, x, y, parameters)
    case L.ABSOLUTE: return map<Absolute>(count, x, y, parameters)
    case L.SIGN: return map<Sign>(count, x, y, parameters)
    case L.SQUARE: return map<Square>(count, x, y, parameters)
    case L.SQRT: return map<Sqrt>(count, x, y, parameters)
    case L.RSQRT: return map<Rsqrt>(count, x, y, parameters)
    case L.RECIPROCAL: return map<Reciprocal>(count, x, y, parameters)
    case L.FLOOR: return map<Floor>(count, x, y, parameters)
    case L.CEIL: return map<Ceil>(count, x, y, parameters)
    case L.ROUND: return map<Round>(count, x, y, parameters)
    case L.TRUNC: return map<Trunc>(count, x, y, parameters)
    case L.EXPM1: return mapLong<Expm1>(count, x, y, parameters)
    case L.LOG: return mapLong<Log>(count, x, y, parameters)
    case L.LOG1P: return mapLong<Log1p>(count, x, y, parameters)
    case L.ERF: return mapLong<Erf>(count, x, y, parameters)
    case L.INT_TO_FLOAT: return map<IntToFloat>(count, x, y, parameters)
    case L.FLOAT_TO_INT: return map<FloatToInt>(count, x, y, parameters)
    case L.FLOAT_TO_BOOL: return map<FloatToBool>(count, x, y, parameters)
    case L.INT_TO_BOOL: return map<IntToBool>(count, x, y, parameters)
    case L.LOGICAL_NOT: return map<LogicalNot>(count, x, y, parameters)
    case L.ROUND_FLOAT16: return map<RoundFloat16>(count, x, y, parameters)
    case L.ROUND_BFLOAT16: return map<RoundBfloat16>(count, x, y, parameters)
    case L.ROUND_FLOAT8: return map<RoundFloat8>(count, x, y, parameters)
    default: unreachable()
  }
}
