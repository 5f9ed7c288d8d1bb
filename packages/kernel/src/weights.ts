import {
  elementsOf,
  ModelError,
  UnsupportedError,
  type Layer,
  type Model,
  type StoredTensor,
} from '@dotplus/core'
import { isElementType, storageOf } from './dtype/element-type.ts'
import type { FloatsLeft, WeightFolder, WeightStore } from './lower/context.ts'
import { alignUp, type KernelMemory } from './memory.ts'

let halves: Float32Array | undefined

/** The number of every float16 bit pattern (IEEE 754 binary16). */
function halfTable(): Float32Array {
  if (halves) return halves
  const bits = new Uint32Array(1 << 16)
  const numbers = new Float32Array(bits.buffer)
  for (let half = 0; half < 1 << 15; half++) {
    const exponent = half >> 10
    const fraction = half & 0x3ff
    // Subnormal ones are whole multiples of 2^-24.
    if (exponent === 0) numbers[half] = fraction / (1 << 24)
    else bits[half] = ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13)
    bits[half | 0x8000] = (bits[half] as number) | 0x80000000
  }
  halves = numbers
  return numbers
}

function fromFloat16(bits: Uint16Array): Float32Array {
  const table = halfTable()
  const numbers = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) numbers[i] = table[bits[i] as number] as number
  return numbers
}

function fromBfloat16(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (value) => value << 16).buffer)
}

/**
 * A stored tensor's elements as float32.
 *
 * @throws {UnsupportedError} for dtypes that hold no plain numbers
 */
export function float32Of(tensor: StoredTensor): Float32Array {
  const elements = tensor.dtype === 'string' ? undefined : elementsOf(tensor)
  switch (tensor.dtype) {
    case 'float32':
      return elements as Float32Array
    case 'float16':
      return fromFloat16(elements as Uint16Array)
    case 'bfloat16':
      return fromBfloat16(elements as Uint16Array)
    case 'float64':
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'bool':
      return Float32Array.from(elements as Float64Array)
    case 'int64':
    case 'uint64':
      return Float32Array.from(elements as BigInt64Array, Number)
    default:
      throw new UnsupportedError('dtype of a weight is not supported yet', {
        place: `tensor ${tensor.name}`,
        got: tensor.dtype ?? 'none',
      })
  }
}

/** Weights are handed to the kernel in strips that stay in the second-level cache. */
const stripFloats = 65_536

/** Weights laid out in the kernel's memory from its heap base upwards; never freed one by one. */
export class LinearWeights implements WeightStore {
  folder: WeightFolder | undefined
  readonly #memory: KernelMemory
  readonly #model: Model
  #top: number

  constructor(memory: KernelMemory, model: Model) {
    this.#memory = memory
    this.#model = model
    this.#top = alignUp(memory.exports.heapBase())
  }

  /** First address after the weights. */
  get end(): number {
    return this.#top
  }

  #tensor(index: number): StoredTensor {
    const tensor = this.#model.tensors[index]
    if (!tensor) throw new ModelError('index into tensors out of range', { got: `${index}` })
    return tensor
  }

  floats(index: number): Float32Array {
    return float32Of(this.#tensor(index))
  }

  left(index: number): FloatsLeft | undefined {
    const { left, dtype } = this.#tensor(index)
    if (!left || dtype !== 'float32') return undefined
    return {
      length: left.byteLength / 4,
      read: ({ buffer, byteOffset, byteLength }, start) =>
        left.read(new Uint8Array(buffer, byteOffset, byteLength), 4 * start),
      all: () => this.floats(index),
    }
  }

  stored(index: number): Float32Array | Uint8Array {
    const tensor = this.#tensor(index)
    const { dtype } = tensor
    const bytes = (elements: ArrayBufferView): Uint8Array =>
      new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)
    switch (isElementType(dtype) ? storageOf(dtype) : 'f32') {
      case 'f32':
        return this.floats(index)
      case 'i32':
        return bytes(Int32Array.from(elementsOf(tensor) as Int8Array))
      default:
        return bytes(elementsOf(tensor))
    }
  }

  doubles(index: number): Float64Array {
    const tensor = this.#tensor(index)
    if (tensor.dtype !== 'float64') return Float64Array.from(this.floats(index))
    return elementsOf(tensor) as Float64Array
  }

  texts(index: number): readonly string[] {
    return this.#tensor(index).strings
  }

  shape(index: number): readonly number[] {
    return this.#tensor(index).shape
  }

  layer(index: number): Layer {
    const layer = this.#model.layers[index]
    if (!layer) throw new ModelError('index into layers out of range', { got: `${index}` })
    return layer
  }

  place(data: Float32Array | Uint8Array): number {
    const address = this.#top
    const end = alignUp(address + data.byteLength)
    this.#memory.reserve(end)
    if (data instanceof Float32Array) this.#memory.f32.set(data, address / 4)
    else this.#memory.u8.set(data, address)
    this.#top = end
    return address
  }

  packDense(
    kernel: Float32Array | FloatsLeft,
    bias: Float32Array | undefined,
    inner: number,
    units: number,
    scale?: Float64Array,
  ): number {
    const { exports } = this.#memory
    const address = this.#top
    const end = alignUp(address + exports.packedDenseBytes(inner, units))
    const rows = Math.max(Math.floor(stripFloats / units), 1)
    const source = this.#source(end, rows * units, bias, scale)
    for (let first = 0; first === 0 || first < inner; first += rows) {
      const count = Math.min(rows, inner - first)
      this.#copy(kernel, first * units, count * units, source.kernel)
      exports.packDense(
        inner,
        units,
        first,
        count,
        source.kernel,
        source.bias,
        source.scale,
        address,
      )
    }
    this.#top = end
    return address
  }

  get largestTile(): number {
    return this.#memory.exports.largestTile?.() ?? 2
  }

  packWinograd(
    kernel: Float32Array | FloatsLeft,
    inner: number,
    units: number,
    tile: number,
    scale?: Float64Array,
  ): number {
    const { exports } = this.#memory
    const address = this.#top
    const end = alignUp(address + (exports.packedWinogradBytes?.(inner, units, tile) ?? 0))
    const rows = Math.max(Math.floor(stripFloats / units / 9), 1)
    const source = this.#source(end, rows * units * 9, undefined, scale)
    for (let first = 0; first < inner; first += rows) {
      const count = Math.min(rows, inner - first)
      for (let tap = 0; tap < 9; tap++) {
        const start = (tap * inner + first) * units
        this.#copy(kernel, start, count * units, source.kernel + 4 * tap * count * units)
      }
      exports.packWinograd?.(inner, units, first, count, source.kernel, source.scale, address, tile)
    }
    this.#top = end
    return address
  }

  /** Copies `length` elements from `start` on to an address. */
  #copy(kernel: Float32Array | FloatsLeft, start: number, length: number, address: number): void {
    const { f32 } = this.#memory
    if ('all' in kernel) kernel.read(f32.subarray(address / 4, address / 4 + length), start)
    else f32.set(kernel.subarray(start, start + length), address / 4)
  }

  /**
   * Makes room for what is packed from: above the panels, where the arena will be. Bias and scale are put there; 0 where
   * there is none.
   */
  #source(
    end: number,
    kernelFloats: number,
    bias: Float32Array | undefined,
    scale: Float64Array | undefined,
  ): { bias: number; scale: number; kernel: number } {
    const scaleAt = end
    const biasAt = alignUp(scaleAt + (scale?.byteLength ?? 0))
    const kernel = alignUp(biasAt + (bias?.byteLength ?? 0))
    this.#memory.reserve(kernel + kernelFloats * 4)
    if (bias) this.#memory.f32.set(bias, biasAt / 4)
    if (scale) new Float64Array(this.#memory.u8.buffer, scaleAt, scale.length).set(scale)
    return { bias: bias ? biasAt : 0, scale: scale ? scaleAt : 0, kernel }
  }
}
