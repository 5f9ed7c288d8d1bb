import type { Contestant, Environment, Runner } from '../contestants/contestant.ts'
import type { PreparedModel, WorkloadSpec } from '../models/model.ts'
import { toDoubles, toFloats, toInputs } from '../models/model.ts'
import { compareWithKeras, largestMagnitude } from './accuracy.ts'
import type { Batch, Samples } from './batches.ts'
import { makeBatches } from './batches.ts'
import { hashOf } from './hash.ts'
import type { Entrant } from './interleaved.ts'
import { measureInterleaved } from './interleaved.ts'
import { reasonOf } from './reason.ts'
import { median, quantile } from './statistics.ts'

export interface RunSettings {
  readonly rounds: number
  readonly secondsEach: number
  /** Numbers of rows of the workloads to leave out. */
  readonly withoutRows: readonly number[]
}

export interface Timing {
  readonly id: string
  readonly maxAbs: number // largest difference from Keras over all outputs of the workload
  readonly errorRatio: number // root mean square error to float64, over that of Keras's float32 answer
  readonly hash: string // SHA-256 of all outputs of the workload, first 16 digits
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
  /** Workloads that a contestant could not load or did not answer as Keras does; these are not timed. */
  readonly failures: readonly Failure[]
}

/** What a host adds to an environment so that a run can be timed in it. */
export interface TimedEnvironment extends Environment {
  readonly collectGarbage: () => void
  readonly onProgress: (text: string) => void
}

type Checked = Entrant &
  Pick<Timing, 'maxAbs' | 'errorRatio' | 'hash'> & {
    /** Milliseconds that the check took per call. */
    readonly checkMs: number
  }

/** Untimed rounds; WebAssembly and JavaScript reach their last tier in these. */
const warmUpRounds = 3
/** A round in which everyone makes one call may take this long; of longer ones few are made, and the check warms up. */
const longRoundMs = 4000
const longRounds = 2

/** Loads the model in every contestant, checks every workload's outputs against Keras, then times them together. */
export async function runModel(
  model: PreparedModel,
  contestants: readonly Contestant[],
  environment: TimedEnvironment,
  settings: RunSettings,
): Promise<ModelResult> {
  const { files, inputDtype } = model
  const samples: Samples = {
    inputs: toInputs(await environment.readBytes(files.inputs), inputDtype),
    keras: toFloats(await environment.readBytes(files.expected)),
    truth: toDoubles(await environment.readBytes(files.truth)),
  }
  const failures: Failure[] = []
  const workloads: WorkloadResult[] = []
  for (const spec of model.workloads) {
    if (settings.withoutRows.includes(spec.rows)) continue
    const batches = makeBatches(model, spec, samples)
    const runners = new Map<string, Runner>()
    const entrants: Checked[] = []
    for (const contestant of contestants) {
      environment.onProgress(`${model.title}, ${spec.title}: loading ${contestant.title}`)
      try {
        const runner = await contestant.load(model, environment, spec.rows)
        runners.set(contestant.id, runner)
        const largest = largestMagnitude(samples.keras)
        entrants.push(await check(contestant, runner, batches, largest))
      } catch (error) {
        failures.push({ id: contestant.id, reason: `${spec.title}: ${reasonOf(error)}` })
      }
    }
    const roundMs = entrants.reduce((sum, { checkMs }) => sum + checkMs, 0)
    const isLong = roundMs > longRoundMs
    const rounds = isLong ? Math.min(longRounds, settings.rounds) : settings.rounds
    const timed = await measureInterleaved(entrants, {
      ...settings,
      rounds,
      warmUpRounds: isLong ? 0 : warmUpRounds,
      callsPerSample: spec.callsPerSample,
      collectGarbage: environment.collectGarbage,
      onRound: (round) =>
        environment.onProgress(`${model.title}, ${spec.title}: round ${round + 1}/${rounds}`),
    })
    workloads.push({
      spec,
      timings: entrants.map(({ id, maxAbs, errorRatio, hash }) => ({
        id,
        maxAbs,
        errorRatio,
        hash,
        ...summarise(timed.get(id)!),
      })),
    })
    for (const runner of runners.values()) await runner.dispose()
  }
  return { name: model.name, title: model.title, workloads, failures }
}

/** @throws {Error} when an output is out of bounds */
async function check(
  { id, bound }: Contestant,
  runner: Runner,
  batches: readonly Batch[],
  largest: number,
): Promise<Checked> {
  const workload = runner.bind(batches)
  const start = performance.now()
  const outputs = await workload.outputs()
  const checkMs = (performance.now() - start) / batches.length
  const results = outputs.map((output, k) => compareWithKeras(output, batches[k]!, largest, bound))
  const failed = results.find((result) => !result.ok)
  if (failed) throw new Error(failed.reason ?? 'differs from Keras')
  const total = (of: 'ours' | 'keras'): number =>
    results.reduce((sum, { squaredError }) => sum + squaredError[of], 0)
  return {
    id,
    workload,
    maxAbs: Math.max(...results.map((result) => result.maxAbs)),
    errorRatio: Math.sqrt(total('ours') / total('keras')),
    hash: await hashOf(outputs),
    checkMs,
  }
}

function summarise(
  samples: readonly number[],
): Omit<Timing, 'id' | 'maxAbs' | 'errorRatio' | 'hash'> {
  return {
    samples: samples.length,
    minMs: quantile(samples, 0),
    medianMs: median(samples),
    p95Ms: quantile(samples, 0.95),
  }
}
