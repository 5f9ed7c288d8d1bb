import { InputError, RuntimeError } from '@dotplus/core'

import type { KernelMemory } from '../memory.ts'
import type { ElementType } from '../plan/op.ts'
import type { PlacedValue } from '../plan/planner.ts'
import type { Signature } from './tensor.ts'

const elementTypes: Readonly<Record<string, ElementType>> = {
  // For inputs that only go to layers which cast them to float32, see isFloat32Input.
  float64: 'float32',
  float32: 'float32',
  bool: 'bool',
  int8: 'int32',
  uint8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  int32: 'int32',
  uint32: 'int32',
  int64: 'int32',
  uint64: 'int32',
}

/** The kernel's dtype for a dtype of Keras; undefined where it has none. Integers are held in 32 bits. */
export function elementTypeOf(dtype: string | undefined): ElementType | undefined {
  if (dtype === undefined) return 'float32'
  return Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : undefined
}

/**
 * Puts an input's elements into memory: fractions of integer inputs are cut off, as Keras casts.
 *
 * @throws {InputError} for an integer that 32 bits do not hold
 */
export function storeInput(
  memory: KernelMemory,
  base: number,
  { dtype, offset }: PlacedValue,
  data: ArrayLike<number>,
  signature: Signature | undefined,
): void {
  const at = (base + offset) >>> 2
  if (dtype === 'float32') {
    memory.f32.set(data, at)
    return
  }
  for (let i = 0; i < data.length; i++) {
    const value = Math.trunc(data[i] as number)
    if (dtype === 'bool') memory.u32[at + i] = data[i] === 0 ? 0 : 1
    else if (value >= -(2 ** 31) && value < 2 ** 31) memory.u32[at + i] = value
    else {
      throw new InputError('integer out of range', {
        place: `input ${signature?.name ?? ''}`,
        expected: 'integers of 32 bits',
        got: `${data[i]} at element ${i}`,
      })
    }
  }
}

/**
 * Elements of an output; integers and bools become numbers of the same value.
 *
 * @throws {RuntimeError} for an integer that float32 does not hold
 */
export function loadOutput(
  memory: KernelMemory,
  base: number,
  { name, dtype, offset, length }: PlacedValue,
  target: Float32Array,
): void {
  const from = (base + offset) >>> 2
  if (dtype === 'float32') target.set(memory.f32.subarray(from, from + length))
  else {
    target.set(new Int32Array(memory.u32.buffer, from * 4, length))
    for (let i = 0; i < length; i++) {
      if (target[i] !== (memory.u32[from + i] as number) >> 0)
        throw new RuntimeError('an integer output that float32 does not hold', {
          place: `output ${name}`,
          expected: 'integers up to 16777216',
          got: `${(memory.u32[from + i] as number) >> 0}`,
        })
    }
  }
}
