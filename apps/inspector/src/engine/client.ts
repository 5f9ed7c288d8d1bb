import type { Engine, EngineReply, EngineRequest, Problem } from './protocol.ts'

/** Everything that was wrong with a request. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems[0]?.message ?? 'failed')
    this.problems = problems
  }
}

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
  readonly onProgress: ((done: number, total: number) => void) | undefined
}

/**
 * The worker that holds the model. It is ended to cancel what it does, and then begins anew, with the model it held.
 */
export class EngineClient {
  #worker: Worker | undefined
  /** What opens the model again that is open. */
  #opened: Parameters<Engine['open']> | undefined
  #pending = new Map<number, Pending>()
  #next = 0

  call<Method extends keyof Engine>(
    method: Method,
    args: Parameters<Engine[Method]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ReturnType<Engine[Method]>> {
    const answer = this.#send(method, args, onProgress)
    if (method === 'open') {
      this.#opened = undefined
      const opening = args as unknown as Parameters<Engine['open']>
      answer.then(
        () => (this.#opened = opening),
        () => undefined,
      )
    }
    return answer
  }

  /** Starts the worker before there is anything to do. */
  start(): void {
    if (!this.#worker) this.#send('ready', []).catch(() => undefined)
  }

  #send<Method extends keyof Engine>(
    method: Method,
    args: Parameters<Engine[Method]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ReturnType<Engine[Method]>> {
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve, reject) => {
      const id = this.#next++
      this.#pending.set(id, { resolve, reject, onProgress })
      worker.postMessage({ id, method, args } satisfies EngineRequest)
    })
  }

  cancel(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of waiting) reject(new DOMException('cancelled', 'AbortError'))
    if (this.#opened) this.#send('open', this.#opened).catch(() => undefined)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<EngineReply>) => this.#hear(data))
    worker.addEventListener('error', (event) => {
      const failed = [...this.#pending.values()]
      this.#pending.clear()
      this.#worker = undefined
      for (const { reject } of failed) {
        reject(
          new EngineError([{ message: event.message || 'the worker ended', layer: undefined }]),
        )
      }
    })
    return worker
  }

  #hear(reply: EngineReply): void {
    const pending = this.#pending.get(reply.id)
    if (!pending) return
    if (reply.kind === 'progress') {
      pending.onProgress?.(reply.done, reply.total)
      return
    }
    this.#pending.delete(reply.id)
    if (reply.kind === 'result') pending.resolve(reply.result as never)
    else pending.reject(new EngineError(reply.problems))
  }
}
