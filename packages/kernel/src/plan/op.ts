import type { ElementType } from '../dtype/element-type.ts'
import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { Program } from '../program.ts'
import type { Activation } from '../wasm/activations.ts'

/** A region of memory that holds one tensor while a plan runs. Several values can view the same buffer. */
export interface Buffer {
  readonly id: number
  readonly byteLength: number
  /** Set for weights, which stay where they are: never written, and outside the arena. */
  readonly address?: number | undefined
}

export type { ElementType }

/** A tensor at planning time: concrete shape, row-major. */
export interface Value {
  readonly buffer: Buffer
  readonly shape: readonly number[]
  readonly dtype: ElementType
  /** Keras's mask of this tensor: bool, false where a step is to be skipped. */
  readonly mask?: Value | undefined
  /** What the only layer to use this value makes of it, where the weights before it give that at once. */
  readonly folded?: Value | undefined
  /** What a batch normalization made this value of. */
  readonly unscaled?: Value | undefined
  /** True where no element can be below 0. */
  readonly nonNegative?: boolean | undefined
  /** Set where this is another tensor with zeros around it, for ops that can leave them out. */
  readonly padded?: Padded | undefined
}

/** A tensor with zeros around its spatial dimensions. */
export interface Padded {
  readonly source: Value
  /** Zeros before and after each spatial dimension. */
  readonly amounts: readonly number[]
  readonly channelsFirst: boolean
}

/** A tensor that a plan finds in memory when it starts and leaves there for the next run. */
export interface State {
  /** Layer and place in it: the same in every plan of a model. */
  readonly key: string
  readonly before: Value
  readonly after: Value
  /** True where axis 1 has room for more steps than have been taken, and zeros there; it may grow from plan to plan. */
  readonly grows?: boolean
  /** Set where the only element counts the steps of a layer: those of this plan, and how many there can be. */
  readonly counts?: StepCount
}

/** Steps that a layer takes. */
export interface StepCount {
  readonly layer: string
  readonly steps: number
  /** At most, with those before. */
  readonly most: number
}

/** How an op uses a buffer. */
export interface Operand {
  readonly buffer: Buffer
  /** Bytes the address moves by per row of the op; 0 when every row uses the same bytes. */
  readonly rowBytes: number
}

/** A table that a plan carries beside its records: axes, offsets, constant operands. */
export interface Constant {
  readonly index: number
}

/** Addresses as placed by the planner. */
export interface Placement {
  address(operand: Operand): number
  /** Address of a table that `LowerContext.constant` took. */
  constant(table: Constant): number
  /** `rowBytes` for a buffer that spans all rows, 0 for one that only holds a tile. */
  advance(operand: Operand): number
}

/** A range of an op's panels of columns. */
export interface Panels {
  readonly first: number
  readonly count: number
}

/** An op that does nothing but this, element by element, to all of `reads[0]`. */
export type Step =
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** Adds `reads[1]`. */
  | { readonly kind: 'add' }

/** A size that the elements of a tensor decide, other than the one the plan was made for. */
export interface FoundSize {
  /** Which of these sizes, in the order in which lowering asks for them. */
  readonly index: number
  readonly size: number
}

/**
 * A step that runs in JavaScript, between op records, on the buffers that the plan has placed. When it finds another
 * size, the run ends there and is to be done again with a plan for that size.
 */
export type HostStep = (memory: KernelMemory, strings: StringPool) => FoundSize | undefined

/**
 * One op record to be. All rows of an op are independent of each other, so a chain of ops with equal `rows` may be run
 * tile by tile.
 */
export interface Op {
  /** Name of the layer it comes from. */
  readonly layer: string
  /** Kind of op, for `explain()`. */
  readonly kind: string
  readonly rows: number
  readonly reads: readonly Operand[]
  readonly writes: readonly Operand[]
  /** The result may take the place of `reads[0]`. */
  readonly inPlace: boolean
  /** Rows may be split into tiles; false for ops that mix rows. */
  readonly tileable: boolean
  /**
   * Threads may share the rows. As `tileable` unless said; true as well for ops that tell from a row's number what it
   * reads, where operands that every row reads from their start have `rowBytes` 0.
   */
  readonly splittable?: boolean | undefined
  /** Panels of columns that can be computed apart; absent where the op knows no such panels. */
  readonly panels?: number | undefined
  /** Multiplications and additions that the op carries out; absent where it mostly moves data. */
  readonly flops?: number | undefined
  /** The same for the plain algorithm, where the op has a shorter way to the result (Winograd). */
  readonly plainFlops?: number | undefined
  /** Set where the op before it may do this op's work. */
  readonly step?: Step | undefined
  /**
   * This op and a step after it in one, undefined where it cannot.
   *
   * @param y where the result goes
   * @param addend what 'add' adds
   */
  readonly withStep?:
    | ((step: Step, y: Buffer, addend: Buffer | undefined) => OpBody | undefined)
    | undefined
  /** Bytes of weights that it reads. */
  readonly weightBytes?: number | undefined
  /** @param part the panels to compute; all when absent */
  emit(program: Program, index: number, place: Placement, part?: Panels): void
  /** Set for an op that has no record and runs on the host: a step bound to its addresses. */
  bind?(place: Placement): HostStep
}

/** An op before it is known which layer it belongs to. */
export type OpBody = Omit<Op, 'layer'>
