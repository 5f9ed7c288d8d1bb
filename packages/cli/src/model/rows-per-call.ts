import { DotplusError } from '@dotplus/core'
import type { LoadedModel, Prediction } from '@dotplus/node'

/** Rows that are quick to run together; more do not make a call quicker. */
const most = 8192
/** Bytes that the inputs and intermediates of one call may take: about what a core has as cache of its own. */
const memory = 4 << 20

/**
 * Rows per call so that its memory stays small whatever the size of the model's intermediates.
 *
 * @param rowShapes shape of one row of each input
 */
export function rowsPerCall(
  model: LoadedModel<Prediction>,
  rowShapes: readonly (readonly number[])[],
): number {
  const rows = 16
  try {
    const { arena } = model.explain(rowShapes.map((shape) => [rows, ...shape])).memory
    return Math.min(most, Math.max(1, Math.floor((memory * rows) / Math.max(1, arena))))
  } catch (error) {
    // Shapes that no plan can be made for are told of by the call, with the file they are from.
    if (error instanceof DotplusError) return most
    throw error
  }
}
