/** What a tensor's elements are: the dtypes of Keras. */
export type ElementType =
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

/**
 * How elements lie in memory. Half floats are float32 rounded after each layer or function; integers of 8 and 16 bits
 * and bool (0 or 1) are int32; a string is a handle of the call's {@link StringPool}.
 */
export type Storage = 'f32' | 'f64' | 'i32' | 'u32' | 'i64' | 'u64'

const storages: Readonly<Record<ElementType, Storage>> = {
  float32: 'f32',
  float64: 'f64',
  float16: 'f32',
  bfloat16: 'f32',
  int8: 'i32',
  uint8: 'i32',
  int16: 'i32',
  uint16: 'i32',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
  bool: 'i32',
  string: 'u32',
}

export function isElementType(dtype: unknown): dtype is ElementType {
  return typeof dtype === 'string' && Object.hasOwn(storages, dtype)
}

export function storageOf(dtype: ElementType): Storage {
  return storages[dtype]
}

/** Bytes of one element in the kernel's memory. */
export function bytesOf(dtype: ElementType): 4 | 8 {
  return storages[dtype].endsWith('64') ? 8 : 4
}

export function isFloating(dtype: ElementType): boolean {
  return dtype.includes('float')
}

/** True for integers, bool aside. */
export function isInteger(dtype: ElementType): boolean {
  return dtype.includes('int')
}
