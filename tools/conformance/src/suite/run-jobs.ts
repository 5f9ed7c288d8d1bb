import { packBundle, unpackBundle } from '../protocol/bundle.ts'
import type { Job, JobResult, JobsHeader, Precision } from '../protocol/jobs.ts'
import { checkInvariants, type SteppedModel } from './invariants.ts'
import { readValue, storeValue, type Elements, type Value } from '../protocol/values.ts'

/** The part of a loaded model that the suite needs; the runtime packages share it. */
interface RunnableModel extends SteppedModel {
  readonly outputs: readonly { readonly name: string }[]
  explain(): {
    readonly precision: Precision
    readonly threads: number
    readonly notes: readonly string[]
  }
  dispose(): void
}

/** `load` of `@dotplus/node`, `@dotplus/deno` or `@dotplus/browser`. */
export type Load = (
  bytes: Uint8Array<ArrayBuffer>,
  options: {
    readonly precision: Precision
    readonly threads: number
    readonly shareFrom: number
  },
) => Promise<RunnableModel>

/**
 * Runs a bundle of jobs and answers with a bundle of results. A job that throws becomes a result with its error; the
 * others still run.
 */
export async function runJobs(bundle: Uint8Array, load: Load): Promise<Uint8Array<ArrayBuffer>> {
  const { header, blobs } = unpackBundle<JobsHeader>(bundle)
  const outputs: Uint8Array[] = []
  const results: JobResult[] = []
  for (const job of header.jobs) {
    const { case: name, variant } = job
    try {
      results.push({ case: name, variant, ...(await runJob(job, blobs, outputs, load)) })
    } catch (error) {
      results.push({ case: name, variant, error: String(error) })
    }
  }
  return packBundle({ header: { results }, blobs: outputs })
}

async function runJob(job: Job, blobs: readonly Uint8Array[], outputs: Uint8Array[], load: Load) {
  const bytes = blobs[job.model]
  if (!bytes) throw new RangeError(`blob ${job.model} of ${blobs.length}`)
  const model = await load(bytes.slice(), {
    precision: job.precision,
    threads: job.threads,
    shareFrom: 0,
  })
  try {
    const { threads, notes } = model.explain()
    if (threads !== job.threads) throw new Error(`${threads} threads: ${notes.join(' ')}`)
    const calls = job.calls.map((inputs) => {
      const prediction = model.predict(inputs.map((stored) => readValue(stored, blobs)))
      return listOutputs(model, prediction).map((value) => storeValue(value, outputs))
    })
    const [inputs] = job.calls
    if (job.variant === 'exact' && inputs)
      checkInvariants(
        model,
        inputs.map((stored) => readValue(stored, blobs)),
        (prediction) => listOutputs(model, prediction),
      )
    return { calls, ran: model.explain().precision }
  } finally {
    model.dispose()
  }
}

/** The outputs in the model's order: `predict` answers with a tensor, or with a record by output name. */
function listOutputs(model: RunnableModel, prediction: unknown): Value[] {
  if (isTensor(prediction)) return [prediction]
  if (typeof prediction !== 'object' || prediction === null) {
    throw new TypeError(`predict answered with ${typeof prediction}`)
  }
  return model.outputs.map(({ name }) => {
    const value: unknown = Reflect.get(prediction, name)
    if (!isTensor(value)) throw new TypeError(`predict's answer has no output ${name}`)
    return value
  })
}

function isTensor(value: unknown): value is { data: Elements; shape: number[]; dtype: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    (ArrayBuffer.isView(value.data) || Array.isArray(value.data)) &&
    'shape' in value &&
    Array.isArray(value.shape)
  )
}
