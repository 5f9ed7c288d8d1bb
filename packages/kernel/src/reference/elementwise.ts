import type { BinaryName, OperandKind } from '../records.ts'
import { sigmoid } from './activation.ts'
import { rounding, type Precision } from './rounding.ts'

interface Shape {
  rows: number
  width: number
}

const operations: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  minimum: Math.min,
  maximum: Math.max,
  squared_difference: (a, b) => (a - b) ** 2,
  int_add: (a, b) => (a + b) | 0,
  int_subtract: (a, b) => (a - b) | 0,
  int_multiply: Math.imul,
  int_minimum: Math.min,
  int_maximum: Math.max,
  equal: (a, b) => Number(a === b),
  not_equal: (a, b) => Number(a !== b),
  less: (a, b) => Number(a < b),
  less_equal: (a, b) => Number(a <= b),
  int_equal: (a, b) => Number(a === b),
  int_not_equal: (a, b) => Number(a !== b),
  int_less: (a, b) => Number(a < b),
  int_less_equal: (a, b) => Number(a <= b),
  power: (a, b) => a ** b,
  floor_divide: (a, b) => Math.floor(a / b),
  modulo: (a, b) => a - b * Math.floor(a / b),
  remainder: (a, b) => a % b,
  atan2: Math.atan2,
  hypot: Math.hypot,
  logaddexp: (a, b) => logAddExp(a, b, Math.E),
  logaddexp2: (a, b) => logAddExp(a, b, 2),
}

/** Logarithm of baseᵃ + baseᵇ. */
function logAddExp(a: number, b: number, base: number): number {
  const scale = base === 2 ? Math.LN2 : 1
  const distance = a === b ? 0 : Math.abs(a - b)
  return Math.max(a, b) + Math.log1p(Math.exp(-distance * scale)) / scale
}

/** y (rows, width) = a ∘ b, operands broadcast by kind. */
export function binary(
  { rows, width }: Shape,
  operation: BinaryName,
  a: { values: ArrayLike<number>; kind: OperandKind },
  b: { values: ArrayLike<number>; kind: OperandKind },
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapShape({ rows, width }, (row, i) => {
    const u = a.values[operandIndex(a.kind, row, i, width)]!
    const v = b.values[operandIndex(b.kind, row, i, width)]!
    if (operation === 'squared_difference') return round(round(u - v) ** 2)
    return round(operations[operation](u, v))
  })
}

function operandIndex(kind: OperandKind, row: number, i: number, width: number): number {
  if (kind === 'full') return row * width + i
  if (kind === 'row') return i
  return kind === 'column' ? row : 0
}

/** y = x · scale + offset; `scale` and `offset` (width) or one number for all. */
export function affine(
  shape: Shape,
  x: ArrayLike<number>, // (rows, width)
  scale: ArrayLike<number> | number,
  offset: ArrayLike<number> | number,
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  const at = (v: ArrayLike<number> | number, i: number) => round(typeof v === 'number' ? v : v[i]!)
  return mapShape(shape, (row, i) =>
    round(round(x[row * shape.width + i]! * at(scale, i)) + at(offset, i)),
  )
}

/** y = relu(x) − alpha[i mod period] · relu(−x). */
export function prelu(
  shape: Shape,
  x: ArrayLike<number>, // (rows, width)
  alpha: ArrayLike<number>, // (period)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapShape(shape, (row, i) => {
    const v = x[row * shape.width + i]!
    return v < 0 ? round(alpha[i % alpha.length]! * v) : v
  })
}

/** y (rows, width) = x[:, :width] · sigmoid(x[:, width:]), in float64; `float32` is that, rounded. */
export function glu(
  shape: Shape,
  x: ArrayLike<number>, // (rows, 2 · width)
  precision: Precision,
): Float64Array {
  const round = rounding(precision)
  return mapShape(shape, (row, i) => {
    const at = row * 2 * shape.width + i
    return round(x[at]! * sigmoid(x[at + shape.width]!))
  })
}

function mapShape({ rows, width }: Shape, value: (row: number, i: number) => number): Float64Array {
  return Float64Array.from({ length: rows * width }, (_, at) =>
    value(Math.floor(at / width), at % width),
  )
}
