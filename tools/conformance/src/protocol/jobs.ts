import type { StoredValue } from './values.ts'

export type Precision = 'exact' | 'fast'

/** One model to load and call: the same list goes to every runtime. */
export interface Job {
  readonly case: string
  /** `reloaded`: the model's bytes after save → load → save. */
  readonly variant: Variant
  readonly precision: Precision
  /** Blob with the bytes of the `.dotplus` file. */
  readonly model: number
  /** Inputs of each call, in the order of the model's inputs; calls follow each other without a state reset. */
  readonly calls: readonly (readonly StoredValue[])[]
}

export type Variant = 'exact' | 'fast' | 'reloaded'
export const variants: readonly Variant[] = ['exact', 'reloaded', 'fast']

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
