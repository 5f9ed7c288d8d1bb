import { ModelError, type Cell, type Layer } from '@dotplus/core'

import type { WeightStore } from './context.ts'
import type { PackedDense } from './dense.ts'

/** A cell's weights in the kernel's memory. */
export interface PackedCell {
  readonly input: PackedDense
  /** Packed (units, gates · units); (units, 2 · units) for a GRU whose reset gate acts before the product. */
  readonly recurrent: number
  /** Packed candidate block (units, units) of such a GRU, else 0. */
  readonly candidate: number
}

/**
 * Checks and packs a cell's weights. LSTM's gates i, f, c, o become i, f, o, c, so that those with one activation are
 * neighbours.
 *
 * @throws {ModelError} when a shape does not fit
 */
export function packCell(
  layer: Layer,
  cell: Cell,
  gates: number,
  weights: WeightStore,
): PackedCell {
  const { type, units, kernel, recurrentKernel, bias, resetAfter } = cell
  const columns = gates * units
  if (kernel === undefined || recurrentKernel === undefined)
    throw new ModelError('the cell has no kernel', { layer: layer.name })
  const [inner = 0] = weights.shape(kernel)
  check(layer, 'kernel', weights.shape(kernel), [inner, columns])
  check(layer, 'recurrent kernel', weights.shape(recurrentKernel), [units, columns])
  const twoBiases = type === 'gru' && resetAfter
  if (bias !== undefined)
    check(layer, 'bias', weights.shape(bias), twoBiases ? [2, columns] : [columns])
  const order = type === 'lstm' ? [0, 1, 3, 2] : Array.from({ length: gates }, (_, gate) => gate)
  const blocks = (data: Float32Array, wanted: readonly number[]) =>
    takeBlocks(data, units, gates, wanted)
  const biases = bias === undefined ? undefined : weights.floats(bias)
  const inputBias = biases && blocks(biases.subarray(0, columns), order)
  const recurrentBias = twoBiases ? biases?.subarray(columns) : undefined
  const own = weights.floats(recurrentKernel)
  const before = type === 'gru' && !resetAfter
  const together = before ? [0, 1] : order
  return {
    input: {
      inner,
      units: columns,
      weights: weights.packDense(blocks(weights.floats(kernel), order), inputBias, inner, columns),
    },
    recurrent: weights.packDense(
      blocks(own, together),
      recurrentBias,
      units,
      together.length * units,
    ),
    candidate: before ? weights.packDense(blocks(own, [2]), undefined, units, units) : 0,
  }
}

/** The wanted blocks of `units` columns of a matrix (rows, gates · units), side by side. */
export function takeBlocks(
  data: Float32Array,
  units: number,
  gates: number,
  wanted: readonly number[],
): Float32Array {
  const rows = data.length / (gates * units)
  const result = new Float32Array(rows * wanted.length * units)
  for (let row = 0; row < rows; row++) {
    for (const [at, gate] of wanted.entries()) {
      const from = (row * gates + gate) * units
      result.set(data.subarray(from, from + units), (row * wanted.length + at) * units)
    }
  }
  return result
}

function check(
  layer: Layer,
  what: string,
  shape: readonly number[],
  expected: readonly number[],
): void {
  if (shape.join() === expected.join()) return
  throw new ModelError(`shape of the ${what}`, {
    layer: layer.name,
    expected: `(${expected.join(', ')})`,
    got: `(${shape.join(', ')})`,
  })
}
