import type { Activation } from '../wasm/activations.ts'
import { scalarActivation } from './activation.ts'

/** How a cell walks over its input; as the flags of a RECURRENT record. */
export interface Walk {
  readonly backwards?: boolean
  readonly maskBackwards?: boolean
  readonly zeroMasked?: boolean
}

/** A recurrent cell, its recurrent weights as Keras stores them but with LSTM's gates as i, f, o, c. */
export interface ReferenceCell {
  readonly type: 'simple_rnn' | 'lstm' | 'gru'
  readonly units: number
  readonly recurrent: ArrayLike<number> // (units, gates · units)
  readonly recurrentBias?: ArrayLike<number> // (gates · units), GRU with the reset gate after the product
  readonly activation: Activation
  readonly gateActivation: Activation
  readonly resetBefore?: boolean
}

/**
 * Every step of one cell in float64, straight from Keras's formulas. Changes `h` and `c` into the states after the last
 * step and returns the outputs of all steps in order of execution, (rows, steps, units).
 */
export function recurrent(
  { rows, steps }: { rows: number; steps: number },
  cell: ReferenceCell,
  x: ArrayLike<number>, // (rows, steps, gates · units): input projections
  h: Float64Array, // (rows, units)
  c: Float64Array, // (rows, units)
  mask: ArrayLike<number> | null, // (rows, steps)
  walk: Walk = {},
): Float64Array {
  const { type, units } = cell
  const gates = { simple_rnn: 1, lstm: 4, gru: 3 }[type]
  const columns = gates * units
  const f = scalarActivation(cell.activation, 'float64')
  const g = scalarActivation(cell.gateActivation, 'float64')
  const y = new Float64Array(rows * steps * units)
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < steps; step++) {
      const from = walk.backwards ? steps - 1 - step : step
      const masked =
        mask !== null && !mask[row * steps + (walk.maskBackwards ? steps - 1 - step : step)]
      const out = (row * steps + step) * units
      if (masked) {
        for (let i = 0; i < units; i++)
          y[out + i] = walk.zeroMasked || step === 0 ? 0 : y[out - units + i]!
        continue
      }
      const state = h.slice(row * units, (row + 1) * units)
      const product = (column: number, of: ArrayLike<number>) => {
        let sum = cell.recurrentBias ? cell.recurrentBias[column]! : 0
        for (let k = 0; k < units; k++) sum += of[k]! * cell.recurrent[k * columns + column]!
        return sum
      }
      const input = (gate: number, i: number) =>
        x[(row * steps + from) * columns + gate * units + i]!
      const gate = (at: number, i: number) => g(input(at, i) + product(at * units + i, state))
      const reset = state.map((value, i) => (type === 'gru' ? gate(1, i) * value : value))
      for (let i = 0; i < units; i++) {
        const at = row * units + i
        if (type === 'simple_rnn') {
          h[at] = f(input(0, i) + product(i, state))
        } else if (type === 'lstm') {
          c[at] = gate(1, i) * c[at]! + gate(0, i) * f(input(3, i) + product(3 * units + i, state))
          h[at] = gate(2, i) * f(c[at])
        } else {
          const inner = cell.resetBefore
            ? product(2 * units + i, reset)
            : gate(1, i) * product(2 * units + i, state)
          const update = gate(0, i)
          h[at] = update * state[i]! + (1 - update) * f(input(2, i) + inner)
        }
        y[out + i] = h[at]!
      }
    }
  }
  return y
}
