import { elementCount, ModelError, type Layer, type Quantization } from '@dotplus/core'
import { unsupported, type WeightStore } from './context.ts'

/** A kernel as the layer multiplies with it. */
export interface StoredKernel {
  /** Row-major, of the kernel's own shape. */
  readonly values: Float32Array
  readonly shape: readonly number[]
  /** Index of the tensor that products are divided by; undefined when `values` holds the weights themselves. */
  readonly divisor: number | undefined
}

/**
 * A quantized kernel.
 *
 * - int8: integers, the products are divided by the scales.
 * - int4: two in a byte along the last axis of (rows, columns). One scale per column: integers like those of int8, or
 *   their quotients where `divided`; with groups of rows: (stored − zero) · scale.
 * - gptq, awq: (columns, rows), with 4 bits two in a byte along the first axis; (stored − zero) · scale, and AWQ divides
 *   each row by its own scale.
 * - float8: rounded to float8 e4m3 in steps of its scale.
 *
 * @param shape the kernel's shape before it was packed
 * @throws {ModelError} when the tensors do not fit each other
 * @see keras/src/layers/core/dense.py
 */
export function quantizedKernel(
  layer: Layer,
  weights: WeightStore,
  quantization: Quantization,
  kernel: number,
  shape: readonly number[],
  divided: boolean,
): StoredKernel {
  const { mode, scale, zero } = quantization
  const stored = weights.floats(kernel)
  if (mode === 'int8') {
    return {
      values: stored,
      shape: weights.shape(kernel),
      divisor: required(layer, 'scale', scale),
    }
  }
  if (mode === 'float8') {
    const [step = 1] = weights.floats(required(layer, 'scale', quantization.inputScales[1]))
    return {
      values: stored.map((value) => roundFloat8(Math.fround(value / step)) * step),
      shape: weights.shape(kernel),
      divisor: undefined,
    }
  }
  if (mode === 'int4') {
    const matrix = unpackedColumns(layer, weights, kernel, shape)
    const index = required(layer, 'scale', scale)
    if (zero !== undefined) {
      const values = ungrouped(layer, weights, quantization, matrix, false)
      return { values, shape, divisor: undefined }
    }
    const scales = weights.floats(index)
    expectSize(layer, 'scales of the kernel', matrix.columns, scales.length)
    if (!divided) return { values: matrix.values, shape, divisor: index }
    const values = matrix.values.map((value, i) => value / (scales[i % matrix.columns] as number))
    return { values, shape, divisor: undefined }
  }
  if (mode === 'gptq' || mode === 'awq') {
    const matrix = unpackedRows(layer, weights, quantization, kernel, shape)
    return {
      values: ungrouped(layer, weights, quantization, matrix, true),
      shape,
      divisor: undefined,
    }
  }
  throw unsupported(layer, 'quantization', mode)
}

/** Integers of a kernel laid out as (rows, columns): inputs by outputs. */
interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

function required(layer: Layer, what: string, index: number | undefined): number {
  if (index === undefined)
    throw new ModelError(`the quantized layer has no ${what}`, { layer: layer.name })
  return index
}

function expectSize(layer: Layer, what: string, expected: number, got: number): void {
  if (expected !== got)
    throw new ModelError(`number of ${what}`, {
      layer: layer.name,
      expected: `${expected}`,
      got: `${got}`,
    })
}

/** The number of a nibble of int4: two's complement. */
const signed = (nibble: number): number => (nibble ^ 8) - 8

/** (rows, ceil(columns / 2)) bytes, the even column in the lower half. */
function unpackedColumns(
  layer: Layer,
  weights: WeightStore,
  kernel: number,
  shape: readonly number[],
): Matrix {
  const [rows = 0, packed = 0] = weights.shape(kernel)
  const columns = rows === 0 ? 0 : elementCount(shape) / rows
  expectSize(layer, 'packed columns of the kernel', Math.ceil(columns / 2), packed)
  const stored = weights.floats(kernel)
  const values = Float32Array.from({ length: rows * columns }, (_, i) => {
    const column = i % columns
    const byte = stored[((i - column) / columns) * packed + (column >> 1)] as number
    return signed((column & 1 ? byte >> 4 : byte) & 15)
  })
  return { rows, columns, values }
}

/** (columns, rows) or, with 4 bits, (ceil(columns / 2), rows) bytes, the even column in the lower half. */
function unpackedRows(
  layer: Layer,
  weights: WeightStore,
  { scale, bits }: Quantization,
  kernel: number,
  shape: readonly number[],
): Matrix {
  const [packed = 0, rows = 0] = weights.shape(kernel)
  const [columns = 0] = weights.shape(required(layer, 'scale', scale))
  const isByte = bits === 8
  expectSize(layer, 'weights of the kernel', elementCount(shape), rows * columns)
  expectSize(
    layer,
    'packed columns of the kernel',
    isByte ? columns : Math.ceil(columns / 2),
    packed,
  )
  const stored = weights.floats(kernel)
  const values = Float32Array.from({ length: rows * columns }, (_, i) => {
    const column = i % columns
    const row = (i - column) / columns
    if (isByte) return stored[column * rows + row] as number
    const byte = stored[(column >> 1) * rows + row] as number
    return (column & 1 ? byte >> 4 : byte) & 15
  })
  return { rows, columns, values }
}

/**
 * (stored − zero) · scale with the scales of each row's group.
 *
 * @param columnsFirst scales are (columns, groups) instead of (groups, columns)
 */
function ungrouped(
  layer: Layer,
  weights: WeightStore,
  { scale, zero, groupIndex, inputScales, mode }: Quantization,
  { rows, columns, values }: Matrix,
  columnsFirst: boolean,
): Float32Array {
  const scales = weights.floats(required(layer, 'scale', scale))
  const zeros = weights.floats(required(layer, 'zero point', zero))
  const groupOf = weights.floats(required(layer, 'group index', groupIndex))
  const groups = columns === 0 ? 0 : scales.length / columns
  expectSize(layer, 'zero points', scales.length, zeros.length)
  expectSize(layer, 'group indices', rows, groupOf.length)
  const [rowScales] = mode === 'awq' ? inputScales.map((index) => weights.floats(index)) : []
  return values.map((value, i) => {
    const column = i % columns
    const row = (i - column) / columns
    const group = groupOf[row] as number
    if (!Number.isInteger(group) || group < 0 || group >= groups)
      throw new ModelError('group index', {
        layer: layer.name,
        expected: `an integer below ${groups}`,
        got: `${group}`,
      })
    const at = columnsFirst ? column * groups + group : group * columns + column
    const weight = Math.fround((value - (zeros[at] as number)) * (scales[at] as number))
    return rowScales ? weight / (rowScales[row] as number) : weight
  })
}

const largestFloat8 = 448
const smallestNormalFloat8 = 2 ** -6

/** The nearest float8 e4m3fn, ties to even, clipped to its range. */
export function roundFloat8(value: number): number {
  const size = Math.min(Math.abs(value), largestFloat8)
  if (!(size > 0)) return value
  // A sum with 2^43 leaves multiples of 2^-9, the step of subnormals; above them the step is 2^-3 of the power of two.
  if (size < smallestNormalFloat8) return Math.sign(value) * (size + 2 ** 43 - 2 ** 43)
  const magnified = size * (2 ** 49 + 1)
  return Math.sign(value) * (magnified - (magnified - size))
}

/** The table of a quantized embedding: (rows, columns) with a scale per row, or per row and group of columns. */
export function quantizedTable(
  layer: Layer,
  weights: WeightStore,
  quantization: Quantization,
  table: number,
  [rows, columns]: readonly [rows: number, columns: number],
): Float32Array {
  const { mode, zero } = quantization
  if (mode !== 'int8' && mode !== 'int4') throw unsupported(layer, 'quantization', mode)
  const values = tableIntegers(layer, weights, mode, table, [rows, columns])
  const scales = weights.floats(required(layer, 'scale', quantization.scale))
  if (mode === 'int8' || zero === undefined) {
    expectSize(layer, 'scales of the table', rows, scales.length)
    return values.map((value, i) => value / (scales[Math.floor(i / columns)] as number))
  }
  // Grouped along the columns: the transposed table is (columns, rows) with groups of its rows.
  const matrix = { rows: columns, columns: rows, values: transposed(values, rows, columns) }
  return transposed(ungrouped(layer, weights, quantization, matrix, true), columns, rows)
}

function tableIntegers(
  layer: Layer,
  weights: WeightStore,
  mode: string,
  table: number,
  shape: readonly [number, number],
): Float32Array {
  if (mode === 'int8') {
    const stored = weights.floats(table)
    expectSize(layer, 'elements of the table', elementCount(shape), stored.length)
    return stored
  }
  const matrix = unpackedColumns(layer, weights, table, shape)
  expectSize(layer, 'rows of the table', shape[0], matrix.rows)
  return matrix.values
}

/**
 * The kernel (inner, units) of a ReversibleEmbedding's way back: tied to the table (units, inner), or one of its own,
 * which int4 packs along its rows.
 */
export function quantizedReverse(
  layer: Layer,
  weights: WeightStore,
  quantization: Quantization,
  table: number,
  own: number | undefined,
  [inner, units]: readonly [inner: number, units: number],
): StoredKernel {
  const { mode, zero } = quantization
  const shape = [inner, units]
  const integers = ((): Float32Array => {
    if (own === undefined)
      return transposed(tableIntegers(layer, weights, mode, table, [units, inner]), units, inner)
    if (mode === 'int8') return weights.floats(own)
    const [packed = 0] = weights.shape(own)
    expectSize(layer, 'packed rows of the reverse kernel', Math.ceil(inner / 2), packed)
    const stored = weights.floats(own)
    return Float32Array.from({ length: inner * units }, (_, i) => {
      const row = Math.floor(i / units)
      const byte = stored[(row >> 1) * units + (i % units)] as number
      return signed((row & 1 ? byte >> 4 : byte) & 15)
    })
  })()
  expectSize(layer, 'elements of the reverse kernel', inner * units, integers.length)
  if (mode === 'int8' || zero === undefined)
    return { values: integers, shape, divisor: required(layer, 'scale', quantization.scale) }
  const matrix = { rows: inner, columns: units, values: integers }
  const values = ungrouped(layer, weights, quantization, matrix, own === undefined)
  return { values, shape, divisor: undefined }
}

/** A table (rows, columns) as (columns, rows). */
export function transposed(table: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(table.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = table[row * columns + column] as number
  return result
}
