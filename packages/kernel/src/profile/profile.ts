import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import * as L from '../wasm/layout.ts'
import { PeakMeter, type MachinePeak } from './peak.ts'

/** Times in milliseconds over several runs. */
export interface Times {
  readonly min: number
  readonly median: number
  /** Right even where the clock is coarser than an op takes, as in pages that are not isolated. */
  readonly mean: number
}

/** What one op takes, on one thread. */
export interface OpProfile extends PlanStep {
  /** Shapes of its layer's outputs. */
  readonly shapes: readonly (readonly number[])[]
  readonly time: Times
  /** Multiplications and additions carried out, 10⁹ a second at the least time. */
  readonly gflops: number
  /** As many as the plain algorithm would need in this time. */
  readonly plainGflops: number
  /** Bytes read and written, 10⁹ a second. */
  readonly gbytes: number
  /** Share of the peak: of arithmetic where the op computes, of memory where it moves data. */
  readonly share: number
}

/** What a call takes, op by op. */
export interface Profile {
  readonly ops: readonly OpProfile[]
  /** A whole call as it always runs, on all threads. */
  readonly call: Times
  /** All ops, one after the other on one thread. */
  readonly total: Times
  /** Multiplications and additions of all ops over the sum of their least times, 10⁹ a second. */
  readonly gflops: number
  readonly peak: MachinePeak
  /** Share of the peak over all ops that compute. */
  readonly share: number
  readonly runs: number
}

/**
 * A plan in memory, ready to run.
 *
 * @internal
 */
export interface Profiled {
  readonly plan: Plan
  readonly memory: KernelMemory
  /** Address of the plan. */
  readonly base: number
  readonly strings: StringPool
  readonly module: WebAssembly.Module
  /** A memory of the kind that the module imports. */
  readonly newMemory: () => WebAssembly.Memory
  /** Brings inputs and states to where the plan reads them. */
  readonly prepare: () => void
  /** Runs the plan as always. */
  readonly run: () => void
  readonly shapesOf: ReadonlyMap<string, readonly (readonly number[])[]>
}

const leastRuns = 5
const mostRuns = 1000
const peakSamples = 10
/** Milliseconds of measuring that are enough for short plans. */
const enoughTime = 500

/** Runs every record of the first thread's program by itself; adds to `times`, by step, what each takes. */
function runOneByOne({ plan, memory, base, strings }: Profiled, times: Float64Array): void {
  const { exports, u32 } = memory
  const { recordSteps } = plan
  const add = (step: number, start: number): void => {
    times[step] = (times[step] ?? 0) + performance.now() - start
  }
  const execute = (record: number, row: number, rows: number): void => {
    const start = performance.now()
    exports.execute(base + record * L.RECORD_BYTES, row, rows)
    add(recordSteps[record] as number, start)
  }
  const word = (record: number, index: number): number =>
    u32[((base + record * L.RECORD_BYTES) >>> 2) + index] as number
  for (const { first, count, host, step } of plan.stretches) {
    if (host) {
      const start = performance.now()
      host(memory, strings)
      add(step, start)
    }
    for (let record = first; record < first + count; record++) {
      const rows = word(record, L.ROWS)
      if (word(record, 0) !== L.LOOP) {
        execute(record, 0, rows)
        continue
      }
      const [tileRows, body] = [word(record, L.LOOP_TILE_ROWS), word(record, L.LOOP_BODY)]
      for (let row = 0; row < rows; row += tileRows)
        for (let op = record + 1; op <= record + body; op++)
          execute(op, row, Math.min(tileRows, rows - row))
      record += body
    }
  }
}

function timesOf(samples: readonly number[]): Times {
  const sorted = samples.toSorted((a, b) => a - b)
  const sum = samples.reduce((total, sample) => total + sample, 0)
  return {
    min: sorted[0] ?? 0,
    median: sorted[sorted.length >> 1] ?? 0,
    mean: samples.length > 0 ? sum / samples.length : 0,
  }
}

/**
 * Measures a plan: whole calls, single ops and the peak of the machine in turn.
 *
 * @internal
 */
export function profilePlan(profiled: Profiled, runs: number | undefined): Profile {
  const { plan, shapesOf } = profiled
  const calls: number[] = []
  const perStep = plan.steps.map((): number[] => [])
  const totals: number[] = []
  const meter = new PeakMeter(profiled.module, profiled.newMemory())
  const begin = performance.now()
  const isEnough = (run: number): boolean =>
    runs === undefined
      ? run === mostRuns || (run >= leastRuns && performance.now() - begin > enoughTime)
      : run === runs
  for (let run = 0; !isEnough(run); run++) {
    profiled.prepare()
    const start = performance.now()
    profiled.run()
    calls.push(performance.now() - start)
    if (calls.length <= peakSamples) meter.sample()
    const times = new Float64Array(plan.steps.length)
    profiled.prepare()
    runOneByOne(profiled, times)
    for (const [step, time] of times.entries()) perStep[step]?.push(time)
    totals.push(times.reduce((sum, time) => sum + time, 0))
  }
  const { peak } = meter
  const ops = plan.steps.map((step, i): OpProfile => {
    const time = timesOf(perStep[i] ?? [])
    const rate = (amount: number): number => (time.min === 0 ? 0 : amount / time.min / 1e6)
    const gflops = rate(step.flops)
    const gbytes = rate(step.bytes)
    return {
      ...step,
      shapes: shapesOf.get(step.layer) ?? [],
      time,
      gflops,
      plainGflops: rate(step.plainFlops),
      gbytes,
      share: step.flops > 0 ? gflops / peak.gflops : gbytes / peak.gbytes,
    }
  })
  const computing = ops.filter(({ flops }) => flops > 0)
  const flops = computing.reduce((sum, op) => sum + op.flops, 0)
  const leastTime = (of: readonly OpProfile[]): number =>
    of.reduce((sum, op) => sum + op.time.min, 0)
  const rateOver = (time: number): number => (time === 0 ? 0 : flops / time / 1e6)
  return {
    ops,
    call: timesOf(calls),
    total: timesOf(totals),
    gflops: rateOver(leastTime(ops)),
    peak,
    share: rateOver(leastTime(computing)) / peak.gflops,
    runs: calls.length,
  }
}
