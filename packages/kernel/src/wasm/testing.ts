import { setFlagsFromString } from 'node:v8'
import { programAt, recordBytes, type Program } from '../program.ts'

/** What the tests call of the kernel's WebAssembly module. */
interface Exports {
  readonly memory: WebAssembly.Memory
  readonly tiling: { value: number }
  run(program: number, count: number): void
  execute(record: number, row: number, rows: number): void
  fault(): number
  faultValue(): number
  heapBase(): number
  packedDenseBytes(inner: number, units: number): number
  packDense(
    inner: number,
    units: number,
    first: number,
    count: number,
    rows: number,
    bias: number,
    scale: number,
    packed: number,
  ): void
  packedWinogradBytes(inner: number, units: number, tile: number): number
  packWinograd(
    inner: number,
    units: number,
    first: number,
    count: number,
    kernel: number,
    scale: number,
    packed: number,
    tile: number,
  ): void
}

const guardBytes = 64
/** As a float this is a NaN, so that whatever is read from a guard and used shows in the result. */
const guardByte = 0xff

/** One instance of the kernel that finds out when an op writes outside the buffers it was given. */
export class GuardedKernel {
  readonly exports: Exports
  #next = 0
  #buffers: { address: number; byteLength: number }[] = []

  constructor(hex: string) {
    const bytes = Buffer.from(hex, 'hex')
    // Node 20 has relaxed SIMD behind a flag.
    if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd')
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
    this.exports = instance.exports as unknown as Exports
    this.reset()
  }

  /** Forgets all buffers. */
  reset(): void {
    this.#next = Math.ceil(this.exports.heapBase() / 64) * 64
    this.#buffers = []
  }

  /** A new buffer with guards around it; `alignment` 4 puts it off every 16-byte boundary. */
  bytes(byteLength: number, alignment: 4 | 64 = 4): number {
    const start = Math.ceil((this.#next + guardBytes) / 64) * 64
    const address = start + (alignment === 4 ? 4 : 0)
    const end = address + byteLength + guardBytes
    const { memory } = this.exports
    if (end > memory.buffer.byteLength) {
      memory.grow(Math.ceil((end - memory.buffer.byteLength) / 65536))
    }
    new Uint8Array(memory.buffer).fill(guardByte, address - guardBytes, end)
    this.#next = end
    this.#buffers.push({ address, byteLength })
    return address
  }

  /** A buffer that holds these floats. */
  floats(values: ArrayLike<number>): number {
    const address = this.bytes(values.length * 4)
    this.view(address, values.length).set(values)
    return address
  }

  /** A buffer that holds these words. */
  words(values: ArrayLike<number>): number {
    const address = this.bytes(values.length * 4)
    new Uint32Array(this.exports.memory.buffer, address, values.length).set(values)
    return address
  }

  view(address: number, length: number): Float32Array {
    return new Float32Array(this.exports.memory.buffer, address, length)
  }

  /** Packed weights of a Dense layer, in a guarded buffer of just the size the kernel asks for. */
  packDense(
    inner: number,
    units: number,
    kernel: ArrayLike<number>, // (inner, units)
    bias: ArrayLike<number> | null, // (units)
  ): number {
    const from = this.floats(kernel)
    const biasFrom = bias ? this.floats(bias) : 0
    const packed = this.bytes(this.exports.packedDenseBytes(inner, units), 64)
    this.exports.packDense(inner, units, 0, inner, from, biasFrom, 0, packed)
    return packed
  }

  /** Runs a program of `count` records and throws when a byte outside all buffers has changed. */
  run(count: number, write: (program: Program) => void): void {
    const address = this.bytes(count * recordBytes, 64)
    write(programAt(this.exports.memory.buffer, address, count))
    this.exports.run(address, count)
    this.checkGuards()
  }

  checkGuards(): void {
    const u8 = new Uint8Array(this.exports.memory.buffer)
    for (const { address, byteLength } of this.#buffers) {
      for (let i = 0; i < guardBytes; i++) {
        if (u8[address - 1 - i] !== guardByte || u8[address + byteLength + i] !== guardByte) {
          throw new Error(`written outside the ${byteLength} bytes at ${address}`)
        }
      }
    }
  }
}

/**
 * Distance of a float32 from the true value in units in the last place of the true value. Where the
 * true value rounds to ∞ or NaN only that is right.
 */
export function ulpError(actual: number, truth: number): number {
  const rounded = Math.fround(truth)
  if (!Number.isFinite(rounded)) return Object.is(actual, rounded) ? 0 : Infinity
  return Math.abs(actual - truth) / ulp(truth)
}

const scratch = new DataView(new ArrayBuffer(8))

/** Distance between neighbouring float32 at x. */
function ulp(x: number): number {
  scratch.setFloat64(0, x)
  const exponent = ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023
  return 2 ** (Math.min(Math.max(exponent, -126), 127) - 23)
}

/**
 * Floats over the whole range: for both signs every power of two with `steps` mantissas, all kinds of
 * subnormals, both zeros, infinities, NaN, and the largest and smallest numbers.
 */
export function wholeRange(steps: number): Float32Array {
  const bits: number[] = []
  for (const sign of [0, 0x80000000]) {
    for (let exponent = 0; exponent < 255; exponent++) {
      for (let step = 0; step < steps; step++) {
        // An odd stride, so that low mantissa bits vary too.
        const mantissa = Math.floor(((step + (exponent % 7) / 7) / steps) * 0x800000)
        bits.push(sign + exponent * 0x800000 + mantissa)
      }
      bits.push(sign + exponent * 0x800000, sign + exponent * 0x800000 + 0x7fffff)
    }
    for (let k = 0; k < 23; k++) bits.push(sign + 2 ** k)
    bits.push(sign + 0x7f800000)
  }
  bits.push(0x7fc00000)
  return new Float32Array(Uint32Array.from(bits).buffer)
}

/** `count` floats spread evenly over [low, high]. */
export function evenly(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.37)) / count)
}

/** Reproducible numbers in [−1, 1). */
export function randomFloats(length: number, seed = 1): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 23 - 1
  })
}
