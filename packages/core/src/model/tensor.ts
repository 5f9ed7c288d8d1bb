import type { UnknownFields } from '../codec/message.ts'

/** Element type of a tensor. `string` tensors keep their elements in `strings`. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'int4'
  | 'float8_e4m3fn'
  | 'float8_e5m2'

/** Bits one element takes in the file; 0 for strings. */
export const dtypeBits: Readonly<Record<DType, number>> = {
  float32: 32,
  float64: 64,
  float16: 16,
  bfloat16: 16,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  bool: 8,
  string: 0,
  int4: 4,
  float8_e4m3fn: 8,
  float8_e5m2: 8,
}

/** Tensor bytes begin at a multiple of this in their file, so a reader can view them as any typed array. */
export const dataAlignment = 64

/** Index into `Model.tensors`. */
export type TensorIndex = number

/** Where a tensor's bytes are when the file does not hold them itself. */
export interface External {
  /** Index into `Model.shards`. */
  shard: number
  /** Bytes from the start of the shard. */
  offset: number
  byteLength: number
  unknownFields?: UnknownFields
}

/** A dense array as the file stores it: row-major, little-endian. */
export interface StoredTensor {
  /** `<layer name>/<weight name>`. */
  name: string
  dtype: DType | undefined
  /** Elements per dimension; empty for a scalar. */
  shape: number[]
  external?: External | undefined
  /** The rest of the bytes, in order, where `external` holds only the first of them. */
  continued?: External[] | undefined
  /** Elements of a `string` tensor. */
  strings: string[]
  /** The dtype the elements had before they were stored narrower: what they are meant as. */
  storedFrom?: DType | undefined
  /**
   * The elements; a view into the file after decoding, empty where they are `external`. Of a tensor that was left in its
   * file, each access reads them into an array of its own.
   */
  data: Uint8Array
  /** Where the elements are that were left in the file, see `decodeFrom`. */
  left?: BytesLeft | undefined
  unknownFields?: UnknownFields
}

/** Elements that are read when they are needed. */
export interface BytesLeft {
  readonly byteLength: number
  /** Fills `into` with the bytes from `start` on. */
  read(into: Uint8Array, start: number): void
}

/** Bytes of a tensor's elements that are in the model's own file. */
export function heldByteLength(tensor: StoredTensor): number {
  return (tensor.left ?? tensor.data).byteLength
}

/** Typed array that holds elements of a stored tensor. Half floats and float8 stay raw bits. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

type TypedArrayConstructor = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
  readonly BYTES_PER_ELEMENT: number
}

const arrayOf: Readonly<Record<Exclude<DType, 'string'>, TypedArrayConstructor>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  int4: Uint8Array,
  float8_e4m3fn: Uint8Array,
  float8_e5m2: Uint8Array,
}

/** Number of elements of a shape: the product of its dimensions, 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1
  for (const size of shape) count *= size
  return count
}

/** Bytes that `shape` elements of `dtype` take; NaN-free only for shapes below 2^53 elements. */
export function storedByteLength(dtype: DType, shape: readonly number[]): number {
  return Math.ceil((elementCount(shape) * dtypeBits[dtype]) / 8)
}

/**
 * The elements of a stored tensor: a view where the bytes are aligned, a copy where they are not.
 * float16 and bfloat16 come as their 16-bit patterns.
 */
export function elementsOf(tensor: StoredTensor): TypedArray {
  if (tensor.dtype === undefined || tensor.dtype === 'string') {
    throw new TypeError(
      `tensor ${tensor.name} of dtype ${tensor.dtype ?? 'unspecified'} has no numeric elements`,
    )
  }
  const constructor = arrayOf[tensor.dtype]
  const size = constructor.BYTES_PER_ELEMENT
  const bytes = tensor.data.byteOffset % size === 0 ? tensor.data : Uint8Array.from(tensor.data)
  return new constructor(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / size))
}
