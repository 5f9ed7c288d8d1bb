import type { ElementType, HostStep, State } from './op.ts'
import type { Share } from './share.ts'

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
export interface PlacedState extends Pick<State, 'grows' | 'counts'> {
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
  /** The plan in order: what the calling thread runs in one go, and what threads share. */
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
  /** The step that each record belongs to; of a loop's record, the first in it. */
  readonly recordSteps: readonly number[]
}

/**
 * Records that follow each other, or a step in JavaScript between them.
 *
 * @internal
 */
export interface Stretch {
  /** Number of the first record. */
  readonly first: number
  readonly count: number
  /** Set where threads share them. */
  readonly share?: Share | undefined
  /** Set for a step in JavaScript, which has no record. */
  readonly host?: HostStep | undefined
  /** The first of its steps in the plan. */
  readonly step: number
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
  /** Bytes that it reads and writes: tensors and weights, each once. */
  readonly bytes: number
  /** True where the op runs in JavaScript instead of WebAssembly. */
  readonly host?: boolean
}
