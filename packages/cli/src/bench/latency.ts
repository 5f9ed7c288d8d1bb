/** Latency of calls in milliseconds. */
export interface Latency {
  readonly calls: number
  readonly min: number
  readonly mean: number
  readonly median: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

const warmUpTime = 300
const leastCalls = 5
const mostCalls = 100_000

const betweenReports = 100 // ms

/**
 * Calls `run` until the engine has had time to optimize it, then for `milliseconds`, at least a few times.
 *
 * @param onProgress told now and then, between two calls, how much of the time is over
 */
export function measureLatency(
  run: () => void,
  milliseconds: number,
  onProgress: (fraction: number, calls: number) => void = () => {},
): Latency {
  const warm = performance.now()
  do run()
  while (performance.now() - warm < Math.min(warmUpTime, milliseconds))
  const samples: number[] = []
  const start = performance.now()
  let before = start
  let reported = start
  while (
    samples.length < leastCalls ||
    (before - start < milliseconds && samples.length < mostCalls)
  ) {
    run()
    const after = performance.now()
    samples.push(after - before)
    before = after
    if (after - reported < betweenReports) continue
    reported = after
    onProgress(Math.min(1, (after - start) / milliseconds), samples.length)
    before = performance.now()
  }
  return summarize(samples)
}

/** @param samples at least one */
export function summarize(samples: readonly number[]): Latency {
  const sorted = Float64Array.from(samples).toSorted()
  const at = (share: number): number =>
    sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] as number
  return {
    calls: sorted.length,
    min: at(0),
    mean: sorted.reduce((sum, time) => sum + time, 0) / sorted.length,
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  }
}
