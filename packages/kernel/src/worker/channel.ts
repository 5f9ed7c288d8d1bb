import { InputError, RuntimeError } from '@dotplus/core'
import type { Explanation, MemoryReport } from '../model/loaded-model.ts'
import type { Port } from './port.ts'
import type { Progress } from './progress.ts'
import type { CallName, Calls, Reply, Report, State } from './protocol.ts'
import { unpackError } from './sent-error.ts'

interface PendingCall {
  resolve(result: Calls[CallName]['result']): void
  reject(error: Error): void
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** Calls to a worker, their replies, and the state of the model that the latest reply told. */
export class Channel {
  #port: Port
  #pending = new Map<number, PendingCall>()
  #nextId = 0
  #end: RuntimeError | undefined
  #memory: MemoryReport | undefined
  #explanation: Explanation | undefined

  /** @param wayOut what to do when the worker is gone, for errors */
  constructor(port: Port, wayOut: string) {
    this.#port = port
    port.onMessage((message) => this.#receive(message as Reply | Report))
    port.onError(({ what, hint, cause }) => {
      const wasReady = this.#memory !== undefined
      const failure = new RuntimeError(what, {
        hint: hint ?? (wasReady ? wayOut : undefined),
        cause,
      })
      this.end(failure, failure)
    })
  }

  /** True when the worker is gone, whoever ended it. */
  get hasFailed(): boolean {
    return this.#end !== undefined
  }

  call<Name extends CallName>(
    call: Name,
    parameters: Calls[Name]['parameters'],
    transfer: ArrayBuffer[] = [],
    onProgress?: (progress: Progress) => void,
  ): Promise<Calls[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end
      const id = this.#nextId++
      try {
        this.#port.postMessage({ id, call, parameters }, transfer)
      } catch (cause) {
        throw new InputError('this cannot be sent to a worker', {
          expected: 'numbers, arrays and typed arrays',
          got: cause instanceof Error ? cause.message : String(cause),
          cause,
        })
      }
      this.#pending.set(id, { resolve, reject, onProgress })
      this.#port.setBusy?.(true)
    })
  }

  #receive(message: Reply | Report): void {
    if (!('progress' in message)) this.#settle(message)
    else this.#pending.get(message.id)?.onProgress?.(message.progress)
  }

  #settle(reply: Reply): void {
    const call = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (this.#pending.size === 0) this.#port.setBusy?.(false)
    if (reply.ok) {
      this.#update(reply.state)
      call?.resolve(reply.result)
    } else {
      call?.reject(unpackError(reply.error))
    }
  }

  #update({ memory, explanation }: State): void {
    this.#memory = memory
    this.#explanation = explanation ?? this.#explanation
  }

  /** Ends the worker. `pending` rejects the calls on their way, `later` all that follow. */
  end(pending: Error, later: RuntimeError): void {
    if (this.#end) return
    this.#end = later
    const calls = [...this.#pending.values()]
    this.#pending.clear()
    this.#port.terminate()
    for (const call of calls) call.reject(pending)
  }

  get memory(): MemoryReport {
    if (this.#end) throw this.#end
    return this.#memory as MemoryReport
  }

  get explanation(): Explanation {
    if (this.#end) throw this.#end
    return { ...(this.#explanation as Explanation), memory: this.memory }
  }
}
