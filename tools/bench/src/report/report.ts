import type { HostId } from '../contestants/contestant.ts'
import type { Machine } from '../machine.ts'
import type { EngineFigures } from '../measure/engine.ts'
import type { ModelResult, RunSettings, Timing } from '../measure/model-run.ts'

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

export interface ModelReport extends ModelResult {
  readonly coldStarts: readonly ColdStartSummary[]
  /** What the engine tells of itself, by precision; empty where it was not asked. */
  readonly figures: readonly EngineFigures[]
  /** Bytes of the .dotplus file. */
  readonly fileBytes: number
}

export interface HostReport {
  readonly id: HostId
  readonly title: string
  readonly models: readonly ModelReport[]
}

/** Medians over several fresh processes or pages. */
export interface ColdStartSummary {
  readonly id: string
  readonly loadMs: number
  readonly firstPredictMs: number
  readonly totalMs: number
  readonly peakBytes: number | undefined
  readonly downloadedBytes: number | undefined
}

/** The timing of a contestant, of the workload with so many rows. */
export function timingOf(
  model: ModelReport | undefined,
  id: string,
  rows: number,
): Timing | undefined {
  const workload = model?.workloads.find(({ spec }) => spec.rows === rows)
  return workload?.timings.find((timing) => timing.id === id)
}
