import { UsageError } from '@dotplus/core'

import type { ElementType } from '../dtype/element-type.ts'
import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { PlacedValue } from '../plan/plan.ts'
import type { Signature, TensorData } from './tensor.ts'

/** Elements as a caller gives them. */
export type Elements = ArrayLike<number | bigint | boolean | string>

/** How the elements of inputs and outputs go into the kernel's memory and come out of it. */
export interface ElementAccess {
  /**
   * Puts an input's elements into memory: fractions of integer inputs are cut off, as Keras casts.
   *
   * @throws {InputError} for an integer that its dtype does not hold
   */
  store(
    memory: KernelMemory,
    strings: StringPool,
    base: number,
    input: PlacedValue,
    data: Elements,
    signature: Signature | undefined,
  ): void
  /**
   * Copies an output's elements into an array of its dtype.
   *
   * @throws {UsageError} when the array is of another kind
   */
  load(
    memory: KernelMemory,
    strings: StringPool,
    base: number,
    output: PlacedValue,
    target: TensorData,
  ): void
  /** A fresh array for `length` elements of a dtype. */
  arrayFor(dtype: ElementType, length: number): TensorData
}

/** @throws {UsageError} when what an output is to be written to is of another kind than its dtype's */
export function checkKind(
  Kind: ArrayConstructor | Float32ArrayConstructor,
  { name, dtype }: PlacedValue,
  target: TensorData,
): void {
  if (target instanceof Kind) return
  throw new UsageError('kind of out', {
    place: `output ${name}`,
    expected: `${Kind.name} for ${dtype}`,
    got: target.constructor.name,
  })
}

/** Elements of float32 alone. */
export const floatElements: ElementAccess = {
  store(memory, _strings, base, { offset }, data) {
    memory.f32.set(data as ArrayLike<number>, (base + offset) >>> 2)
  },
  load({ f32 }, _strings, base, output, target) {
    checkKind(Float32Array, output, target)
    const first = (base + output.offset) >>> 2
    ;(target as Float32Array).set(f32.subarray(first, first + output.length))
  },
  arrayFor: (_dtype, length) => new Float32Array(length),
}
