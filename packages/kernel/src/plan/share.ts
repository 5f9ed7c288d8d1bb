import { alignUp } from '../memory.ts'
import { layOutArena, type Lifetime } from './arena.ts'
import { expectedTime } from './cost.ts'
import type { Segment } from './liveness.ts'
import type { Buffer, Op } from './op.ts'

/** The part of the planner that shares ops among threads, loaded with them. */
export interface Sharing {
  readonly shareOf: typeof shareOf
  readonly takeOwnBuffers: typeof takeOwnBuffers
  /** Threads that share, the calling one included. */
  readonly threads: number
  /** Nanoseconds of work from which an op is shared. */
  readonly least: number
}

/**
 * How threads share ops.
 *
 * @param least nanoseconds of work from which an op is shared
 */
export function sharingAmong(threads: number, least: number = worthSharing): Sharing {
  return { shareOf, takeOwnBuffers, threads, least }
}

/** How threads share an op or a loop. The parts are independent: who computes which does not show in the result. */
export interface Share {
  readonly chunks: number
  readonly rows: number
  /** Rows of a chunk, the last one may have fewer; 0: every chunk is a record of its own, with all rows. */
  readonly chunkRows: number
}

/** Nanoseconds of work below which sharing costs more than it gains. */
const worthSharing = 40_000
/** Nanoseconds of the smallest chunk. */
const leastChunkTime = 15_000
/** Chunks per thread, so that one that is late does not hold up the others. */
const chunksPerThread = 4
/** What very long chunks are a multiple of: the kernels' tile heights divide it. Shorter ones have to be even. */
const rowUnit = 12
const longChunk = 40 * rowUnit
/**
 * Fewer rows than this per chunk do not make up for reading all weights again; then columns are split, where every chunk
 * has weights of its own, or there is one chunk per thread.
 */
const fewRows = 48

/**
 * How `threads` threads share a segment; undefined when one thread runs it.
 *
 * @param least nanoseconds of work from which an op is shared
 * @returns rows, or panels of columns where the op can be split so and has few rows
 */
function shareOf(
  ops: readonly Op[],
  { first, end, tileRows }: Segment,
  threads: number,
  least: number,
): Share | undefined {
  const own = ops.slice(first, end)
  const time = own.reduce((sum, op) => sum + expectedTime(op), 0)
  if (time < least) return undefined
  const head = own[0] as Op
  const worthwhile = Math.floor(time / Math.min(least, leastChunkTime))
  const most = Math.min(threads * chunksPerThread, worthwhile)
  const panels = own.length === 1 ? (head.panels ?? 0) : 0
  if (panels >= threads && head.rows < fewRows * threads)
    return { chunks: Math.min(most, panels), rows: head.rows, chunkRows: 0 }
  if (!own.every((op) => op.splittable ?? op.tileable) || head.rows < threads) return undefined
  const chunks = own.some(({ weightBytes }) => weightBytes)
    ? Math.min(most, Math.max(Math.floor(head.rows / fewRows), threads))
    : most
  const even = Math.ceil(head.rows / chunks)
  const wished = tileRows ?? rowUnit
  const unit = even < Math.max(longChunk, 8 * wished) ? 1 : wished
  const chunkRows = Math.ceil(even / unit) * unit
  const count = Math.ceil(head.rows / chunkRows)
  return count > 1 ? { chunks: count, rows: head.rows, chunkRows } : undefined
}

/** Where the threads' own buffers of a segment lie: those of one thread together, the threads' one after the other. */
export interface OwnBuffers {
  readonly offsets: ReadonlyMap<Buffer, number>
  /** Bytes of one thread, aligned. */
  readonly stride: number
}

/**
 * Takes out of `alive` what every thread of a shared segment needs for itself: buffers that live within a tile of a loop,
 * and those that an op writes for nobody else.
 *
 * @param kept buffers read after the last op
 */
function takeOwnBuffers(
  ops: readonly Op[],
  { first, end, local }: Segment,
  alive: Map<Buffer, Lifetime>,
  uses: ReadonlyMap<Buffer, readonly number[]>,
  kept: ReadonlySet<Buffer>,
): OwnBuffers {
  const own = new Map<Buffer, Lifetime>()
  const written = ops.slice(first, end).flatMap(({ writes }) => writes.map(({ buffer }) => buffer))
  const isOwn = (buffer: Buffer): boolean =>
    local.has(buffer) || (uses.get(buffer)?.length === 1 && !kept.has(buffer))
  for (const buffer of new Set([...local.keys(), ...written])) {
    const life = alive.get(buffer)
    if (!life || !isOwn(buffer)) continue
    own.set(buffer, life)
    alive.delete(buffer)
  }
  const { offsets, byteLength } = layOutArena([...own.values()])
  return {
    offsets: new Map([...own.keys()].map((buffer, i) => [buffer, offsets[i] as number])),
    stride: alignUp(byteLength),
  }
}
