import type { Contestant, Environment } from '../contestants/contestant.ts'
import type { PreparedModel } from '../models/model.ts'

export interface ColdStart {
  readonly loadMs: number // importing the package, reading and loading the model
  readonly firstPredictMs: number // the first call, one row
  /** Largest resident size of the process; undefined where the host cannot tell. */
  readonly peakBytes?: number | undefined
  /** What a page downloads beside the model, compressed; undefined outside of pages. */
  readonly downloadedBytes?: number | undefined
}

/** To be called once in a fresh process or page, in which nothing of the contestant has been imported yet. */
export async function coldStart(
  model: PreparedModel,
  contestant: Contestant,
  environment: Environment,
): Promise<ColdStart> {
  const size = model.inputShape.reduce((product, length) => product * length, 1)
  const data =
    model.inputDtype === 'int32' ? new Int32Array(size).fill(1) : new Float32Array(size).fill(0.5)
  const batch = { data, shape: [1, ...model.inputShape] }

  const start = performance.now()
  const runner = await contestant.load(model, environment, 1)
  const loaded = performance.now()
  const sum = await runner.bind([batch]).repeat(1)
  const answered = performance.now()

  if (!Number.isFinite(sum)) throw new Error(`output is ${sum}`)
  return { loadMs: loaded - start, firstPredictMs: answered - loaded }
}
