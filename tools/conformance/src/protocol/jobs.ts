import type { StoredValue } from './values.ts'

export type Precision = 'exact' | 'fast'

/** One model to load and call: the same list goes to every runtime. */
export interface Job {
  readonly case: string
  /** `reloaded`: the model's bytes after save → load → save. */
  readonly variant: Variant
  readonly precision: Precision
  readonly threads: number
  /** Blob with the bytes of the `.dotplus` file. */
  readonly model: number
  /** Inputs of each call, in the order of the model's inputs; calls follow each other without a state reset. */
  readonly calls: readonly (readonly StoredValue[])[]
}

/** `threads`: exact, with every op shared by two threads; only for some cases, since workers take their time. */
export type Variant = 'exact' | 'fast' | 'reloaded' | 'threads'
export const variants: readonly Variant[] = ['exact', 'reloaded', 'fast', 'threads']

/** One case in so many runs on two threads in every runtime; in Node all of them do in a test of their own. */
const threadedStride = 32

/** True where the case at `index` runs in this variant. */
export function runsIn(variant: Variant, index: number): boolean {
  return variant !== 'threads' || index % threadedStride === 0
}

export interface JobsHeader {
  readonly jobs: readonly Job[]
}

/** What one job gave. */
export type JobResult = {
  readonly case: string
  readonly variant: Variant
} & (
  | {
      /** Outputs of each call, in the order of the model's outputs. */
      readonly calls: readonly (readonly StoredValue[])[]
      /** The build that ran: a runtime without relaxed SIMD runs `fast` jobs on the exact build. */
      readonly ran: Precision
    }
  | { readonly error: string }
)

export interface ResultsHeader {
  readonly results: readonly JobResult[]
}
