import { start, startRowMap, type Activation, type Program, type RowMap } from './program.ts'
import { alignUp } from './memory.ts'
import { matmulScratchBytes } from './records.ts'
import * as L from './wasm/layout.ts'

/**
 * y (rows, width) = table (count, width) at the int32 indices x (rows); negative ones count from the end. An index
 * outside the table traps.
 */
export function writeGather(
  program: Program,
  index: number,
  op: {
    rows: number
    width: number
    x: number
    xAdvance?: number
    y: number
    yAdvance?: number
    table: number
    count: number
  },
): void {
  const at = startRowMap(program, index, L.GATHER, { ...op, xAdvance: op.xAdvance ?? 4 })
  program.u32[at + L.GATHER_TABLE] = op.table
  program.u32[at + L.GATHER_COUNT] = op.count
}

/** What a row is tested for; `any_differs` compares floats with a value, the others 4-byte elements with 0. */
export type RowTestName = 'any_differs' | 'any_set' | 'all_set'

const rowTests: Readonly<Record<RowTestName, number>> = {
  any_differs: L.ANY_DIFFERS,
  any_set: L.ANY_SET,
  all_set: L.ALL_SET,
}

/** y (rows) = 1 where the row of x (rows, width) passes the test, else 0. */
export function writeRowTest(
  program: Program,
  index: number,
  op: RowMap & { test: RowTestName; value?: number },
): void {
  const at = startRowMap(program, index, L.ROW_TEST, { ...op, yAdvance: op.yAdvance ?? 4 })
  program.u32[at + L.ROW_TEST_KIND] = rowTests[op.test]
  program.f32[at + L.ROW_TEST_VALUE] = op.value ?? 0
}

/** y (rows, width) = x where the row's mask (rows) is not 0, else `other` (rows, width) or `value`. */
export function writeSelect(
  program: Program,
  index: number,
  op: RowMap & {
    mask: number
    maskAdvance?: number
    value?: number
    /** `value` is an int32. */
    integer?: boolean
    other?: number
    otherAdvance?: number
  },
): void {
  const at = startRowMap(program, index, L.SELECT, op)
  program.u32[at + L.SELECT_MASK] = op.mask
  program.u32[at + L.SELECT_MASK_ADVANCE] = op.maskAdvance ?? 4
  const words = op.integer ? program.u32 : program.f32
  words[at + L.SELECT_VALUE] = op.value ?? 0
  program.u32[at + L.SELECT_OTHER] = op.other ?? 0
  program.u32[at + L.SELECT_OTHER_ADVANCE] = op.otherAdvance ?? op.width * 4
}

/** y (rows, width) = mean of x (rows, steps, width) over the steps whose mask (rows, steps) is not 0. */
export function writeMaskedMean(
  program: Program,
  index: number,
  op: RowMap & { steps: number; mask: number; maskAdvance?: number },
): void {
  const xAdvance = op.xAdvance ?? op.steps * op.width * 4
  const at = startRowMap(program, index, L.MASKED_MEAN, { ...op, xAdvance })
  program.u32[at + L.MASKED_MEAN_STEPS] = op.steps
  program.u32[at + L.MASKED_MEAN_MASK] = op.mask
  program.u32[at + L.MASKED_MEAN_MASK_ADVANCE] = op.maskAdvance ?? op.steps * 4
}

export type CellName = 'simple_rnn' | 'lstm' | 'gru'

const cells: Readonly<Record<CellName, number>> = {
  simple_rnn: L.SIMPLE_RNN,
  lstm: L.LSTM,
  gru: L.GRU,
}

/** Softmax over the units: an activation of recurrent cells only. */
export const cellSoftmax: Activation = { code: L.CELL_SOFTMAX, parameters: [] }

/**
 * The words a recurrent record's `settings` point to. `candidate`: address of the packed candidate weights of a GRU whose
 * reset gate acts before the product.
 */
export function recurrentSettings(
  activation: Activation,
  gateActivation: Activation,
  candidate: number,
): Float32Array {
  const words = new Float32Array(L.SETTINGS_CANDIDATE + 1)
  const codes = new Uint32Array(words.buffer)
  codes[L.SETTINGS_ACTIVATION] = activation.code
  words.set(activation.parameters, L.SETTINGS_PARAMETERS)
  codes[L.SETTINGS_GATE_ACTIVATION] = gateActivation.code
  words.set(gateActivation.parameters, L.SETTINGS_GATE_PARAMETERS)
  codes[L.SETTINGS_CANDIDATE] = candidate
  return words
}

export interface RecurrentFlags {
  readonly sequences?: boolean
  readonly backwards?: boolean
  readonly maskBackwards?: boolean
  readonly zeroMasked?: boolean
  readonly timeMajor?: boolean
  readonly resetBefore?: boolean
  /** `scratch` holds state · weights already, for one step. */
  readonly productGiven?: boolean
  /** There is an output of the step before. */
  readonly continued?: boolean
  /** The state is the output of the step before the first. */
  readonly streamed?: boolean
}

/** All steps of one recurrent cell over `rows` sequences; see the record's words for shapes. */
export function writeRecurrent(
  program: Program,
  index: number,
  op: {
    cell: CellName
    rows: number
    steps: number
    units: number
    x: number
    weights: number
    settings: number
    h: number
    c?: number
    y: number
    mask?: number
    scratch: number
    /** Room for {@link wideScratchFloats}: the exact build takes the steps in float64. */
    wide?: number | undefined
    flags?: RecurrentFlags
  },
): void {
  const at = start(program, index, L.RECURRENT, op.rows)
  const { u32 } = program
  const { flags = {} } = op
  u32[at + L.RECURRENT_CELL] = cells[op.cell]
  u32[at + L.RECURRENT_STEPS] = op.steps
  u32[at + L.RECURRENT_UNITS] = op.units
  u32[at + L.RECURRENT_X] = op.x
  u32[at + L.RECURRENT_WEIGHTS] = op.weights
  u32[at + L.RECURRENT_SETTINGS] = op.settings
  u32[at + L.RECURRENT_H] = op.h
  u32[at + L.RECURRENT_C] = op.c ?? 0
  u32[at + L.RECURRENT_Y] = op.y
  u32[at + L.RECURRENT_MASK] = op.mask ?? 0
  u32[at + L.RECURRENT_SCRATCH] = op.scratch
  u32[at + L.RECURRENT_WIDE] = op.wide ?? 0
  u32[at + L.RECURRENT_FLAGS] =
    (flags.sequences ? L.SEQUENCES : 0) |
    (flags.backwards ? L.BACKWARDS : 0) |
    (flags.maskBackwards ? L.MASK_BACKWARDS : 0) |
    (flags.zeroMasked ? L.ZERO_MASKED : 0) |
    (flags.timeMajor ? L.TIME_MAJOR : 0) |
    (flags.resetBefore ? L.RESET_BEFORE : 0) |
    (flags.productGiven ? L.PRODUCT_GIVEN : 0) |
    (flags.continued ? L.CONTINUED : 0) |
    (flags.streamed ? L.STREAMED : 0)
}

/** Floats of `wide` of {@link writeRecurrent}; enough for its `scratch` too. */
export function wideScratchFloats(rows: number, gates: number, units: number): number {
  return rows * ((gates + 1) * units + 4) * 2
}

/** Sizes of an attention record; `repeats` heads after each other share keys and values. */
export interface AttentionSize {
  targets: number
  sources: number
  depth: number
  valueDepth: number
  heads: number
  repeats: number
}

/** Sources that a target attends to: from `below` before it to `above` after it. */
export interface Band {
  below: number
  above: number
}

/** Bytes of an attention record's scratch: packed keys, packed values, the scores of a tile of queries and their sums. */
export function attentionScratchBytes({
  sources,
  depth,
  valueDepth,
}: Pick<AttentionSize, 'sources' | 'depth' | 'valueDepth'>): number {
  // Causal attention adds up over more.
  const summed = Math.max(Math.ceil(sources / 8) * 8, L.ATTENTION_LEAST)
  const keys = alignUp(matmulScratchBytes(depth, sources))
  const values = alignUp(
    Math.max(...[sources, summed].map((k) => matmulScratchBytes(k, valueDepth))),
  )
  return keys + values + L.ATTENTION_TILE * (summed + 1) * 4
}

/** y (batch, targets, heads, valueDepth) = softmax(q · kᵀ within the band) · v; `rows`: batch · heads. */
export function writeAttention(
  program: Program,
  index: number,
  op: AttentionSize & {
    rows: number
    band: Band
    /** Address of the number of sources before the first target; only where nothing after a target is in the band. */
    before?: number | undefined
    q: number
    k: number
    v: number
    y: number
    scratch: number
  },
): void {
  const at = start(program, index, L.ATTENTION, op.rows)
  const { u32 } = program
  u32[at + L.ATTENTION_TARGETS] = op.targets
  u32[at + L.ATTENTION_SOURCES] = op.sources
  u32[at + L.ATTENTION_DEPTH] = op.depth
  u32[at + L.ATTENTION_VALUE_DEPTH] = op.valueDepth
  u32[at + L.ATTENTION_HEADS] = op.heads
  u32[at + L.ATTENTION_REPEATS] = op.repeats
  u32[at + L.ATTENTION_Q] = op.q
  u32[at + L.ATTENTION_K] = op.k
  u32[at + L.ATTENTION_V] = op.v
  u32[at + L.ATTENTION_Y] = op.y
  u32[at + L.ATTENTION_SCRATCH] = op.scratch
  u32[at + L.ATTENTION_BELOW] = Math.min(op.band.below, 2 ** 30)
  u32[at + L.ATTENTION_ABOVE] = Math.min(op.band.above, 2 ** 30)
  u32[at + L.ATTENTION_BEFORE] = op.before ?? 0
}

/** Copies `widthBytes` of every row; x and y begin `count`, a float in memory, shifts further on. */
export function writeShiftedCopy(
  program: Program,
  index: number,
  op: {
    rows: number
    widthBytes: number
    x: number
    xStride: number
    xShift: number
    y: number
    yStride: number
    yShift: number
    count: number
  },
): void {
  const at = start(program, index, L.SHIFTED_COPY, op.rows)
  const { u32 } = program
  u32[at + L.SHIFTED_WIDTH] = op.widthBytes
  u32[at + L.SHIFTED_X] = op.x
  u32[at + L.SHIFTED_X_STRIDE] = op.xStride
  u32[at + L.SHIFTED_X_SHIFT] = op.xShift
  u32[at + L.SHIFTED_Y] = op.y
  u32[at + L.SHIFTED_Y_STRIDE] = op.yStride
  u32[at + L.SHIFTED_Y_SHIFT] = op.yShift
  u32[at + L.SHIFTED_COUNT] = op.count
}
