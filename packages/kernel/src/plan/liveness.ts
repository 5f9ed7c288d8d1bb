import type { Lifetime } from './arena.ts'
import type { Buffer, Op } from './op.ts'

/** A run of consecutive ops: one op, or a chain run tile by tile. */
export interface Segment {
  readonly first: number
  /** Exclusive. */
  readonly end: number
  /** Rows of each tile; undefined when the ops run over all rows at once. */
  readonly tileRows: number | undefined
  /** Buffers that only live within one tile, with the bytes of one of its rows. */
  readonly local: ReadonlyMap<Buffer, number>
}

/** Bytes of tile-local buffers that stay in the first-level cache beside the panels in use. */
const tileBudget = 16 * 1024
const leastTileRows = 48
/** What the rows of a tile are a multiple of: the heights of all register tiles divide it. */
const tileUnit = 12

/** Ops whose results are kept or read by one that is needed, and those that write none and find a size. */
export function neededOps(ops: readonly Op[], kept: ReadonlySet<Buffer>): Op[] {
  const read = new Set(kept)
  const needed: Op[] = []
  for (const op of ops.toReversed()) {
    if (op.writes.length > 0 && !op.writes.some(({ buffer }) => read.has(buffer))) continue
    needed.push(op)
    for (const { buffer } of op.reads) read.add(buffer)
  }
  return needed.toReversed()
}

/**
 * Joins consecutive ops over the same rows into segments run tile by tile, so that what they pass to each other stays in
 * the cache and takes a tile's space only.
 *
 * @param kept buffers that must hold all rows when the plan ends: inputs, outputs, requested intermediates
 */
export function segment(ops: readonly Op[], kept: ReadonlySet<Buffer>): Segment[] {
  const uses = usesOf(ops)
  const segments: Segment[] = []
  for (let first = 0; first < ops.length;) {
    const head = ops[first] as Op
    let end = first + 1
    while (head.tileable && end < ops.length && joins(ops[end] as Op, head)) end += 1
    const chain = tileChain(ops, first, end, uses, kept)
    segments.push(...(chain ? [chain] : single(first, end)))
    first = end
  }
  return segments
}

/** The steps that read or write each buffer, once for each operand. */
export function usesOf(ops: readonly Op[]): Map<Buffer, number[]> {
  const uses = new Map<Buffer, number[]>()
  for (const [step, op] of ops.entries()) {
    for (const { buffer } of [...op.reads, ...op.writes]) {
      const steps = uses.get(buffer)
      if (steps) steps.push(step)
      else uses.set(buffer, [step])
    }
  }
  return uses
}

/** Every step for itself. */
function single(first: number, end: number): Segment[] {
  return Array.from({ length: end - first }, (_, i) => ({
    first: first + i,
    end: first + i + 1,
    tileRows: undefined,
    local: new Map(),
  }))
}

function joins(op: Op, head: Op): boolean {
  return op.tileable && op.rows === head.rows
}

/** The steps as a loop over tiles; undefined where that would gain nothing. */
function tileChain(
  ops: readonly Op[],
  first: number,
  end: number,
  uses: ReadonlyMap<Buffer, readonly number[]>,
  kept: ReadonlySet<Buffer>,
): Segment | undefined {
  const rows = (ops[first] as Op).rows
  if (end - first < 2) return undefined
  const local = new Map<Buffer, number>()
  const excluded = new Set<Buffer>()
  for (let step = first; step < end; step++) {
    const op = ops[step] as Op
    for (const { buffer, rowBytes } of [...op.writes, ...op.reads]) {
      const steps = uses.get(buffer) as readonly number[]
      const inside =
        (steps[0] as number) >= first &&
        (steps.at(-1) as number) < end &&
        !kept.has(buffer) &&
        buffer.address === undefined
      // A buffer seen with two different row sizes is a view that cuts the rows differently.
      if (inside && rowBytes > 0 && (local.get(buffer) ?? rowBytes) === rowBytes)
        local.set(buffer, rowBytes)
      else excluded.add(buffer)
    }
  }
  for (const buffer of excluded) local.delete(buffer)
  if (local.size === 0) return undefined
  const rowBytes = [...local.values()].reduce((sum, bytes) => sum + bytes, 0)
  const most = Math.max(leastTileRows, Math.floor(tileBudget / rowBytes / tileUnit) * tileUnit)
  // A short last tile would have all weights pass by for a few rows.
  if (rows < 1.5 * most) return undefined
  const even = Math.ceil(rows / Math.ceil(rows / most))
  const tileRows = Math.ceil(even / tileUnit) * tileUnit
  return { first, end, tileRows, local }
}

/**
 * When each buffer is in use, in steps of `ops`. A buffer that spans all rows of a tiled segment is in use during all of it.
 *
 * @param inputs buffers filled before the first op
 * @param kept buffers read after the last op
 */
export function lifetimes(
  ops: readonly Op[],
  segments: readonly Segment[],
  inputs: ReadonlySet<Buffer>,
  kept: ReadonlySet<Buffer>,
): Map<Buffer, Lifetime> {
  const result = new Map<Buffer, Lifetime>()
  const extend = (buffer: Buffer, byteLength: number, first: number, last: number): void => {
    if (buffer.address !== undefined) return
    const known = result.get(buffer)
    result.set(buffer, {
      byteLength,
      first: Math.min(first, known?.first ?? first),
      last: Math.max(last, known?.last ?? last),
    })
  }
  for (const buffer of inputs) extend(buffer, buffer.byteLength, -1, -1)
  for (const buffer of kept) extend(buffer, buffer.byteLength, ops.length, ops.length)
  for (const { first, end, tileRows, local } of segments) {
    for (let step = first; step < end; step++) {
      const op = ops[step] as Op
      for (const { buffer } of [...op.reads, ...op.writes]) {
        const rowBytes = local.get(buffer)
        if (tileRows === undefined) extend(buffer, buffer.byteLength, step, step)
        else if (rowBytes !== undefined) extend(buffer, tileRows * rowBytes, step, step)
        else extend(buffer, buffer.byteLength, first, end - 1)
      }
    }
  }
  return result
}
