/** The thread's side of a worker, as an adapter provides it. */
export interface Port {
  /** Sends a message; the buffers in `transfer` move to the worker. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  /** Calls `listener` with every message from the worker. */
  onMessage(listener: (message: unknown) => void): void
  /** Calls `listener` once the worker has failed or ended; nothing comes from it after that. */
  onError(listener: (failure: WorkerFailure) => void): void
  terminate(): void
  /** Tells a runtime that ends when nothing is left to do whether a call is pending. */
  setBusy?(isBusy: boolean): void
}

/** The worker's side of the same port. */
export interface ServerPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
}

/** Why a worker is gone. */
export interface WorkerFailure {
  /** What happened, e.g. `the worker exited with code 1`. */
  readonly what: string
  readonly hint?: string | undefined
  readonly cause?: unknown
}
