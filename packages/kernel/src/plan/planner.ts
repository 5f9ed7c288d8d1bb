import { alignUp } from '../memory.ts'
import { programAt, recordBytes, writeLoop } from '../program.ts'
import { layOutArena, type Lifetime } from './arena.ts'
import { lifetimes, segment, usesOf, type Segment } from './liveness.ts'
import { bytesMoved } from './cost.ts'
import type { Buffer, ElementType, Op, Operand, Panels, Placement, State, Value } from './op.ts'
import { shareOf, takeOwnBuffers, worthSharing, type Share } from './share.ts'

/**
 * Where a value is, relative to the start of the plan's memory.
 *
 * @internal
 */
export interface PlacedValue {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly dtype: ElementType
  /** Number of 4-byte elements. */
  readonly length: number
}

/**
 * Where a state is read before a run and found after it.
 *
 * @internal
 */
export interface PlacedState {
  readonly before: PlacedValue
  readonly after: PlacedValue
}

/**
 * Everything needed to run one model for one set of input shapes.
 *
 * @internal
 */
export interface Plan {
  /** Op records, once for each thread, and their tables; to be copied to the base address before the first run. */
  readonly program: Uint8Array
  /** Records of one thread. */
  readonly recordCount: number
  /** Bytes from one thread's records to the next thread's. */
  readonly programStride: number
  /** The records in order: what the calling thread runs in one go, and what threads share. */
  readonly stretches: readonly Stretch[]
  readonly inputs: readonly PlacedValue[]
  readonly outputs: readonly PlacedValue[]
  readonly states: readonly PlacedState[]
  /** Bytes from the base address: program and arena. */
  readonly byteLength: number
  readonly arenaBytes: number
  /** The least an arena could take: the bytes alive at the fullest step. */
  readonly arenaLowerBound: number
  readonly steps: readonly PlanStep[]
  /** Layer of each record, for errors. */
  readonly recordLayers: readonly string[]
}

/**
 * Records that follow each other.
 *
 * @internal
 */
export interface Stretch {
  /** Number of the first record. */
  readonly first: number
  readonly count: number
  /** Set where threads share them. */
  readonly share: Share | undefined
}

/** One op of a plan, for `explain()`. */
export interface PlanStep {
  readonly layer: string
  readonly kind: string
  readonly rows: number
  /** Rows per tile where the op runs inside a tiled chain. */
  readonly tileRows: number | undefined
  /** Parts that threads share; 1 where one thread runs all of it. */
  readonly parts: number
  /** Multiplications and additions; 0 where it mostly moves data. */
  readonly flops: number
  /** What the plain algorithm would take, where this one takes less. */
  readonly plainFlops: number
  /** Bytes of the tensors it reads and writes, without weights. */
  readonly bytes: number
}

interface NamedValue {
  readonly name: string
  readonly value: Value
}

/** Result buffers that take the place of an operand, mapped to that operand's buffer. */
function elide(
  ops: readonly Op[],
  segments: readonly Segment[],
  alive: Map<Buffer, Lifetime>,
  kept: ReadonlySet<Buffer>,
): Map<Buffer, Buffer> {
  const root = new Map<Buffer, Buffer>()
  const rootOf = (buffer: Buffer): Buffer => root.get(buffer) ?? buffer
  for (const { first, end, local } of segments) {
    for (let step = first; step < end; step++) {
      const op = ops[step] as Op
      const [read] = op.reads
      const [write] = op.writes
      if (!op.inPlace || !read || !write || read.buffer === write.buffer) continue
      if (read.buffer.address !== undefined) continue
      const from = rootOf(read.buffer)
      const life = alive.get(from) as Lifetime
      const own = alive.get(write.buffer) as Lifetime
      // In a tiled chain a buffer over all rows is in use until the chain's end.
      const lastUse = local.has(read.buffer) ? step : local.size > 0 ? end - 1 : step
      const sameSpan = local.has(read.buffer) === local.has(write.buffer)
      if (
        kept.has(from) ||
        life.last !== lastUse ||
        !sameSpan ||
        life.byteLength !== own.byteLength
      )
        continue
      root.set(write.buffer, from)
      alive.set(from, { ...life, last: Math.max(life.last, own.last) })
      alive.delete(write.buffer)
    }
  }
  return root
}

/** `count` ranges of nearly equal length that make up all of `panels` panels. */
function panelsOf(panels: number, count: number): Panels[] {
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * panels) / count)
    return { first, count: Math.floor(((i + 1) * panels) / count) - first }
  })
}

/** Ops whose results are kept or read by one that is needed. */
function neededOps(ops: readonly Op[], kept: ReadonlySet<Buffer>): Op[] {
  const read = new Set(kept)
  const needed: Op[] = []
  for (const op of ops.toReversed()) {
    if (!op.writes.some(({ buffer }) => read.has(buffer))) continue
    needed.push(op)
    for (const { buffer } of op.reads) read.add(buffer)
  }
  return needed.toReversed()
}

/**
 * Turns ops in order of execution into a program with fixed addresses.
 *
 * @param base address at which the plan will be put; 64-byte aligned
 * @param threads what ops are shared by that are expected to take `least` nanoseconds; results do not depend on it
 * @internal
 */
export function makePlan(
  all: readonly Op[],
  constants: readonly (Uint32Array | Float32Array)[],
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
  states: readonly State[],
  base: number,
  threads = 1,
  least: number = worthSharing,
): Plan {
  const inputBuffers = new Set([
    ...inputs.map(({ value }) => value.buffer),
    ...states.map(({ before }) => before.buffer),
  ])
  const kept = new Set([
    ...outputs.map(({ value }) => value.buffer),
    ...states.map(({ after }) => after.buffer),
  ])
  const ops = neededOps(all, kept)
  const whole = new Set([...inputBuffers, ...kept])
  const segments = segment(ops, whole)
  const shares = segments.map((own) => shareOf(ops, own, threads, least))
  const isShared = shares.some((share) => share !== undefined)
  const alive = lifetimes(ops, segments, inputBuffers, kept)
  const root = elide(ops, segments, alive, kept)
  const uses = isShared ? usesOf(ops) : new Map<Buffer, number[]>()
  const own = segments.map((each, i) =>
    shares[i] ? takeOwnBuffers(ops, each, alive, uses, kept) : undefined,
  )
  const buffers = [...alive.keys()]
  // The threads' own buffers of a segment are one block, in use while it runs.
  const blocks = segments.map(({ first, end }, i): Lifetime => ({
    byteLength: (own[i]?.stride ?? 0) * threads,
    first,
    last: end - 1,
  }))
  const arena = layOutArena([...alive.values(), ...blocks])

  const recordsOf = ({ first, end, tileRows }: Segment, share: Share | undefined): number =>
    share?.chunkRows === 0 ? share.chunks : end - first + (tileRows === undefined ? 0 : 1)
  const recordCount = segments.reduce((count, each, i) => count + recordsOf(each, shares[i]), 0)
  const programStride = alignUp(recordCount * recordBytes)
  const programs = isShared ? threads : 1
  let programBytes = programs * programStride
  const tables = constants.map((words) => {
    const offset = programBytes
    programBytes = alignUp(offset + words.byteLength)
    return { offset, words }
  })
  const arenaBase = base + programBytes
  const offsetOf = new Map(buffers.map((buffer, index) => [buffer, arena.offsets[index] as number]))
  const rootOf = (buffer: Buffer): Buffer => {
    // A result that took an operand's place may have had its own place taken: follow to the first.
    let at = buffer
    for (let next = root.get(at); next !== undefined; next = root.get(at)) at = next
    return at
  }
  const addressOf = (buffer: Buffer): number =>
    buffer.address ?? arenaBase + (offsetOf.get(rootOf(buffer)) as number)
  /** Address in a segment, for one of its threads. */
  const addressIn = (segmentNumber: number, thread: number, buffer: Buffer): number => {
    const block = own[segmentNumber]
    const offset = block?.offsets.get(rootOf(buffer))
    if (!block || offset === undefined) return addressOf(buffer)
    const blockOffset = arena.offsets[buffers.length + segmentNumber] as number
    return arenaBase + blockOffset + thread * block.stride + offset
  }

  const bytes = new Uint8Array(programBytes)
  for (const { offset, words } of tables) {
    bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), offset)
  }
  const emitFor = (thread: number): void => {
    const program = programAt(bytes.buffer, thread * programStride, recordCount)
    let index = 0
    for (const [number, { first, end, tileRows, local }] of segments.entries()) {
      const share = shares[number]
      const head = ops[first] as Op
      if (tileRows !== undefined)
        writeLoop(program, index++, { rows: head.rows, tileRows, body: end - first })
      const place: Placement = {
        constant: ({ index: table }) => base + (tables[table] as { offset: number }).offset,
        address: ({ buffer }: Operand) => addressIn(number, thread, buffer),
        advance: ({ buffer, rowBytes }: Operand) =>
          tileRows !== undefined && local.has(buffer) ? 0 : rowBytes,
      }
      if (share?.chunkRows === 0) {
        for (const part of panelsOf(head.panels ?? 0, share.chunks))
          head.emit(program, index++, place, part)
        continue
      }
      for (const op of ops.slice(first, end)) op.emit(program, index++, place)
    }
  }
  for (let thread = 0; thread < programs; thread++) emitFor(thread)

  const steps: PlanStep[] = []
  const recordLayers: string[] = []
  const stretches: Stretch[] = []
  for (const [number, each] of segments.entries()) {
    const { first, end, tileRows } = each
    const share = shares[number]
    const at = recordLayers.length
    const count = recordsOf(each, share)
    const last = stretches.at(-1)
    if (share || !last || last.share) stretches.push({ first: at, count, share })
    else stretches[stretches.length - 1] = { ...last, count: last.count + count }
    const loopRecords = tileRows === undefined ? 0 : 1
    for (let i = 0; i < count; i++) {
      const step = share?.chunkRows === 0 ? first : first + i - loopRecords
      recordLayers.push(ops[Math.max(step, first)]?.layer ?? '')
    }
    for (const op of ops.slice(first, end)) {
      const flops = op.flops ?? 0
      steps.push({
        layer: op.layer,
        kind: op.kind,
        rows: op.rows,
        tileRows,
        parts: share?.chunks ?? 1,
        flops,
        plainFlops: op.plainFlops ?? flops,
        bytes: bytesMoved(op),
      })
    }
  }
  const placed = ({ name, value }: NamedValue): PlacedValue => ({
    name,
    shape: value.shape,
    dtype: value.dtype,
    offset: addressOf(value.buffer) - base,
    length: value.shape.reduce((product, size) => product * size, 1),
  })
  return {
    program: bytes,
    recordCount,
    programStride,
    stretches,
    inputs: inputs.map(placed),
    outputs: outputs.map(placed),
    states: states.map(({ key, before, after }) => ({
      before: placed({ name: key, value: before }),
      after: placed({ name: key, value: after }),
    })),
    byteLength: programBytes + arena.byteLength,
    arenaBytes: arena.byteLength,
    arenaLowerBound: arena.lowerBound,
    steps,
    recordLayers,
  }
}
