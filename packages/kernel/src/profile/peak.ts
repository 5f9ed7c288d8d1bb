import { alignUp, KernelMemory } from '../memory.ts'

/** What one thread of this machine can do at best, with 128-bit WebAssembly. */
export interface MachinePeak {
  /** Multiplications and additions in registers, in 10⁹ a second. */
  readonly gflops: number
  /** Bytes read from memory, in 10⁹ a second. */
  readonly gbytes: number
}

const flopsPerTurn = 96
/** Larger than most caches. */
const streamBytes = 64 * 2 ** 20
/** Memory is read in pieces, so that one that something else disturbs does not spoil the rest. */
const pieceBytes = 2 ** 20
/** Milliseconds of arithmetic until the optimizing compiler has taken over. */
const warmUp = 20
/** Turns that take about a millisecond. */
const turns = 250_000
const repetitions = 8

/**
 * Measures the peak on the calling thread, bit by bit between other work, and keeps the best: what disturbs the machine
 * makes it slower, never faster.
 *
 * @internal
 */
export class PeakMeter {
  readonly #kernel: KernelMemory
  readonly #start: number
  #flopTime = Infinity
  #streamTime = Infinity

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#kernel = new KernelMemory(module, memory)
    const { exports } = this.#kernel
    for (const start = performance.now(); performance.now() - start < warmUp;) {
      exports.peak(1000)
      exports.stream(0, 4096)
    }
    this.#start = alignUp(exports.heapBase())
    this.#kernel.reserve(this.#start + streamBytes)
    // Pages that were never written are one page of zeros to the system.
    this.#kernel.u8.fill(1, this.#start, this.#start + streamBytes)
  }

  sample(): void {
    const { exports } = this.#kernel
    for (let i = 0; i < repetitions; i++) {
      const start = performance.now()
      exports.peak(turns)
      this.#flopTime = Math.min(this.#flopTime, performance.now() - start)
    }
    for (let at = this.#start; at < this.#start + streamBytes; at += pieceBytes) {
      const start = performance.now()
      exports.stream(at, pieceBytes)
      this.#streamTime = Math.min(this.#streamTime, performance.now() - start)
    }
  }

  get peak(): MachinePeak {
    return {
      gflops: (turns * flopsPerTurn) / this.#flopTime / 1e6,
      gbytes: pieceBytes / this.#streamTime / 1e6,
    }
  }
}
