import type { Port, ServerPort } from './port.ts'

interface WorkerEvent {
  readonly data?: unknown
  readonly message?: string
  readonly error?: unknown
  preventDefault(): void
}

/** What is used of a web worker, as browsers and Deno have them and Node does not. */
export interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void
  terminate(): void
}

/** The port of a web worker. */
export function webPort(worker: WebWorker): Port {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onError: (listener) => {
      worker.addEventListener('messageerror', () =>
        listener({ what: 'a message from the worker could not be read' }),
      )
      worker.addEventListener('error', (event) => {
        // Deno ends the process over an error that nobody claims.
        event.preventDefault()
        const { message, error } = event
        if (message) {
          listener({ what: `the worker failed: ${message}`, cause: error })
          return
        }
        listener({
          what: 'the worker could not start',
          hint: 'Its script was not found or not allowed; see how to serve it in the README',
        })
      })
    },
    terminate: () => worker.terminate(),
  }
}

/** What a web worker's global scope offers its script. */
export interface WorkerScope {
  postMessage(message: unknown, options: { transfer: ArrayBuffer[] }): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}

/** The port inside a web worker. */
export function webServerPort(scope: WorkerScope): ServerPort {
  return {
    postMessage: (message, transfer) => scope.postMessage(message, { transfer }),
    onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
  }
}
