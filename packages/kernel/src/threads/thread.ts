import { kernelInstance } from '../instance.ts'
import type { ServerPort } from '../worker/port.ts'
import { ENDED, LEFT, SLEEPERS, spinUntil, takeChunks, WAKE, type ThreadKernel } from './control.ts'

/** What a worker becomes a thread of a model with. */
export interface ThreadTask {
  readonly call: 'thread'
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly control: SharedArrayBuffer
  /** Number of the thread; the calling one is 0. */
  readonly thread: number
}

/** Answers that it is ready, then works for the model until it ends. */
export function workAsThread(
  { module, memory, control, thread }: ThreadTask,
  port: ServerPort,
): void {
  const kernel: ThreadKernel = kernelInstance(module, memory)
  const words = new Int32Array(control)
  const hasNews = (): boolean => Atomics.load(words, LEFT) > 0 || Atomics.load(words, ENDED) !== 0
  port.postMessage({ ready: true }, [])
  while (Atomics.load(words, ENDED) === 0) {
    takeChunks(words, thread, kernel)
    if (!spinUntil(hasNews)) sleep(words)
  }
}

/** Waits until there is work; counted before it looks once more, so that nobody who brings work misses it. */
function sleep(words: Int32Array): void {
  Atomics.add(words, SLEEPERS, 1)
  const wake = Atomics.load(words, WAKE)
  if (Atomics.load(words, LEFT) <= 0 && Atomics.load(words, ENDED) === 0) {
    Atomics.wait(words, WAKE, wake)
  }
  Atomics.sub(words, SLEEPERS, 1)
}
