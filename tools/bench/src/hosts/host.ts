import type { Contestant } from '../contestants/contestant.ts'
import type { ColdStart } from '../measure/cold-start.ts'
import type { ModelResult, RunSettings } from '../measure/model-run.ts'
import type { PreparedModel } from '../models/model.ts'

/** A runtime in which models are timed. */
export interface Host {
  readonly id: string
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
}
