import * as L from './wasm/layout.ts'
import { linear, type Activation } from './wasm/activations.ts'

export * from './wasm/activations.ts'

/**
 * A program: op records in WebAssembly linear memory, executed by one call of
 * `run(program, count)`. The layout of every record is in `wasm/layout.ts`; the functions here each
 * write one record. All addresses, strides and advances are bytes.
 *
 * An `…Advance` is what its address moves by per row inside a loop (see {@link writeLoop}): the row
 * stride for a tensor that spans all rows (the default), 0 for a buffer that only holds one tile.
 */
export interface Program {
  readonly u32: Uint32Array
  readonly f32: Float32Array
}

export const recordBytes: number = L.RECORD_BYTES

/** A program of `count` records which starts at byte `address` (64-byte aligned) of `buffer`. */
export function programAt(buffer: ArrayBufferLike, address: number, count: number): Program {
  const words = (count * L.RECORD_BYTES) / 4
  return {
    u32: new Uint32Array(buffer, address, words),
    f32: new Float32Array(buffer, address, words),
  }
}

/**
 * Runs the next `body` records once for each tile of at most `tileRows` rows out of `rows`.
 * The body holds no further loop; its records' own `rows` are ignored.
 */
export function writeLoop(
  program: Program,
  index: number,
  op: { rows: number; tileRows: number; body: number },
): void {
  const at = start(program, index, L.LOOP, op.rows)
  program.u32[at + L.LOOP_TILE_ROWS] = op.tileRows
  program.u32[at + L.LOOP_BODY] = op.body
}

/**
 * y (rows, units) = activation(x (rows, inner) · weights (inner, units) + bias (units) + residual (rows, units)).
 * `weights` is the address of what `packDense` wrote, which holds the bias too. Rows of `residual` are `yStride` apart.
 */
export function writeDense(
  program: Program,
  index: number,
  op: {
    rows: number
    inner: number
    units: number
    x: number
    xStride?: number
    xAdvance?: number
    weights: number
    y: number
    yStride?: number
    yAdvance?: number
    activation?: Activation
    residual?: number | undefined
    residualAdvance?: number | undefined
    /** y is the product alone, without bias and activation. */
    bare?: boolean | undefined
  },
): void {
  const at = start(program, index, L.DENSE, op.rows)
  const { u32 } = program
  const xStride = op.xStride ?? op.inner * 4
  const yStride = op.yStride ?? op.units * 4
  u32[at + L.DENSE_INNER] = op.inner
  u32[at + L.DENSE_UNITS] = op.units
  u32[at + L.DENSE_X] = op.x
  u32[at + L.DENSE_X_STRIDE] = xStride
  u32[at + L.DENSE_X_ADVANCE] = op.xAdvance ?? xStride
  u32[at + L.DENSE_WEIGHTS] = op.weights
  u32[at + L.DENSE_Y] = op.y
  u32[at + L.DENSE_Y_STRIDE] = yStride
  u32[at + L.DENSE_Y_ADVANCE] = op.yAdvance ?? yStride
  const { code, parameters } = op.activation ?? linear
  u32[at + L.DENSE_ACTIVATION] = code
  program.f32.set(parameters, at + L.DENSE_PARAMETERS)
  u32[at + L.DENSE_RESIDUAL] = op.residual ?? 0
  u32[at + L.DENSE_RESIDUAL_ADVANCE] = op.residualAdvance ?? yStride
  u32[at + L.DENSE_BARE] = Number(op.bare ?? false)
}

/** What every op that maps rows of `width` floats to rows of `width` floats has. x may equal y. */
export interface RowMap {
  rows: number
  width: number
  x: number
  xAdvance?: number
  y: number
  yAdvance?: number
}

/** y = activation(x), elementwise. */
export function writeActivation(
  program: Program,
  index: number,
  op: RowMap & { activation: Activation },
): void {
  const { code } = op.activation
  const opcode = code < L.FIRST_FLOAT64 || code >= L.WIDE_FUNCTION ? L.ACTIVATION : L.FLOAT64_MAP
  const at = startRowMap(program, index, opcode, op)
  program.u32[at + L.ACTIVATION_CODE] = code
  program.f32.set(op.activation.parameters, at + L.ACTIVATION_PARAMETERS)
}

/** Softmax of each row. */
export function writeSoftmax(
  program: Program,
  index: number,
  op: RowMap & { wide?: boolean | undefined },
): void {
  const at = startRowMap(program, index, L.SOFTMAX, op)
  program.u32[at + L.SOFTMAX_WIDE] = Number(op.wide ?? false)
}

/** Logarithm of the softmax of each row. */
export function writeLogSoftmax(program: Program, index: number, op: RowMap): void {
  startRowMap(program, index, L.LOG_SOFTMAX, op)
}

/** Sparsemax of each row, as keras.ops.sparsemax computes it. `scratch`: `width` floats. */
export function writeSparsemax(
  program: Program,
  index: number,
  op: RowMap & { scratch: number },
): void {
  const at = startRowMap(program, index, L.SPARSEMAX, op)
  program.u32[at + L.SOFTMAX_SCRATCH] = op.scratch
}

/** Copies `widthBytes` bytes of every row: concatenation, slices of the last axes, padding. */
export function writeCopy(
  program: Program,
  index: number,
  op: {
    rows: number
    widthBytes: number
    x: number
    xStride: number
    xAdvance?: number
    y: number
    yStride: number
    yAdvance?: number
  },
): void {
  const at = start(program, index, L.COPY, op.rows)
  const { u32 } = program
  u32[at + L.COPY_WIDTH] = op.widthBytes
  u32[at + L.COPY_X] = op.x
  u32[at + L.COPY_X_STRIDE] = op.xStride
  u32[at + L.COPY_X_ADVANCE] = op.xAdvance ?? op.xStride
  u32[at + L.COPY_Y] = op.y
  u32[at + L.COPY_Y_STRIDE] = op.yStride
  u32[at + L.COPY_Y_ADVANCE] = op.yAdvance ?? op.yStride
}

/**
 * Permutes the axes within every row (4-byte elements). `axes` is the address of a block written by
 * {@link writeTransposeAxes}. A permutation that moves the first axis has `rows: 1`.
 */
export function writeTranspose(
  program: Program,
  index: number,
  op: {
    rows: number
    rank: number
    axes: number
    x: number
    xStride: number
    xAdvance?: number
    y: number
    yStride: number
    yAdvance?: number
  },
): void {
  const at = start(program, index, L.TRANSPOSE, op.rows)
  const { u32 } = program
  u32[at + L.TRANSPOSE_RANK] = op.rank
  u32[at + L.TRANSPOSE_AXES] = op.axes
  u32[at + L.TRANSPOSE_X] = op.x
  u32[at + L.TRANSPOSE_X_STRIDE] = op.xStride
  u32[at + L.TRANSPOSE_X_ADVANCE] = op.xAdvance ?? op.xStride
  u32[at + L.TRANSPOSE_Y] = op.y
  u32[at + L.TRANSPOSE_Y_STRIDE] = op.yStride
  u32[at + L.TRANSPOSE_Y_ADVANCE] = op.yAdvance ?? op.yStride
}

/** Longest `rank` a transpose record takes. */
export const maxTransposeRank = 16

/**
 * Writes the 2 · rank words a transpose record points to. `shape` is x's, and axis i of y is axis
 * `permutation[i]` of x, as in numpy.transpose.
 */
export function writeTransposeAxes(
  words: Uint32Array,
  shape: readonly number[],
  permutation: readonly number[],
): void {
  const rank = shape.length
  const strides = shape.map((_, axis) => 4 * shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  permutation.forEach((axis, i) => {
    words[i] = shape[axis]!
    words[rank + i] = strides[axis]!
  })
}

/** y (rows, width) = x[:, :width] · sigmoid(x[:, width:]), x (rows, 2 · width). x and y do not overlap. */
export function writeGlu(program: Program, index: number, op: RowMap): void {
  startRowMap(program, index, L.GLU, { ...op, xAdvance: op.xAdvance ?? op.width * 8 })
}

/**
 * Clears record `index`, writes opcode and rows, and returns the index of its word 0.
 *
 * @internal
 */
export function start(program: Program, index: number, opcode: number, rows: number): number {
  const at = (index * L.RECORD_BYTES) / 4
  program.u32.fill(0, at, at + L.RECORD_BYTES / 4)
  program.u32[at] = opcode
  program.u32[at + L.ROWS] = rows
  return at
}

/**
 * The words that all row maps share; their places are the same in each of these records.
 *
 * @internal
 */
export function startRowMap(program: Program, index: number, opcode: number, op: RowMap): number {
  const at = start(program, index, opcode, op.rows)
  program.u32[at + L.ACTIVATION_WIDTH] = op.width
  program.u32[at + L.ACTIVATION_X] = op.x
  program.u32[at + L.ACTIVATION_X_ADVANCE] = op.xAdvance ?? op.width * 4
  program.u32[at + L.ACTIVATION_Y] = op.y
  program.u32[at + L.ACTIVATION_Y_ADVANCE] = op.yAdvance ?? op.width * 4
  return at
}
