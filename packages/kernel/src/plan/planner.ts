import { alignUp } from '../memory.ts'
import { recordBytes } from '../program.ts'
import { layOutArena, type Lifetime } from './arena.ts'
import { elide } from './elision.ts'
import { recordsOf, stepsOf, stretchesOf, writeRecords } from './emit.ts'
import { fuse } from './fuse.ts'
import { lifetimes, neededOps, segment, usesOf } from './liveness.ts'
import type { Buffer, Op, Operand, Placement, State, Value } from './op.ts'
import type { PlacedValue, Plan } from './plan.ts'
import type { Sharing } from './share.ts'

interface NamedValue {
  readonly name: string
  readonly value: Value
}

/**
 * Turns ops in order of execution into a program with fixed addresses.
 *
 * @param base address at which the plan will be put; 64-byte aligned
 * @param sharing how threads share ops; results do not depend on it
 * @internal
 */
export function makePlan(
  all: readonly Op[],
  constants: readonly (Uint32Array | Float32Array)[],
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
  states: readonly State[],
  base: number,
  sharing?: Sharing,
): Plan {
  const inputBuffers = new Set([
    ...inputs.map(({ value }) => value.buffer),
    ...states.map(({ before }) => before.buffer),
  ])
  const kept = new Set([
    ...outputs.map(({ value }) => value.buffer),
    ...states.map(({ after }) => after.buffer),
  ])
  const ops = fuse(neededOps(all, kept), kept)
  const whole = new Set([...inputBuffers, ...kept])
  const segments = segment(ops, whole)
  const threads = sharing?.threads ?? 1
  const shares = segments.map((own) => sharing?.shareOf(ops, own, threads, sharing.least))
  const isShared = shares.some((share) => share !== undefined)
  const alive = lifetimes(ops, segments, inputBuffers, kept)
  const root = elide(ops, segments, alive, kept)
  const uses = isShared ? usesOf(ops) : new Map<Buffer, number[]>()
  const own = segments.map((each, i) =>
    shares[i] ? sharing?.takeOwnBuffers(ops, each, alive, uses, kept) : undefined,
  )
  const buffers = [...alive.keys()]
  // The threads' own buffers of a segment are one block, in use while it runs.
  const blocks = segments.map(({ first, end }, i): Lifetime => ({
    byteLength: (own[i]?.stride ?? 0) * threads,
    first,
    last: end - 1,
  }))
  const arena = layOutArena([...alive.values(), ...blocks])

  const recordCount = segments.reduce(
    (count, each, i) => count + recordsOf(ops, each, shares[i]),
    0,
  )
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
  const placeFor =
    (thread: number) =>
    (number: number): Placement => ({
      constant: ({ index: table }) => base + (tables[table] as { offset: number }).offset,
      address: ({ buffer }: Operand) => addressIn(number, thread, buffer),
      advance: ({ buffer, rowBytes }: Operand) =>
        segments[number]?.local.has(buffer) ? 0 : rowBytes,
    })
  for (let thread = 0; thread < programs; thread++) {
    const offset = thread * programStride
    writeRecords(bytes, offset, recordCount, ops, segments, shares, placeFor(thread))
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
    inputs: inputs.map(placed),
    outputs: outputs.map(placed),
    states: states.map(({ key, before, after, ...rest }) => ({
      ...rest,
      before: placed({ name: key, value: before }),
      after: placed({ name: key, value: after }),
    })),
    byteLength: programBytes + arena.byteLength,
    arenaBytes: arena.byteLength,
    arenaLowerBound: arena.lowerBound,
    steps: stepsOf(ops, segments, shares),
    ...stretchesOf(ops, segments, shares, placeFor(0)),
  }
}
