import type { Panels } from '../plan/op.ts'

/** Longest dot product that is packed as float64, see assembly/dense/packing.ts. */
const doubleInner = 16

/** Columns of one panel of packed weights with `inner` rows. */
function panelWidth(inner: number): number {
  return inner <= doubleInner ? 4 : 8
}

/** Panels that `packDense` makes of a matrix (inner, units). */
export function panelCount(inner: number, units: number): number {
  return Math.ceil(units / panelWidth(inner))
}

/** Where a range of panels lies in the packed weights and in a row of y; all of them where no range is given. */
export function columnsOf(
  part: Panels | undefined,
  inner: number,
  units: number,
): { units: number; weightsOffset: number; yOffset: number } {
  if (!part) return { units, weightsOffset: 0, yOffset: 0 }
  const width = panelWidth(inner)
  const first = part.first * width
  // Panels of 4 doubles are as long as those of 8 floats.
  const panelBytes = (inner + 1) * 32
  return {
    units: Math.min(part.count * width, units - first),
    weightsOffset: part.first * panelBytes,
    yOffset: first * 4,
  }
}
