import { elementsOf, InputError, type DType } from '@dotplus/core'
import type { NdArray } from '@dotplus/converter'
import type { NumericArray, Tensor } from '@dotplus/node'

/** One input of a call, as `predict` takes it. */
export interface InputTensor {
  readonly data: NumericArray
  readonly shape: readonly number[]
}

/** One output of a call with its name. */
export interface NamedTensor extends Tensor {
  readonly name: string
}

/**
 * The elements of an array read from a file as `predict` takes them. `predict` casts them to the input's dtype.
 *
 * @throws {InputError} for text
 */
export function inputTensor(array: NdArray, name: string): InputTensor {
  return { data: numericElements(array, name), shape: array.shape }
}

function numericElements(array: NdArray, name: string): NumericArray {
  if (array.dtype === 'string') {
    throw new InputError('wrong dtype', {
      place: `array ${name}`,
      expected: 'numbers',
      got: 'text',
    })
  }
  const elements = elementsOf({ name, ...array, shape: [...array.shape], strings: [] })
  if (array.dtype === 'float16') return Float32Array.from(elements as Uint16Array, float16Value)
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    return Float64Array.from(elements as BigInt64Array, Number)
  }
  return elements
}

/** The value of an IEEE 754 half-precision bit pattern. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const dtypes: Readonly<Record<string, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
}

/** An output as the file writers take it. */
export function ndArray({ data, shape }: Tensor): NdArray {
  const dtype = dtypes[data.constructor.name] ?? 'float32'
  return { dtype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** Outputs of several calls put together along the batch dimension. */
export function concatenate(parts: readonly Tensor[], file: string): Tensor {
  const [first] = parts
  if (!first || parts.length === 1) return first ?? { data: new Float32Array(0), shape: [0] }
  const rowShape = first.shape.slice(1)
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let offset = 0
  let rows = 0
  for (const part of parts) {
    if (part.shape.length === 0 || part.shape.slice(1).join() !== rowShape.join()) {
      throw new InputError('batches gave outputs that do not fit together', {
        file,
        expected: `[any, ${rowShape.join(', ')}]`,
        got: `[${part.shape.join(', ')}]`,
      })
    }
    data.set(part.data, offset)
    offset += part.data.length
    rows += part.shape[0] as number
  }
  return { data, shape: [rows, ...rowShape] }
}
