import { alignUp } from '../memory.ts'
import { programAt, recordBytes, writeLoop } from '../program.ts'
import { layOutArena, type Lifetime } from './arena.ts'
import { lifetimes, segment, type Segment } from './liveness.ts'
import type { Buffer, ElementType, HostStep, Op, Operand, Placement, State, Value } from './op.ts'

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
  /** Number of elements. */
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
 * A step in JavaScript, run before the record of this index.
 *
 * @internal
 */
export interface PlacedHostStep {
  readonly before: number
  readonly run: HostStep
}

/**
 * Everything needed to run one model for one set of input shapes.
 *
 * @internal
 */
export interface Plan {
  /** Op records and their tables, to be copied to the base address before the first run. */
  readonly program: Uint8Array
  readonly recordCount: number
  /** Steps that run in JavaScript, in order. */
  readonly hostSteps: readonly PlacedHostStep[]
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

/** One op of a plan, for `explain()`. */
export interface PlanStep {
  readonly layer: string
  readonly kind: string
  readonly rows: number
  /** Rows per tile where the op runs inside a tiled chain. */
  readonly tileRows: number | undefined
  /** True where the op runs in JavaScript instead of WebAssembly. */
  readonly host?: boolean
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

/** Ops whose results are kept or read by one that is needed, and those that write none and find a size. */
function neededOps(ops: readonly Op[], kept: ReadonlySet<Buffer>): Op[] {
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
 * Turns ops in order of execution into a program with fixed addresses.
 *
 * @param base address at which the plan will be put; 64-byte aligned
 * @internal
 */
export function makePlan(
  all: readonly Op[],
  constants: readonly (Uint32Array | Float32Array)[],
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
  states: readonly State[],
  base: number,
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
  const alive = lifetimes(ops, segments, inputBuffers, kept)
  const root = elide(ops, segments, alive, kept)
  const buffers = [...alive.keys()]
  const arena = layOutArena([...alive.values()])

  const loops = segments.filter(({ tileRows }) => tileRows !== undefined).length
  const recordCount = ops.filter(({ bind }) => bind === undefined).length + loops
  let programBytes = alignUp(recordCount * recordBytes)
  const tables = constants.map((words) => {
    const offset = programBytes
    programBytes = alignUp(offset + words.byteLength)
    return { offset, words }
  })
  const arenaBase = base + programBytes
  const offsetOf = new Map(buffers.map((buffer, index) => [buffer, arena.offsets[index] as number]))
  const addressOf = (buffer: Buffer): number => {
    if (buffer.address !== undefined) return buffer.address
    // A result that took an operand's place may have had its own place taken: follow to the first.
    let at = buffer
    for (let next = root.get(at); next !== undefined; next = root.get(at)) at = next
    return arenaBase + (offsetOf.get(at) as number)
  }

  const bytes = new Uint8Array(programBytes)
  const program = programAt(bytes.buffer, 0, recordCount)
  for (const { offset, words } of tables) {
    bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), offset)
  }
  const steps: PlanStep[] = []
  const recordLayers: string[] = []
  const hostSteps: PlacedHostStep[] = []
  let index = 0
  for (const { first, end, tileRows, local } of segments) {
    if (tileRows !== undefined) {
      recordLayers[index] = ''
      writeLoop(program, index++, { rows: (ops[first] as Op).rows, tileRows, body: end - first })
    }
    const place: Placement = {
      constant: ({ index: table }) => base + (tables[table] as { offset: number }).offset,
      address: ({ buffer }: Operand) => addressOf(buffer),
      advance: ({ buffer, rowBytes }: Operand) =>
        tileRows !== undefined && local.has(buffer) ? 0 : rowBytes,
    }
    for (let step = first; step < end; step++) {
      const op = ops[step] as Op
      const { layer, kind, rows } = op
      if (op.bind) {
        hostSteps.push({ before: index, run: op.bind(place) })
        steps.push({ layer, kind, rows, tileRows, host: true })
        continue
      }
      recordLayers[index] = layer
      op.emit(program, index++, place)
      steps.push({ layer, kind, rows, tileRows })
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
    hostSteps,
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
