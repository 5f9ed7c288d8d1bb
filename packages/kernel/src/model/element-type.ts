import { InputError } from '@dotplus/core'

import { bytesOf, storageOf, type ElementType } from '../dtype/element-type.ts'
import { rounded } from '../dtype/half.ts'
import type { KernelMemory } from '../memory.ts'
import { checkKind, floatElements, type ElementAccess } from './element-access.ts'
import type { Signature } from './tensor.ts'

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

type Elements = ArrayBufferView<ArrayBuffer> & ArrayLike<number | bigint>

export interface ElementArray {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): Elements
  from(elements: ArrayLike<number | bigint>): Elements
}

/** What holds elements of a dtype outside of the kernel's memory; undefined for strings. */
export function arrayOf(dtype: ElementType): ElementArray | undefined {
  return dtype === 'string' ? undefined : arrays[dtype]
}

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

/** A text that UTF-8 can hold: a half of a surrogate pair by itself would become another text. */
function wellFormed(text: string, i: number, signature: Signature | undefined): string {
  if (!/\p{Surrogate}/u.test(text)) return text
  throw new InputError('a string that is no text of Unicode', {
    place: `input ${signature?.name ?? ''}`,
    expected: 'characters, or both halves of a surrogate pair',
    got: `element ${i}: ${JSON.stringify(text)}`,
  })
}

/** Elements of every dtype. */
export const anyElements: ElementAccess = {
  store(memory, strings, base, input, data, signature) {
    const { dtype, offset } = input
    if (dtype === 'float32') {
      floatElements.store(memory, strings, base, input, data, signature)
      return
    }
    const target = elementsAt(memory, dtype, base + offset, data.length)
    const range = ranges[dtype]
    for (let i = 0; i < data.length; i++) {
      const value = data[i]
      if (dtype === 'bool') target[i] = Number(value) === 0 ? 0 : 1
      else if (dtype === 'string')
        target[i] = strings.handle(wellFormed(value as string, i, signature))
      else if (range) target[i] = integer(value as number | bigint, dtype, range, i, signature)
      else target[i] = rounded(dtype, Number(value))
    }
  },
  load(memory, strings, base, output, target) {
    const { dtype, offset, length } = output
    checkKind((dtype === 'string' ? Array : arrays[dtype]) as ArrayConstructor, output, target)
    const elements = elementsAt(memory, dtype, base + offset, length)
    if (Array.isArray(target))
      for (let i = 0; i < length; i++) target[i] = strings.text(elements[i] as number)
    else (target as Float32Array).set(elements as Float32Array)
  },
  arrayFor: (dtype, length) =>
    dtype === 'string' ? Array<string>(length).fill('') : new arrays[dtype](length),
}
