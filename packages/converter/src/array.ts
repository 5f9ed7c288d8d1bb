import { dtypeBits, elementCount, type DType } from '@dotplus/core'

/** A dense array as every reader gives it: row-major and little-endian, whatever the file had. */
export interface NdArray {
  readonly dtype: DType
  /** Elements per dimension; empty for a scalar. */
  readonly shape: readonly number[]
  /** The elements; empty for `string`. May be a view into the file. */
  readonly data: Uint8Array
  /** The elements of a `string` array in row-major order. */
  readonly strings?: readonly string[]
}

/** An array whose bytes are read when they are asked for. */
export interface LazyArray {
  readonly dtype: DType
  readonly shape: readonly number[]
  read(): Promise<NdArray>
}

/** A {@link LazyArray} over an array that is in memory already. */
export function lazyArray(array: NdArray): LazyArray {
  return { dtype: array.dtype, shape: array.shape, read: () => Promise.resolve(array) }
}

/** Rows of an array along its first dimension, from `start` to before `end`; views, not copies. */
export function arrayRows(array: NdArray, start: number, end: number): NdArray {
  const { dtype, data, strings } = array
  const rowShape = array.shape.slice(1)
  const width = elementCount(rowShape)
  const rowLength = width * bytesPerElement(dtype)
  return {
    dtype,
    shape: [end - start, ...rowShape],
    data: data.subarray(start * rowLength, end * rowLength),
    ...(strings && { strings: strings.slice(start * width, end * width) }),
  }
}

/** "float32 (20, 10)", as NumPy would name it. */
export function describeArray(array: {
  readonly dtype: DType
  readonly shape: readonly number[]
}): string {
  return `${array.dtype} ${describeShape(array.shape)}`
}

/** "(20, 10)", "(20,)", "()", as NumPy writes shapes. */
export function describeShape(shape: readonly (number | null)[]): string {
  const sizes = shape.map((size) => (size === null || size === -1 ? 'None' : `${size}`))
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`
}

/** Bytes of one element in memory. */
export function bytesPerElement(dtype: DType): number {
  return dtypeBits[dtype] / 8
}

/** An array of `float32` values. */
export function float32Array(shape: readonly number[], values: ArrayLike<number>): NdArray {
  const data = new Uint8Array(elementCount(shape) * 4)
  const view = new DataView(data.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i] as number, true)
  return { dtype: 'float32', shape, data }
}
