import * as L from '../../src/wasm/layout'
import { activate } from './activation'
import { multiply } from './dense'
import { softmaxRow } from './softmax'
import { copyWords } from '../spatial/words'
import { gruStep, lstmStep, simpleStep } from '../recurrent/cells'
import { wideGru, wideLstm, wideSimple } from '../recurrent/wide'
import { FAST } from '../madd'

/** All steps of one cell over `rows` sequences from `row` on: gates from input projection and state, then the new state. */
export function recurrent(record: usize, row: u32, rows: u32): void {
  const cell = load<u32>(record, L.RECURRENT_CELL << 2)
  const steps = load<u32>(record, L.RECURRENT_STEPS << 2)
  const units = load<u32>(record, L.RECURRENT_UNITS << 2)
  const weights = load<u32>(record, L.RECURRENT_WEIGHTS << 2)
  const settings = load<u32>(record, L.RECURRENT_SETTINGS << 2)
  const flags = load<u32>(record, L.RECURRENT_FLAGS << 2)

  const width = units << 2
  const gates: u32 = cell == L.LSTM ? 4 : cell == L.GRU ? 3 : 1
  const columns = gates * units
  const timeMajor = flags & L.TIME_MAJOR
  // Elements (of one step and row) between rows and between steps.
  const perRow = timeMajor ? 1 : steps
  const perStep = timeMajor ? load<u32>(record, L.ROWS << 2) : 1
  const sequences = flags & L.SEQUENCES
  const yRow = sequences ? perRow * width : width
  const yStep = sequences ? perStep * width : 0
  const resetBefore = flags & L.RESET_BEFORE
  const recurrentColumns = resetBefore ? 2 * units : columns

  // Of the first of these rows; scratch holds the gates of all, then a state of each.
  const x = load<u32>(record, L.RECURRENT_X << 2) + row * perRow * (columns << 2)
  const h = load<u32>(record, L.RECURRENT_H << 2) + row * width
  const c = load<u32>(record, L.RECURRENT_C << 2) + row * width
  const y = load<u32>(record, L.RECURRENT_Y << 2) + row * yRow
  const given = load<u32>(record, L.RECURRENT_MASK << 2)
  const mask = given ? given + row * (perRow << 2) : 0
  const z = load<u32>(record, L.RECURRENT_SCRATCH << 2)
    + row * (flags & L.PRODUCT_GIVEN ? columns << 2 : (gates + 1) * width)

  // The fast build goes without.
  const given64 = FAST ? 0 : load<u32>(record, L.RECURRENT_WIDE << 2)
  const wide = given64 ? given64 + row * (((gates + 1) * units + 4) << 3) : 0

  const tanhOnly = load<u32>(settings, L.SETTINGS_ACTIVATION << 2) == L.TANH
  const sigmoidGates = load<u32>(settings, L.SETTINGS_GATE_ACTIVATION << 2) == L.SIGMOID
  const usual = tanhOnly && (sigmoidGates || cell == L.SIMPLE_RNN) && !resetBefore

  for (let step: u32 = 0; step < steps; step++) {
    const xStep = x + (flags & L.BACKWARDS ? steps - 1 - step : step) * perStep * (columns << 2)
    const maskStep = mask + (flags & L.MASK_BACKWARDS ? steps - 1 - step : step) * (perStep << 2)
    if (!wide && !(flags & L.PRODUCT_GIVEN)) multiply(rows, units, recurrentColumns, h, width, weights, z, columns << 2)
    if (!wide && resetBefore) resetStates(rows, units, xStep, perRow * (columns << 2), z, h, settings)
    for (row = 0; row < rows; row++) {
      const out = y + row * yRow + step * yStep
      if (mask && !load<u32>(maskStep + row * (perRow << 2))) {
        const first = flags & L.STREAMED ? h + row * width : 0
        skip(out, step || flags & L.CONTINUED ? out - yStep : first, width, flags)
        continue
      }
      const xRow = xStep + row * perRow * (columns << 2)
      const zRow = z + row * (columns << 2)
      const hRow = h + row * width
      if (wide && cell == L.LSTM) {
        wideLstm(units, xRow, wide, flags & L.PRODUCT_GIVEN ? zRow : 0, weights, hRow, c + row * width, settings)
      } else if (wide && cell == L.GRU) wideGru(units, xRow, wide, weights, hRow, settings, resetBefore)
      else if (wide) wideSimple(units, xRow, wide, weights, hRow, settings)
      else if (usual && cell == L.LSTM) lstmStep(units, xRow, zRow, hRow, c + row * width)
      else if (usual && cell == L.GRU) gruStep(units, xRow, zRow, hRow)
      else if (usual) simpleStep(units, xRow, zRow, hRow)
      else if (cell == L.LSTM) lstm(units, xRow, zRow, hRow, c + row * width, settings)
      else if (cell == L.GRU) gru(units, xRow, zRow, hRow, settings, resetBefore)
      else simple(units, xRow, zRow, hRow, settings)
      copyWords(out, hRow, width)
    }
  }
}

/** The output of a skipped step: 0, or that of the step before (address 0: there is none). */
function skip(y: usize, before: usize, width: usize, flags: u32): void {
  if (!before || flags & L.ZERO_MASKED) memory.fill(y, 0, width)
  else memory.copy(y, before, width)
}

function simple(units: u32, x: usize, z: usize, h: usize, settings: usize): void {
  add(units, x, z)
  gate(units, 1, z, settings + (L.SETTINGS_ACTIVATION << 2))
  memory.copy(h, z, units << 2)
}

/** c = f · c + i · candidate, h = o · activation(c). */
function lstm(units: u32, x: usize, z: usize, h: usize, c: usize, settings: usize): void {
  const width = units << 2
  const candidate = z + 3 * width
  add(4 * units, x, z)
  gate(units, 3, z, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
  gate(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  // In float64: the carry is rounded once a step, however long the sequence is.
  const pairs = width & ~7
  for (let i: u32 = 0; i < pairs; i += 8) {
    const kept = f64x2.mul(double(z + width + i), double(c + i))
    const added = f64x2.mul(double(z + i), double(candidate + i))
    v128.store64_lane(c + i, f32x4.demote_f64x2_zero(f64x2.add(kept, added)), 0)
  }
  if (width & 4) {
    const kept = <f64>load<f32>(z + width + pairs) * load<f32>(c + pairs)
    store<f32>(c + pairs, <f32>(kept + <f64>load<f32>(z + pairs) * load<f32>(candidate + pairs)))
  }
  const end = width & ~15
  memory.copy(candidate, c, width)
  gate(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < end; i += 16) {
    v128.store(h + i, f32x4.mul(v128.load(z + 2 * width + i), v128.load(candidate + i)))
  }
  for (let i = end; i < width; i += 4) {
    store<f32>(h + i, load<f32>(z + 2 * width + i) * load<f32>(candidate + i))
  }
}

/** h = u · h + (1 − u) · candidate. With `resetBefore` z holds u and r as gates, and the candidate's product. */
function gru(units: u32, x: usize, z: usize, h: usize, settings: usize, resetBefore: u32): void {
  const width = units << 2
  const r = z + width
  const candidate = r + width
  if (!resetBefore) {
    add(2 * units, x, z)
    gate(units, 2, z, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
    for (let i: u32 = 0; i < width; i += 4) {
      store<f32>(candidate + i, load<f32>(r + i) * load<f32>(candidate + i))
    }
  }
  add(units, x + 2 * width, candidate)
  gate(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < width; i += 4) {
    const update = <f64>load<f32>(z + i)
    store<f32>(h + i, <f32>(update * load<f32>(h + i) + (1 - update) * load<f32>(candidate + i)))
  }
}

/** Gates u and r of a GRU with the reset gate before the product, then (r · h) · candidate weights. */
function resetStates(rows: u32, units: u32, x: usize, xRow: usize, z: usize, h: usize, settings: usize): void {
  const width = units << 2
  const zRow = 3 * width
  const reset = z + rows * zRow
  for (let row: u32 = 0; row < rows; row++) {
    const gates = z + row * zRow
    add(2 * units, x + row * xRow, gates)
    gate(units, 2, gates, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
    const at = row * width
    for (let i: u32 = 0; i < width; i += 4) {
      store<f32>(reset + at + i, load<f32>(gates + width + i) * load<f32>(h + at + i))
    }
  }
  const weights = load<u32>(settings, L.SETTINGS_CANDIDATE << 2)
  multiply(rows, units, units, reset, width, weights, z + 2 * width, zRow)
}

/** Applies the activation at `settings` to `blocks` blocks of `units` floats. */
function gate(units: u32, blocks: u32, x: usize, settings: usize): void {
  const code = load<u32>(settings)
  if (code != L.CELL_SOFTMAX) return activate(code, blocks * units, x, x, settings + 4)
  for (; blocks; blocks--) {
    softmaxRow(units, x, x)
    x += units << 2
  }
}

/** Two floats as doubles. */
// @ts-ignore: decorator
@inline
function double(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** y[i] = x[i] + y[i]. */
function add(count: u32, x: usize, y: usize): void {
  const end = y + ((count & ~3) << 2)
  for (; y < end; y += 16) {
    v128.store(y, f32x4.add(v128.load(x), v128.load(y)))
    x += 16
  }
  for (const last = y + ((count & 3) << 2); y < last; y += 4) {
    store<f32>(y, load<f32>(x) + load<f32>(y))
    x += 4
  }
}
