import type { Machine } from '../machine.ts'
import type { RunSettings } from '../measure/model-run.ts'
import type { ModelResult } from '../measure/model-run.ts'

/** One run of the tool; this is also what `--json` writes. */
export interface Report {
  readonly date: string // ISO 8601
  readonly machine: Machine
  readonly settings: RunSettings
  readonly baseline: string // id of the contestant ratios are taken to
  readonly contestants: readonly ContestantInfo[]
  readonly hosts: readonly HostReport[]
}

export interface ContestantInfo {
  readonly id: string
  readonly title: string
  readonly version: string // empty for plain code
  readonly installedBytes: number // packages and their dependencies; 0 for plain code
}

export interface HostReport {
  readonly title: string
  readonly models: readonly (ModelResult & { readonly coldStarts: readonly ColdStartSummary[] })[]
}

export interface ColdStartSummary {
  readonly id: string
  readonly loadMs: number // median
  readonly firstPredictMs: number // median
  readonly totalMs: number // median of the sums
}
