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

/** Sent first: the name of a lock that the worker takes for as long as it lives. */
interface Lock {
  readonly lock: string
}

function isLock(message: unknown): message is Lock {
  return typeof message === 'object' && message !== null && 'lock' in message
}

interface Locks {
  request(name: string, whileHeld: () => unknown): Promise<unknown>
}

/** Locks that outlive nobody: of browsers in secure contexts, and of Deno. */
function locks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks
}

/** Nobody hears that a web worker was ended, but the lock it held becomes free. */
function watchLock(worker: WebWorker, onEnd: () => void): void {
  const lock = `dotplus ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`
  worker.addEventListener('message', ({ data }) => {
    if (isLock(data)) void locks()?.request(lock, onEnd)
  })
  worker.postMessage({ lock } satisfies Lock, [])
}

/** The port of a web worker. */
export function webPort(worker: WebWorker): Port {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) =>
      worker.addEventListener('message', ({ data }) => isLock(data) || listener(data)),
    onError: (listener) => {
      if (locks()) watchLock(worker, () => listener({ what: 'the worker was ended' }))
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
    onMessage: (listener) =>
      scope.addEventListener('message', ({ data }) => {
        if (!isLock(data)) listener(data)
        else {
          void locks()?.request(data.lock, () => {
            scope.postMessage(data, { transfer: [] })
            return new Promise(() => {})
          })
        }
      }),
  }
}
