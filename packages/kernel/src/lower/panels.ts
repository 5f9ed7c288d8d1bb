import type { Panels } from '../plan/op.ts'

/** Columns of a panel of packed float32 weights, see assembly/dense/packing.ts. */
const panelWidth = 8
/** Products are packed otherwise up to a length below this, and hardly worth splitting. */
const leastInner = 17

/** Panels in which the columns of a product over `inner` can be computed apart; undefined where it is not split so. */
export function panelCount(inner: number, units: number): number | undefined {
  return inner < leastInner ? undefined : Math.ceil(units / panelWidth)
}

/** Where a range of panels lies in the packed weights and in a row of y; all of them where no range is given. */
export function columnsOf(
  part: Panels | undefined,
  inner: number,
  units: number,
): { units: number; weightsOffset: number; yOffset: number } {
  if (!part) return { units, weightsOffset: 0, yOffset: 0 }
  const first = part.first * panelWidth
  return {
    units: Math.min(part.count * panelWidth, units - first),
    weightsOffset: first * (inner + 1) * 4,
    yOffset: first * 4,
  }
}
