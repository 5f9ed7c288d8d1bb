// Runs in the page: what the trials call.
import { load, type Progress } from '@dotplus/browser'
import { concurrentCalls, cycle, eightModels, killedWorker, type AnyLoad } from './work.ts'

const longTasks: PerformanceEntry[] = []
new PerformanceObserver((list) => void longTasks.push(...list.getEntries())).observe({
  type: 'longtask',
})

/** Milliseconds of every task since `start` that blocked the page for longer than 50. */
async function longTasksSince(start: number): Promise<number[]> {
  // They are reported a little later.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return longTasks.filter(({ startTime }) => startTime >= start).map(({ duration }) => duration)
}

export interface Outcome {
  readonly error?: string
  readonly progress: readonly Progress[]
  readonly sum?: number
  /** Milliseconds of the tasks that blocked the page for longer than 50. */
  readonly longTasks: readonly number[]
}

const width = 1024

/** Loads the large model, predicts once, disposes of it. */
async function loadLarge({
  cache,
  worker = true,
  stopAt = Infinity,
}: {
  cache?: boolean | 'fallback'
  worker?: boolean
  /** Bytes after which loading is stopped. */
  stopAt?: number
}): Promise<Outcome> {
  const progress: Progress[] = []
  const stop = new AbortController()
  const onProgress = (report: Progress): void => {
    progress.push(report)
    if (report.loaded >= stopAt) stop.abort(new Error('stopped'))
  }
  const start = performance.now()
  try {
    const model = await load('large.dotplus', { cache, worker, onProgress, signal: stop.signal })
    const { data } = await model.predict(new Float32Array(width).fill(0.5))
    model.dispose()
    const sum = data.reduce((a, b) => a + b, 0)
    return { progress, sum, longTasks: await longTasksSince(start) }
  } catch (error) {
    return { progress, error: String(error), longTasks: await longTasksSince(start) }
  }
}

const workers: Worker[] = []
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    workers.push(this)
  }
}

let bytes: Promise<Uint8Array> | undefined

/** The model's bytes, fetched once: the browser keeps some of what it has fetched. */
function bytesOfModel(): Promise<Uint8Array> {
  bytes ??= fetch('whole.dotplus').then(
    async (response) => new Uint8Array(await response.arrayBuffer()),
  )
  return bytes
}

/** What every runtime is tried with, by name. */
const work: Work = {
  eightModels: async () => eightModels(load as AnyLoad, await bytesOfModel()),
  concurrentCalls: async () => concurrentCalls(load as AnyLoad, await bytesOfModel()),
  killedWorker: async () =>
    killedWorker(load as AnyLoad, await bytesOfModel(), () => workers.pop()?.terminate()),
  cycle: async (count) => cycle(load as AnyLoad, await bytesOfModel(), count),
}

Object.assign(globalThis, { loadLarge, work })

export type LoadLarge = typeof loadLarge
export interface Work {
  eightModels(): Promise<void>
  concurrentCalls(): Promise<void>
  killedWorker(): Promise<string>
  cycle(count: number): Promise<void>
}
