import type { Contestant, HostId } from '../contestants/contestant.ts'
import type { ColdStart } from '../measure/cold-start.ts'
import type { EngineFigures, Precision } from '../measure/engine.ts'
import type { ModelResult, RunSettings } from '../measure/model-run.ts'
import type { PreparedModel } from '../models/model.ts'

/** A runtime in which models are timed. */
export interface Host {
  readonly id: HostId
  /** Name, version and engine, as the report prints them. */
  readonly title: string
  /** All contestants in one process or page. */
  run(
    model: PreparedModel,
    contestants: readonly Contestant[],
    settings: RunSettings,
    onProgress: (text: string) => void,
  ): Promise<ModelResult>
  /** One contestant in a process or page of its own. */
  coldStart(model: PreparedModel, contestant: Contestant): Promise<ColdStart>
  /** What the engine tells of itself, in a process or page of its own. */
  inspect(model: PreparedModel, precision: Precision): Promise<EngineFigures>
  close(): Promise<void>
}

/** What is asked of a process or page. */
export type HostRequest =
  | {
      readonly kind: 'run'
      readonly model: PreparedModel
      readonly contestants: readonly string[]
      readonly settings: RunSettings
    }
  | { readonly kind: 'cold-start'; readonly model: PreparedModel; readonly contestant: string }
  | { readonly kind: 'inspect'; readonly model: PreparedModel; readonly precision: Precision }
