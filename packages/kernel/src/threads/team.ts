import { RuntimeError } from '@dotplus/core'
import { leaveSharedMemory, type KernelMemory } from '../memory.ts'
import { sharingAmong, type Share, type Sharing } from '../plan/share.ts'
import type { Port } from '../worker/port.ts'
import {
  CALLER_WAITS,
  CHUNK_ROWS,
  CHUNKS,
  controlWords,
  ENDED,
  FAILURES,
  FINISHED,
  LEFT,
  PROGRAM_STRIDE,
  RECORD,
  ROWS,
  SLEEPERS,
  SLOT_CHUNK,
  SLOT_MESSAGE,
  SLOT_MESSAGE_LENGTH,
  SLOT_RECORD,
  SLOT_VALUE,
  slotOf,
  spinUntil,
  takeChunks,
  WAKE,
} from './control.ts'
import type { ThreadTask } from './thread.ts'

/** How a thread failed in its part of an op. */
export interface ThreadFault {
  /** Address of the record it trapped in, in the program of thread `thread`; 0 for another failure. */
  readonly record: number
  readonly thread: number
  readonly value: number
  readonly message: string
}

/** Milliseconds after which a thread that finishes nothing counts as dead. */
const patience = 10_000

/** The threads of one model beside the calling one. */
export class Team {
  /** Threads that were asked for, the calling one included: their numbers are below this. */
  readonly size: number
  readonly #memory: KernelMemory
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #ports: Port[] = []
  readonly #mayWait: boolean
  readonly #patience: number
  #alive = 0
  #lost: string[] = []
  #failure: RuntimeError | undefined

  private constructor(memory: KernelMemory, threads: number, limit: number) {
    this.size = threads
    this.#memory = memory
    this.#words = controlWords(threads)
    this.#mayWait = mayWait(this.#words)
    this.#patience = limit
  }

  /**
   * Starts `threads` − 1 workers; resolves when each is ready or has failed. Those that fail are told by `notes`.
   *
   * @param start starts a worker that serves `serve`
   */
  static async start(
    memory: KernelMemory,
    module: WebAssembly.Module,
    threads: number,
    start: () => Port,
    limit: number = patience,
  ): Promise<Team> {
    const team = new Team(memory, threads, limit)
    const starting = Array.from({ length: threads - 1 }, (_, i) =>
      team.#startThread(start, module, i + 1),
    )
    await Promise.all(starting)
    return team
  }

  #startThread(start: () => Port, module: WebAssembly.Module, thread: number): Promise<void> {
    return new Promise((resolve) => {
      let isReady = false
      let hasFailed = false
      const fail = (what: string): void => {
        if (hasFailed) return
        hasFailed = true
        if (this.#words[ENDED] === 0) this.#lost.push(what)
        if (isReady) this.#alive -= 1
        resolve()
      }
      try {
        const port = start()
        this.#ports.push(port)
        port.onError(({ what }) => fail(what))
        port.onMessage(() => {
          if (hasFailed) return
          isReady = true
          this.#alive += 1
          port.setBusy?.(false)
          resolve()
        })
        const task: ThreadTask = {
          call: 'thread',
          module,
          memory: this.#memory.memory,
          control: this.#words.buffer,
          thread,
        }
        port.postMessage(task, [])
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error))
      }
    })
  }

  /**
   * How the planner shares ops among them.
   *
   * @param least nanoseconds of work from which an op is shared
   */
  sharing(least: number | undefined): Sharing {
    return sharingAmong(this.size, least)
  }

  /** Threads that work, the calling one included. */
  get threads(): number {
    return this.#alive + 1
  }

  /** Why there are fewer threads than were asked for. */
  get lost(): readonly string[] {
    return this.#lost
  }

  /**
   * Runs one op, or one loop, on all threads.
   *
   * @param record its address in the first thread's program
   * @param stride bytes from one thread's program to the next
   * @returns how it failed, if it did: the failure that a single thread would have met first
   * @throws {RuntimeError} when a thread is gone with a part of the work, then and in every later call
   */
  run(record: number, stride: number, { chunks, rows, chunkRows }: Share): ThreadFault | undefined {
    if (this.#failure) throw this.#failure
    const words = this.#words
    words[CHUNKS] = chunks
    words[RECORD] = record
    words[PROGRAM_STRIDE] = stride
    words[ROWS] = rows
    words[CHUNK_ROWS] = chunkRows
    Atomics.store(words, FINISHED, 0)
    Atomics.store(words, LEFT, chunks)
    if (Atomics.load(words, SLEEPERS) > 0) this.#wake()
    takeChunks(words, 0, this.#memory.exports)
    if (Atomics.load(words, FINISHED) < chunks) this.#await(chunks)
    return Atomics.load(words, FAILURES) > 0 ? this.#takeFault() : undefined
  }

  #wake(): void {
    Atomics.add(this.#words, WAKE, 1)
    Atomics.notify(this.#words, WAKE)
  }

  /** Waits for the parts that other threads have taken. */
  #await(chunks: number): void {
    const words = this.#words
    if (spinUntil(() => Atomics.load(words, FINISHED) === chunks)) return
    let finished = -1
    let since = 0
    if (this.#mayWait) Atomics.store(words, CALLER_WAITS, 1)
    for (;;) {
      const now = Atomics.load(words, FINISHED)
      if (now === chunks) break
      if (now !== finished) {
        finished = now
        since = performance.now()
      } else if (performance.now() - since > this.#patience) {
        this.#failure = new RuntimeError('a thread of the model did not finish its part', {
          expected: `an answer within ${this.#patience / 1000} s`,
          got: this.#lost.at(-1),
          hint: 'Load the model again',
        })
        throw this.#failure
      }
      if (this.#mayWait) Atomics.wait(words, FINISHED, now, 50)
      else spinUntil(() => Atomics.load(words, FINISHED) !== now)
    }
    Atomics.store(words, CALLER_WAITS, 0)
  }

  /** The failure in the earliest chunk; all are forgotten. */
  #takeFault(): ThreadFault | undefined {
    const words = this.#words
    let first: number | undefined
    for (let thread = 0; thread < this.size; thread++) {
      const slot = slotOf(thread)
      if (words[slot + SLOT_MESSAGE_LENGTH] === 0) continue
      const isEarlier =
        first === undefined ||
        (words[slot + SLOT_CHUNK] as number) < (words[slotOf(first) + SLOT_CHUNK] as number)
      if (isEarlier) first = thread
    }
    if (first === undefined) return undefined
    const slot = slotOf(first)
    const length = words[slot + SLOT_MESSAGE_LENGTH] as number
    const codes = words.subarray(slot + SLOT_MESSAGE, slot + SLOT_MESSAGE + length)
    const fault = {
      record: (words[slot + SLOT_RECORD] as number) >>> 0,
      thread: first,
      value: words[slot + SLOT_VALUE] as number,
      message: String.fromCharCode(...codes).trimEnd(),
    }
    for (let thread = 0; thread < this.size; thread++)
      words[slotOf(thread) + SLOT_MESSAGE_LENGTH] = 0
    Atomics.store(words, FAILURES, 0)
    return fault
  }

  /** Ends the workers. */
  end(): void {
    Atomics.store(this.#words, ENDED, 1)
    this.#wake()
    for (const port of this.#ports) port.terminate()
    // Until a call fails no thread is at work in it when the calling one is not.
    if (this.#ports.length > 0 && !this.#failure) leaveSharedMemory(this.#memory.memory)
    this.#ports.length = 0
  }
}

/** False on the main thread of a page, which may not wait. */
function mayWait(words: Int32Array<SharedArrayBuffer>): boolean {
  try {
    Atomics.wait(words, ENDED, 1, 0)
    return true
  } catch {
    return false
  }
}
