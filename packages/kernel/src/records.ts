import { start, startRowMap, type Program, type RowMap } from './program.ts'
import * as L from './wasm/layout.ts'

/** Elementwise functions of two operands; NaN in either gives NaN. */
export type BinaryName =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'minimum'
  | 'maximum'
  | 'squared_difference'
  | 'int_add'
  | 'int_subtract'
  | 'int_multiply'
  | 'int_minimum'
  | 'int_maximum'
  | 'equal'
  | 'not_equal'
  | 'less'
  | 'less_equal'
  | 'int_equal'
  | 'int_not_equal'
  | 'int_less'
  | 'int_less_equal'
  | 'power'
  | 'floor_divide'
  | 'modulo'
  | 'remainder'
  | 'atan2'
  | 'hypot'
  | 'logaddexp'
  | 'logaddexp2'

const binaryCodes: Readonly<Record<BinaryName, number>> = {
  add: L.ADD,
  subtract: L.SUBTRACT,
  multiply: L.MULTIPLY,
  divide: L.DIVIDE,
  minimum: L.MINIMUM,
  maximum: L.MAXIMUM,
  squared_difference: L.SQUARED_DIFFERENCE,
  int_add: L.INT_ADD,
  int_subtract: L.INT_SUBTRACT,
  int_multiply: L.INT_MULTIPLY,
  int_minimum: L.INT_MINIMUM,
  int_maximum: L.INT_MAXIMUM,
  equal: L.EQUAL,
  not_equal: L.NOT_EQUAL,
  less: L.LESS,
  less_equal: L.LESS_EQUAL,
  int_equal: L.INT_EQUAL,
  int_not_equal: L.INT_NOT_EQUAL,
  int_less: L.INT_LESS,
  int_less_equal: L.INT_LESS_EQUAL,
  power: L.POWER,
  floor_divide: L.FLOOR_DIVIDE,
  modulo: L.MODULO,
  remainder: L.REMAINDER,
  atan2: L.ATAN2,
  hypot: L.HYPOT,
  logaddexp: L.LOG_ADD_EXP,
  logaddexp2: L.LOG_ADD_EXP2,
}

/**
 * How an operand spans (rows, width): `full` all of it, `row` (width) the same in every row,
 * `column` (rows) one element per row, `scalar` one element.
 */
export type OperandKind = 'full' | 'row' | 'column' | 'scalar'

const operandKinds: Readonly<Record<OperandKind, number>> = {
  full: L.FULL,
  row: L.ROW,
  column: L.COLUMN,
  scalar: L.SCALAR,
}

/** y (rows, width) = a ∘ b. y may equal an operand that is `full`. */
export function writeBinary(
  program: Program,
  index: number,
  op: {
    operation: BinaryName
    rows: number
    width: number
    a: number
    aKind?: OperandKind
    aAdvance?: number
    b: number
    bKind?: OperandKind
    bAdvance?: number
    y: number
    yAdvance?: number
  },
): void {
  const at = start(program, index, L.BINARY, op.rows)
  const { u32 } = program
  const aKind = op.aKind ?? 'full'
  const bKind = op.bKind ?? 'full'
  u32[at + L.BINARY_WIDTH] = op.width
  u32[at + L.BINARY_A] = op.a
  u32[at + L.BINARY_A_ADVANCE] = op.aAdvance ?? operandAdvance(aKind, op.width)
  u32[at + L.BINARY_B] = op.b
  u32[at + L.BINARY_B_ADVANCE] = op.bAdvance ?? operandAdvance(bKind, op.width)
  u32[at + L.BINARY_Y] = op.y
  u32[at + L.BINARY_Y_ADVANCE] = op.yAdvance ?? op.width * 4
  u32[at + L.BINARY_OPERATION] = binaryCodes[op.operation]
  u32[at + L.BINARY_A_KIND] = operandKinds[aKind]
  u32[at + L.BINARY_B_KIND] = operandKinds[bKind]
}

/** y = x · scale + offset, rounded after each step. */
export function writeAffine(
  program: Program,
  index: number,
  op: RowMap & { scale: number; offset: number },
): void {
  const at = startRowMap(program, index, L.AFFINE, op)
  program.f32[at + L.AFFINE_SCALE] = op.scale
  program.f32[at + L.AFFINE_OFFSET] = op.offset
}

/**
 * y[row, i] = x[row, i] · scale[i] + offset[i]; `scale` and `offset` are addresses of `width` floats, or of doubles where
 * `wide`: then y is rounded once.
 */
export function writeScaleShift(
  program: Program,
  index: number,
  op: RowMap & { scale: number; offset: number; wide?: boolean },
): void {
  const at = startRowMap(program, index, L.SCALE_SHIFT, op)
  program.u32[at + L.SCALE_SHIFT_WIDE] = Number(op.wide ?? false)
  program.u32[at + L.SCALE_SHIFT_SCALE] = op.scale
  program.u32[at + L.SCALE_SHIFT_OFFSET] = op.offset
}

/** y = relu(x) − alpha[i mod period] · relu(−x). `alpha` is the address of `period` floats; period divides width. */
export function writePrelu(
  program: Program,
  index: number,
  op: RowMap & { alpha: number; period: number },
): void {
  const at = startRowMap(program, index, L.PRELU, op)
  program.u32[at + L.PRELU_ALPHA] = op.alpha
  program.u32[at + L.PRELU_PERIOD] = op.period
}

/** y (rows, width) = value. */
export function writeFill(
  program: Program,
  index: number,
  op: {
    rows: number
    width: number
    y: number
    yAdvance?: number
    value: number
    dtype?: 'float32' | 'int32' | 'bool'
  },
): void {
  const at = start(program, index, L.FILL, op.rows)
  program.u32[at + L.FILL_WIDTH] = op.width
  program.u32[at + L.FILL_Y] = op.y
  program.u32[at + L.FILL_Y_ADVANCE] = op.yAdvance ?? op.width * 4
  const words = op.dtype === undefined || op.dtype === 'float32' ? program.f32 : program.u32
  words[at + L.FILL_VALUE] = op.value
}

function operandAdvance(kind: OperandKind, width: number): number {
  if (kind === 'full') return width * 4
  return kind === 'column' ? 4 : 0
}

/** Which statistics of a row NORMALIZE uses, see `wasm/layout.ts`. */
export type Statistics = 'standardize' | 'deviation_only' | 'root_mean_square' | 'unit_norm'

const statisticsCodes: Readonly<Record<Statistics, number>> = {
  standardize: L.STANDARDIZE,
  deviation_only: L.DEVIATION_ONLY,
  root_mean_square: L.ROOT_MEAN_SQUARE,
  unit_norm: L.UNIT_NORM,
}

/**
 * y = (x − mean) · scale · gamma + beta with the statistics of each row; `gamma` and `beta` are addresses of (`period`,
 * `width`) floats, whose rows the rows of x take in turn.
 */
export function writeNormalize(
  program: Program,
  index: number,
  op: RowMap & {
    statistics: Statistics
    epsilon: number
    gamma?: number | undefined
    beta?: number | undefined
    period?: number
  },
): void {
  const at = startRowMap(program, index, L.NORMALIZE, op)
  program.u32[at + L.NORMALIZE_PERIOD] = op.period ?? 1
  program.u32[at + L.NORMALIZE_GAMMA] = op.gamma ?? 0
  program.u32[at + L.NORMALIZE_BETA] = op.beta ?? 0
  program.u32[at + L.NORMALIZE_STATISTICS] = statisticsCodes[op.statistics]
  program.f32[at + L.NORMALIZE_EPSILON] = op.epsilon
}

/** Reductions, all in float64 and rounded once. */
export type ReductionName =
  | 'sum'
  | 'mean'
  | 'prod'
  | 'max'
  | 'min'
  | 'var'
  | 'std'
  | 'root_of_squares'
  | 'sum_of_magnitudes'

const reductionCodes: Readonly<Record<ReductionName, number>> = {
  sum: L.SUM,
  mean: L.MEAN,
  prod: L.PRODUCT,
  max: L.LARGEST,
  min: L.LEAST,
  var: L.VARIANCE,
  std: L.STANDARD_DEVIATION,
  root_of_squares: L.ROOT_OF_SQUARES,
  sum_of_magnitudes: L.SUM_OF_MAGNITUDES,
}

/** y (rows, width) = reduction over `count` of x (rows, count, width). */
export function writeReduce(
  program: Program,
  index: number,
  op: {
    reduction: ReductionName
    rows: number
    count: number
    width: number
    x: number
    xAdvance?: number
    y: number
    yAdvance?: number
  },
): void {
  const at = start(program, index, L.REDUCE, op.rows)
  const { u32 } = program
  u32[at + L.REDUCE_COUNT] = op.count
  u32[at + L.REDUCE_WIDTH] = op.width
  u32[at + L.REDUCE_X] = op.x
  u32[at + L.REDUCE_X_ADVANCE] = op.xAdvance ?? op.count * op.width * 4
  u32[at + L.REDUCE_Y] = op.y
  u32[at + L.REDUCE_Y_ADVANCE] = op.yAdvance ?? op.width * 4
  u32[at + L.REDUCE_KIND] = reductionCodes[op.reduction]
}

/**
 * y (m, n) = a (m, k) · b (k, n) for each of `count` matrices. `axes` is the address of `rank` lengths, whose product is
 * `count`, then the byte strides of a, b and y along them. `scratch`: what `packedDenseBytes(k, n)` says.
 */
export function writeMatmul(
  program: Program,
  index: number,
  op: {
    count: number
    m: number
    k: number
    n: number
    a: number
    aStride: number
    b: number
    bStrides: readonly [k: number, n: number]
    y: number
    yStride: number
    scratch: number
    rank: number
    axes: number
  },
): void {
  const at = start(program, index, L.MATMUL, op.count)
  const { u32 } = program
  u32[at + L.MATMUL_M] = op.m
  u32[at + L.MATMUL_K] = op.k
  u32[at + L.MATMUL_N] = op.n
  u32[at + L.MATMUL_A] = op.a
  u32[at + L.MATMUL_A_STRIDE] = op.aStride
  u32[at + L.MATMUL_B] = op.b
  u32[at + L.MATMUL_B_K] = op.bStrides[0]
  u32[at + L.MATMUL_B_N] = op.bStrides[1]
  u32[at + L.MATMUL_Y] = op.y
  u32[at + L.MATMUL_Y_STRIDE] = op.yStride
  u32[at + L.MATMUL_SCRATCH] = op.scratch
  u32[at + L.MATMUL_RANK] = op.rank
  u32[at + L.MATMUL_AXES] = op.axes
}

/** Longest dot product that the exact build sums in float64, see assembly/dense/packing.ts. */
export const doubleInner = 11

/** Bytes of `scratch` for a product over `inner` with `units` columns: at least `packedDenseBytes` of the kernel. */
export function matmulScratchBytes(inner: number, units: number): number {
  return Math.ceil(units / 4) * 4 * (inner + 1) * (inner <= doubleInner ? 8 : 4)
}

/** An operand of {@link writeWhere}. */
export interface SpanningAddress {
  address: number
  kind: OperandKind
  advance: number
}

/** y (rows, width) = condition ≠ 0 ? a : b; y may equal an operand that is `full`. */
export function writeWhere(
  program: Program,
  index: number,
  op: {
    rows: number
    width: number
    condition: SpanningAddress
    a: SpanningAddress
    b: SpanningAddress
    y: number
    yAdvance: number
  },
): void {
  const at = start(program, index, L.WHERE, op.rows)
  const { u32 } = program
  u32[at + L.WHERE_WIDTH] = op.width
  u32[at + L.WHERE_CONDITION] = op.condition.address
  u32[at + L.WHERE_CONDITION_ADVANCE] = op.condition.advance
  u32[at + L.WHERE_A] = op.a.address
  u32[at + L.WHERE_A_ADVANCE] = op.a.advance
  u32[at + L.WHERE_B] = op.b.address
  u32[at + L.WHERE_B_ADVANCE] = op.b.advance
  u32[at + L.WHERE_Y] = op.y
  u32[at + L.WHERE_Y_ADVANCE] = op.yAdvance
  u32[at + L.WHERE_KINDS] =
    operandKinds[op.condition.kind] |
    (operandKinds[op.a.kind] << 2) |
    (operandKinds[op.b.kind] << 4)
}

/** y[row, i] = x[row, i] where t − below ≤ i ≤ t + above, t = row mod period; else value. */
export function writeBand(
  program: Program,
  index: number,
  op: RowMap & { period: number; below: number; above: number; value: number },
): void {
  const at = startRowMap(program, index, L.BAND, op)
  program.u32[at + L.BAND_PERIOD] = op.period
  program.u32[at + L.BAND_BELOW] = op.below
  program.u32[at + L.BAND_ABOVE] = op.above
  program.f32[at + L.BAND_VALUE] = op.value
}
