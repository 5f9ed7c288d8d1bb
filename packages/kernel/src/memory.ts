import { RuntimeError } from '@dotplus/core'
import { kernelInstance } from './instance.ts'

const pageBytes = 65536
/** What the kernel's import declares: 4 GiB. */
const maximumPages = 65536

/** What the kernel's WebAssembly module exports. */
export interface KernelExports {
  /** Executes `count` op records that begin at byte `program`. */
  run(program: number, count: number): void
  /** Rows `row` to `row + rows` of the op record at byte `record`. */
  execute(record: number, row: number, rows: number): void
  /** Address of the record that this instance trapped in, 0 when it has not since this was asked last. */
  fault(): number
  /** The value that record could not use. */
  faultValue(): number
  /** `turns` · 96 multiplications and additions in registers. */
  peak(turns: number): number
  /** Reads `bytes` bytes, a multiple of 64, from `address` on. */
  stream(address: number, bytes: number): number
  /** Tiles of matrix products in the exact build: TWO_ROWS … of the layout. */
  readonly tiling: { value: number }
  /** First byte that is free for the host. */
  heapBase(): number
  /** Bytes that `packDense` writes for a kernel (inner, units). */
  packedDenseBytes(inner: number, units: number): number
  /**
   * Packs rows `first` to `first + count` of a row-major kernel (inner, units), which lie at `rows`, and a bias (units;
   * 0: none) into panels at `destination`, 64-byte aligned. `scale`: (units) float64 to multiply columns by; 0: none.
   */
  packDense(
    inner: number,
    units: number,
    first: number,
    count: number,
    rows: number,
    bias: number,
    scale: number,
    destination: number,
  ): void
  /** Pixels that tiles of a Winograd convolution are wide and high at most; only the kernel with all ops has them. */
  largestTile?(): number
  /** Bytes that `packWinograd` writes. */
  packedWinogradBytes?(inner: number, units: number, tile: number): number
  /** Transforms and packs channels `first` to `first + count` of a row-major kernel (3, 3, inner, units), units a multiple of 4. */
  packWinograd?(
    inner: number,
    units: number,
    first: number,
    count: number,
    kernel: number,
    scale: number,
    destination: number,
    tile: number,
  ): void
  /**
   * The elementwise function of this activation or binary code (layout.ts) to float64 accuracy, of x or of x and y; only
   * the kernel with all ops has it.
   */
  float64?(code: number, x: number, y: number): number
}

export const alignment = 64

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

/** A memory for one thread. */
export function ownMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: maximumPages })
}

/** Lengths in pages that a shared memory tries to reserve: some systems do not give 4 GiB of addresses. */
const sharedMaxima: readonly number[] = [maximumPages, 32_768, 16_384, 8192]

/**
 * Shared memories that models have left. Engines do not count them when they decide whether to collect garbage, so many
 * models after each other would fill the machine with them.
 */
const left: WeakRef<WebAssembly.Memory>[] = []
const mostLeft = 8

/** Hands over a shared memory that no thread uses any more. */
export function leaveSharedMemory(memory: WebAssembly.Memory): void {
  left.push(new WeakRef(memory))
  if (left.length > mostLeft) left.shift()
}

/**
 * A memory that threads can share: one that was left, or a new one that can become as long as this system lets it.
 *
 * @param bytes about what it will hold: none that is much longer is taken over
 * @throws {RangeError} when there is not even room for the least
 */
export function sharedMemory(bytes = 0): WebAssembly.Memory {
  for (const [index, reference] of left.entries()) {
    const memory = reference.deref()
    if (!memory || memory.buffer.byteLength > 2 * bytes + 2 ** 20) continue
    left.splice(index, 1)
    // Kernels may leave out zeros of their static data, which another kernel has written over.
    new Uint8Array(memory.buffer).fill(0)
    return memory
  }
  return newSharedMemory()
}

function newSharedMemory(): WebAssembly.Memory {
  for (const maximum of sharedMaxima.slice(0, -1)) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true })
    } catch {
      continue
    }
  }
  return new WebAssembly.Memory({
    initial: 1,
    maximum: sharedMaxima.at(-1) as number,
    shared: true,
  })
}

/** One instance of the kernel with its linear memory. Typed views are renewed when the memory grows. */
export class KernelMemory {
  readonly exports: KernelExports
  readonly memory: WebAssembly.Memory
  u8: Uint8Array
  u32: Uint32Array
  f32: Float32Array

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory = ownMemory()) {
    this.memory = memory
    this.exports = kernelInstance(module, memory)
    const { buffer } = memory
    this.u8 = new Uint8Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.f32 = new Float32Array(buffer)
  }

  get byteLength(): number {
    return this.u8.byteLength
  }

  /**
   * Makes the memory at least `bytes` long.
   *
   * @throws {RuntimeError} when the engine cannot give that much
   */
  reserve(bytes: number): void {
    if (bytes <= this.u8.byteLength) return
    try {
      if (bytes > maximumPages * pageBytes) throw new RangeError('beyond 4 GiB')
      this.memory.grow(Math.ceil((bytes - this.u8.byteLength) / pageBytes))
    } catch (cause) {
      throw new RuntimeError('not enough WebAssembly memory', {
        expected: `${Math.ceil(bytes / 2 ** 20)} MiB`,
        got: `${Math.floor(this.u8.byteLength / 2 ** 20)} MiB that cannot grow`,
        hint: 'Use a smaller batch',
        cause,
      })
    }
    const { buffer } = this.memory
    this.u8 = new Uint8Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.f32 = new Float32Array(buffer)
  }
}
