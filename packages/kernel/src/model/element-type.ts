import { InputError, UsageError } from '@dotplus/core'

import { bytesOf, storageOf, type ElementType } from '../dtype/element-type.ts'
import { rounded } from '../dtype/half.ts'
import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { PlacedValue } from '../plan/plan.ts'
import type { Signature, TensorData } from './tensor.ts'

/** Elements as a caller gives them. */
export type Elements = ArrayLike<number | bigint | boolean | string>

/** Least and largest integer of each integer dtype. */
const ranges: Readonly<Partial<Record<ElementType, readonly [number | bigint, number | bigint]>>> =
  {
    int8: [-128, 127],
    uint8: [0, 255],
    int16: [-32768, 32767],
    uint16: [0, 65535],
    int32: [-(2 ** 31), 2 ** 31 - 1],
    uint32: [0, 2 ** 32 - 1],
    int64: [-(2n ** 63n), 2n ** 63n - 1n],
    uint64: [0n, 2n ** 64n - 1n],
  }

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const

const views = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
} as const

/** A view of elements as they lie in memory, see `Storage`. */
export type StoredElements =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** The elements of a dtype at an address of the kernel's memory; a view until the memory grows. */
export function elementsAt(
  memory: KernelMemory,
  dtype: ElementType,
  address: number,
  length: number,
): StoredElements {
  return new views[storageOf(dtype)](memory.u8.buffer as ArrayBuffer, address, length)
}

/**
 * Puts an input's elements into memory: fractions of integer inputs are cut off, as Keras casts.
 *
 * @throws {InputError} for an integer that its dtype does not hold
 */
export function storeInput(
  memory: KernelMemory,
  strings: StringPool,
  base: number,
  { dtype, offset }: PlacedValue,
  data: Elements,
  signature: Signature | undefined,
): void {
  if (dtype === 'float32') {
    memory.f32.set(data as ArrayLike<number>, (base + offset) >>> 2)
    return
  }
  const target = elementsAt(memory, dtype, base + offset, data.length)
  const range = ranges[dtype]
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (dtype === 'bool') target[i] = Number(value) === 0 ? 0 : 1
    else if (dtype === 'string') target[i] = strings.handle(value as string)
    else if (range) target[i] = integer(value as number | bigint, dtype, range, i, signature)
    else target[i] = rounded(dtype, Number(value))
  }
}

function integer(
  value: number | bigint,
  dtype: ElementType,
  [least, largest]: readonly [number | bigint, number | bigint],
  index: number,
  signature: Signature | undefined,
): number | bigint {
  const whole = typeof value === 'number' ? Math.trunc(value) : value
  if (!(whole >= least && whole <= largest)) {
    throw new InputError('integer out of range', {
      place: `input ${signature?.name ?? ''}`,
      expected: `integers from ${least} to ${largest}`,
      got: `${value} at element ${index}`,
    })
  }
  return bytesOf(dtype) === 8 ? BigInt(whole) : Number(whole)
}

/** A fresh array for `length` elements of a dtype. */
export function arrayFor(dtype: ElementType, length: number): TensorData {
  return dtype === 'string' ? Array<string>(length).fill('') : new arrays[dtype](length)
}

/**
 * Copies an output's elements into an array of its dtype.
 *
 * @throws {UsageError} when the array is of another kind
 */
export function loadOutput(
  memory: KernelMemory,
  strings: StringPool,
  base: number,
  { name, dtype, offset, length }: PlacedValue,
  target: TensorData,
): void {
  const Kind = dtype === 'string' ? Array : arrays[dtype]
  if (!(target instanceof Kind)) {
    throw new UsageError('kind of out', {
      place: `output ${name}`,
      expected: `${Kind.name} for ${dtype}`,
      got: target.constructor.name,
    })
  }
  const elements = elementsAt(memory, dtype, base + offset, length)
  if (Array.isArray(target))
    for (let i = 0; i < length; i++) target[i] = strings.text(elements[i] as number)
  else (target as Float32Array).set(elements as Float32Array)
}
