import type { Port, ServerPort } from './port.ts'

/** What a port uses of a `Worker` of node:worker_threads, as Node, Bun and Deno have it. */
export interface WorkerThread {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'messageerror' | 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): unknown
  ref(): void
  unref(): void
}

/** The port of a worker thread, which does not keep the process alive while it has nothing to do. */
export function threadPort(worker: WorkerThread): Port {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', listener),
    onError: (listener) => {
      worker.on('error', (cause) =>
        listener({ what: `the worker failed: ${cause.message}`, cause }),
      )
      worker.on('messageerror', (cause) =>
        listener({ what: 'a message from the worker could not be read', cause }),
      )
      worker.on('exit', (code) => listener({ what: `the worker exited with code ${code}` }))
    },
    terminate: () => void worker.terminate(),
    setBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
  }
}

/** What a port uses of `parentPort`. */
export interface ParentPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/**
 * The port inside a worker thread.
 *
 * @param parent `parentPort`, null on the main thread
 */
export function threadServerPort(parent: ParentPort | null): ServerPort {
  if (!parent) throw new Error('worker.js runs in a worker thread')
  return {
    postMessage: (message, transfer) => parent.postMessage(message, transfer),
    onMessage: (listener) => parent.on('message', listener),
  }
}
