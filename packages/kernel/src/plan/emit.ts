import { programAt, writeLoop } from '../program.ts'
import { bytesMoved } from './cost.ts'
import type { Segment } from './liveness.ts'
import type { Op, Panels, Placement } from './op.ts'
import type { PlanStep, Stretch } from './plan.ts'
import type { Share } from './share.ts'

/** Records that a segment takes. */
export function recordsOf(
  ops: readonly Op[],
  { first, end, tileRows }: Segment,
  share: Share | undefined,
): number {
  if (ops[first]?.bind) return 0
  if (share?.chunkRows === 0) return share.chunks
  return end - first + (tileRows === undefined ? 0 : 1)
}

/**
 * Writes the records of all segments from byte `offset` of `bytes` on.
 *
 * @param placeIn where the buffers of a segment are
 */
export function writeRecords(
  bytes: Uint8Array<ArrayBuffer>,
  offset: number,
  count: number,
  ops: readonly Op[],
  segments: readonly Segment[],
  shares: readonly (Share | undefined)[],
  placeIn: (segment: number) => Placement,
): void {
  const program = programAt(bytes.buffer, offset, count)
  let index = 0
  for (const [number, { first, end, tileRows }] of segments.entries()) {
    const share = shares[number]
    const head = ops[first] as Op
    const place = placeIn(number)
    if (tileRows !== undefined)
      writeLoop(program, index++, { rows: head.rows, tileRows, body: end - first })
    if (share?.chunkRows === 0) {
      for (const part of panelsOf(head.panels ?? 0, share.chunks))
        head.emit(program, index++, place, part)
    } else if (!head.bind) {
      for (const op of ops.slice(first, end)) op.emit(program, index++, place)
    }
  }
}

/** `count` ranges of nearly equal length that make up all of `panels` panels. */
function panelsOf(panels: number, count: number): Panels[] {
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * panels) / count)
    return { first, count: Math.floor(((i + 1) * panels) / count) - first }
  })
}

/** What runs in one go, and the step of each record; step i is op i. */
export function stretchesOf(
  ops: readonly Op[],
  segments: readonly Segment[],
  shares: readonly (Share | undefined)[],
  placeIn: (segment: number) => Placement,
): { stretches: Stretch[]; recordSteps: number[] } {
  const stretches: Stretch[] = []
  const recordSteps: number[] = []
  for (const [number, each] of segments.entries()) {
    const share = shares[number]
    const { bind } = ops[each.first] as Op
    const step = each.first
    const first = recordSteps.length
    const count = recordsOf(ops, each, share)
    const last = stretches.at(-1)
    if (bind) stretches.push({ first, count, step, host: bind(placeIn(number)) })
    else if (share) stretches.push({ first, count, step, share })
    else if (!last || last.share || last.host) stretches.push({ first, count, step })
    else stretches[stretches.length - 1] = { ...last, count: last.count + count }
    const loopRecords = each.tileRows === undefined ? 0 : 1
    for (let i = 0; i < count; i++)
      recordSteps.push(share?.chunkRows === 0 ? step : Math.max(step, step + i - loopRecords))
  }
  return { stretches, recordSteps }
}

/** The ops for `explain()`. */
export function stepsOf(
  ops: readonly Op[],
  segments: readonly Segment[],
  shares: readonly (Share | undefined)[],
): PlanStep[] {
  return segments.flatMap(({ first, end, tileRows }, number) =>
    ops.slice(first, end).map((op) => ({
      layer: op.layer,
      kind: op.kind,
      rows: op.rows,
      tileRows,
      parts: shares[number]?.chunks ?? 1,
      flops: op.flops ?? 0,
      plainFlops: op.plainFlops ?? op.flops ?? 0,
      bytes: bytesMoved(op),
      ...(op.bind && { host: true }),
    })),
  )
}
