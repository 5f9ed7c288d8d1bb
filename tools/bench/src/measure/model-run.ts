import type { Contestant, Environment, Runner } from '../contestants/contestant.ts'
import type { PreparedModel, WorkloadSpec } from '../models/model.ts'
import { toFloats } from '../models/model.ts'
import { compareWithKeras, largestMagnitude } from './accuracy.ts'
import type { Batch } from './batches.ts'
import { makeBatches } from './batches.ts'
import type { Entrant } from './interleaved.ts'
import { measureInterleaved } from './interleaved.ts'
import { reasonOf } from './reason.ts'
import { median, quantile } from './statistics.ts'

export interface RunSettings {
  readonly rounds: number
  readonly secondsEach: number
}

export interface Timing {
  readonly id: string
  readonly maxAbs: number // largest difference from Keras over all outputs of the workload
  readonly samples: number
  readonly minMs: number // per call
  readonly medianMs: number // per call
  readonly p95Ms: number // per call
}

export interface WorkloadResult {
  readonly spec: WorkloadSpec
  readonly timings: readonly Timing[]
}

export interface Failure {
  readonly id: string
  readonly reason: string
}

export interface ModelResult {
  readonly name: string
  readonly title: string
  readonly workloads: readonly WorkloadResult[]
  /** Contestants that could not load the model or did not answer as Keras does; they are not timed. */
  readonly failures: readonly Failure[]
}

/** What a host adds to an environment so that a run can be timed in it. */
export interface TimedEnvironment extends Environment {
  readonly collectGarbage: () => void
  readonly onProgress: (text: string) => void
}

/** Loads the model in every contestant, checks every workload's outputs against Keras, then times them together. */
export async function runModel(
  model: PreparedModel,
  contestants: readonly Contestant[],
  environment: TimedEnvironment,
  settings: RunSettings,
): Promise<ModelResult> {
  const inputs = toFloats(await environment.readBytes(model.files.inputs))
  const expected = toFloats(await environment.readBytes(model.files.expected))
  const largest = largestMagnitude(expected)
  const failures: Failure[] = []
  const runners = new Map<string, Runner>()
  for (const contestant of contestants) {
    environment.onProgress(`${model.title}: loading ${contestant.title}`)
    try {
      runners.set(contestant.id, await contestant.load(model, environment))
    } catch (error) {
      failures.push({ id: contestant.id, reason: reasonOf(error) })
    }
  }

  const workloads: WorkloadResult[] = []
  for (const spec of model.workloads) {
    const batches = makeBatches(model, spec, inputs, expected)
    const entrants: (Entrant & { maxAbs: number })[] = []
    for (const [id, runner] of runners) {
      const checked = await check(id, runner, batches, largest)
      if ('reason' in checked) failures.push({ id, reason: `${spec.title}: ${checked.reason}` })
      else entrants.push(checked)
    }
    const samples = await measureInterleaved(entrants, {
      ...settings,
      callsPerSample: spec.callsPerSample,
      collectGarbage: environment.collectGarbage,
      onRound: (round) =>
        environment.onProgress(
          `${model.title}, ${spec.title}: round ${round + 1}/${settings.rounds}`,
        ),
    })
    workloads.push({
      spec,
      timings: entrants.map(({ id, maxAbs }) => summarise(id, maxAbs, samples.get(id)!)),
    })
  }
  for (const runner of runners.values()) await runner.dispose()
  return { name: model.name, title: model.title, workloads, failures }
}

async function check(
  id: string,
  runner: Runner,
  batches: readonly Batch[],
  largest: number,
): Promise<(Entrant & { maxAbs: number }) | Failure> {
  try {
    const workload = runner.bind(batches)
    const outputs = await workload.outputs()
    const results = outputs.map((output, k) =>
      compareWithKeras(output, batches[k]!.expected, largest),
    )
    const failed = results.find((result) => !result.ok)
    if (failed) return { id, reason: failed.reason ?? 'differs from Keras' }
    return { id, workload, maxAbs: Math.max(...results.map((result) => result.maxAbs)) }
  } catch (error) {
    return { id, reason: reasonOf(error) }
  }
}

function summarise(id: string, maxAbs: number, samples: readonly number[]): Timing {
  return {
    id,
    maxAbs,
    samples: samples.length,
    minMs: quantile(samples, 0),
    medianMs: median(samples),
    p95Ms: quantile(samples, 0.95),
  }
}
