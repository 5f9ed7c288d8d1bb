import { RECORD_BYTES } from '../wasm/layout.ts'

/**
 * The words that the threads of a model share: which op is being shared, how much of it is left, and what went wrong.
 * An `Int32Array` over memory of its own, accessed with Atomics where another thread may write.
 *
 * An op is shared as chunks, which are taken in order. Whoever has taken one may read the description of the op, which
 * stays as it is until all chunks are finished; so nothing else has to be agreed on between threads.
 */

/** Chunks that nobody has taken yet; below 0 when threads came too late. */
export const LEFT = 0
/** Chunks that are finished, by success or failure. */
export const FINISHED = 1
/** Threads that wait for work, or are about to. */
export const SLEEPERS = 2
/** Goes up when waiting threads have to look again. */
export const WAKE = 3
/** 1 once the calling thread waits for the others. */
export const CALLER_WAITS = 4
/** Threads that failed in this op. */
export const FAILURES = 5
/** 1 when threads have to end. */
export const ENDED = 6

// The op being shared.
export const CHUNKS = 8
/** Address of the op's record in the first thread's program. */
export const RECORD = 9
/** Bytes from there to the record in the next thread's program. */
export const PROGRAM_STRIDE = 10
export const ROWS = 11
/** Rows of a chunk; 0: chunk i is all rows of the i-th record from RECORD on. */
export const CHUNK_ROWS = 12

/** Where the slots begin in which each thread says how it failed. */
const SLOTS = 16
// Words of a slot.
export const SLOT_CHUNK = 0
/** Address of the record that trapped, 0 when the failure was another one. */
export const SLOT_RECORD = 1
export const SLOT_VALUE = 2
export const SLOT_MESSAGE_LENGTH = 3
/** UTF-16 code units. */
export const SLOT_MESSAGE = 4
export const SLOT_WORDS = 128

/** First word of a thread's slot. */
export function slotOf(thread: number): number {
  return SLOTS + thread * SLOT_WORDS
}

/** @returns the words for so many threads, all 0 */
export function controlWords(threads: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(slotOf(threads) * 4))
}

/** Milliseconds that a thread looks for something before it waits: waking up takes as long. */
const spinTime = 0.1
/** Looks between two looks at the clock: a microsecond or so. */
const looks = 500

/** Looks until `isThere` says yes; false when that takes longer than waking up would. */
export function spinUntil(isThere: () => boolean): boolean {
  const start = performance.now()
  do {
    for (let look = 0; look < looks; look++) if (isThere()) return true
  } while (performance.now() - start < spinTime)
  return false
}

/** What a thread runs a part of an op with. */
export interface ThreadKernel {
  execute(record: number, row: number, rows: number): void
  fault(): number
  faultValue(): number
}

/** Takes chunks of the op in hand and runs them until none is left. A failure is noted and does not end the op. */
export function takeChunks(words: Int32Array, thread: number, kernel: ThreadKernel): void {
  while (Atomics.load(words, LEFT) > 0) {
    const left = Atomics.sub(words, LEFT, 1)
    if (left <= 0) return
    const chunks = words[CHUNKS] as number
    const chunk = chunks - left
    try {
      runChunk(words, thread, chunk, kernel)
    } catch (error) {
      note(words, thread, chunk, kernel, error)
    }
    if (Atomics.add(words, FINISHED, 1) === chunks - 1 && Atomics.load(words, CALLER_WAITS) !== 0) {
      Atomics.notify(words, FINISHED)
    }
  }
}

function runChunk(words: Int32Array, thread: number, chunk: number, kernel: ThreadKernel): void {
  const record = (words[RECORD] as number) + thread * (words[PROGRAM_STRIDE] as number)
  const rows = words[ROWS] as number
  const chunkRows = words[CHUNK_ROWS] as number
  if (chunkRows === 0) return kernel.execute(record + chunk * RECORD_BYTES, 0, rows)
  const first = chunk * chunkRows
  kernel.execute(record, first, Math.min(chunkRows, rows - first))
}

/** Keeps the failure in the earliest chunk: the one that a single thread would have met. */
function note(
  words: Int32Array,
  thread: number,
  chunk: number,
  kernel: ThreadKernel,
  error: unknown,
): void {
  const slot = slotOf(thread)
  const known = words[slot + SLOT_MESSAGE_LENGTH] !== 0
  if (known && (words[slot + SLOT_CHUNK] as number) <= chunk) return
  const message = `${error instanceof Error ? error.message : String(error)} `
  const length = Math.min(message.length, SLOT_WORDS - SLOT_MESSAGE)
  words[slot + SLOT_CHUNK] = chunk
  words[slot + SLOT_RECORD] = error instanceof WebAssembly.RuntimeError ? kernel.fault() : 0
  words[slot + SLOT_VALUE] = kernel.faultValue()
  words[slot + SLOT_MESSAGE_LENGTH] = length
  for (let i = 0; i < length; i++) words[slot + SLOT_MESSAGE + i] = message.charCodeAt(i)
  Atomics.add(words, FAILURES, 1)
}
