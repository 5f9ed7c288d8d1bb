import type { Environment, Tensor } from '../contestants/contestant.ts'
import type { PreparedModel } from '../models/model.ts'
import { toInputs } from '../models/model.ts'

export type Precision = 'exact' | 'fast'

/** What the engine tells of itself with one model, one row and one thread. */
export interface EngineFigures {
  readonly precision: Precision
  /** The machine's, of one core with 128-bit vectors, measured in between. */
  readonly peakGflops: number
  /** Of matrix products and convolutions, a Winograd convolution by its own multiplications. */
  readonly gflops: number
  /** Part of the time of all ops that these take. */
  readonly timeShare: number
  readonly weightBytes: number
  readonly arenaBytes: number
  readonly arenaLeastBytes: number
  /** What the JavaScript heap gains in `steadyCalls` calls into one array; where the runtime tells, for short calls. */
  readonly heapGrowthBytes?: number | undefined
}

export const steadyCalls = 100_000
/** Milliseconds up to which so many calls are made. */
const shortCall = 0.02
/** Milliseconds of a call that cannot become a short one by warming up. */
const longCall = 1
const warmUpCalls = 200

const products = /^(dense|conv|winograd|depthwise|matmul)/

/** To be called in a process of its own. */
export async function engineFigures(
  model: PreparedModel,
  precision: Precision,
  environment: Environment,
): Promise<EngineFigures> {
  const { load } = await environment.importDotplus()
  const loaded = await load(environment.fileAddress(model.files.dotplus), { precision, threads: 1 })
  const samples = toInputs(await environment.readBytes(model.files.inputs), model.inputDtype)
  const x: Tensor = {
    data: samples.slice(0, samples.length / model.sampleCount),
    shape: [1, ...model.inputShape],
  }
  const { ops, peak } = await loaded.profile(x)
  const sum = (of: typeof ops, what: (op: (typeof ops)[number]) => number): number =>
    of.reduce((total, op) => total + what(op), 0)
  const own = ops.filter(({ kind }) => products.test(kind))
  const ownTime = sum(own, ({ time }) => time.min)
  const { weights, arena, arenaLowerBound } = loaded.memory
  return {
    precision,
    peakGflops: peak.gflops,
    gflops: sum(own, ({ flops }) => flops) / ownTime / 1e6,
    timeShare: ownTime / sum(ops, ({ time }) => time.min),
    weightBytes: weights,
    arenaBytes: arena,
    arenaLeastBytes: arenaLowerBound,
    heapGrowthBytes: heapGrowth(loaded, x, environment),
  }
}

function heapGrowth(
  model: { predict(x: unknown, options?: object): unknown },
  { data }: Tensor,
  { heapBytes }: Environment,
): number | undefined {
  if (!heapBytes) return undefined
  const options = { out: (model.predict(data) as { data: Float32Array }).data }
  const call = (count: number): number => {
    const start = performance.now()
    for (let k = 0; k < count; k++) model.predict(data, options)
    return (performance.now() - start) / count
  }
  if (call(1) > longCall || call(warmUpCalls) > longCall) return undefined
  if (call(warmUpCalls) > shortCall) return undefined
  call(steadyCalls)
  const before = heapBytes(true)
  call(steadyCalls)
  return heapBytes(false) - before
}
