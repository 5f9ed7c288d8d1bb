import { readFileSync } from 'node:fs'
import process from 'node:process'
import { Worker as ThreadWorker } from 'node:worker_threads'
import { concurrentCalls, cycle, eightModels, killedWorker, type AnyLoad } from './work.ts'

/** What a process found. */
export interface Found {
  /** Bytes of the process after a tenth of the cycles, and after all. */
  readonly memory: readonly [early: number, late: number]
  readonly killed: string
}

interface Collectors {
  readonly gc?: () => void
  readonly Bun?: { gc(force: boolean): void }
}

async function residentBytes(): Promise<number> {
  const { gc, Bun } = globalThis as Collectors
  let least = Infinity
  for (let i = 0; i < 5; i++) {
    gc?.()
    Bun?.gc(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
    least = Math.min(least, process.memoryUsage().rss)
  }
  return least
}

/** Remembers the worker that was started last, wherever this runtime's come from. */
function watchWorkers(): () => void {
  const workers: { terminate(): unknown }[] = []
  const { postMessage } = ThreadWorker.prototype
  ThreadWorker.prototype.postMessage = function (...values) {
    workers.push(this)
    postMessage.apply(this, values)
  }
  const Web = (globalThis as { Worker?: new (...values: never[]) => { terminate(): void } }).Worker
  if (Web) {
    class Watched extends Web {
      constructor(...values: never[]) {
        super(...values)
        workers.push(this)
      }
    }
    Object.assign(globalThis, { Worker: Watched })
  }
  return () => void workers.pop()?.terminate()
}

/** Tries everything with the model and as often as the command line says, and prints what was found. */
export async function measure(load: AnyLoad): Promise<void> {
  const [, , file = '', cycles = ''] = process.argv
  const bytes = new Uint8Array(readFileSync(file))
  const kill = watchWorkers()
  await eightModels(load, bytes)
  await concurrentCalls(load, bytes)
  const killed = await killedWorker(load, bytes, kill)
  const count = Number(cycles)
  await cycle(load, bytes, count / 10)
  const early = await residentBytes()
  await cycle(load, bytes, count - count / 10)
  const late = await residentBytes()
  console.log(JSON.stringify({ memory: [early, late], killed } satisfies Found))
}
