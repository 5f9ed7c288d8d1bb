import { elementCount, UnsupportedError } from '@dotplus/core'
import { bytesPerElement, type LazyArray, type NdArray } from '../array.ts'

/** Which element of an array comes where, as steps between elements. */
export interface View {
  readonly shape: readonly number[]
  /** Elements of the source from one index of an axis to the next; may be negative. */
  readonly strides: readonly number[]
  readonly offset: number
}

/** The elements of an array in another order. */
export function rearranged(array: LazyArray, view: View): LazyArray {
  return lazily(array, view.shape, (source) => gather(source, view))
}

/** The same elements under another shape. */
export function reshaped(array: LazyArray, shape: readonly number[]): LazyArray {
  return lazily(array, shape, ({ data }) => data)
}

/** Axes in another order: axis `i` of the result is axis `order[i]` of the array. */
export function transposed(array: LazyArray, order: readonly number[]): LazyArray {
  const strides = stridesOf(array.shape)
  return rearranged(array, {
    shape: order.map((axis) => array.shape[axis] as number),
    strides: order.map((axis) => strides[axis] as number),
    offset: 0,
  })
}

/** The first `axes` axes backwards. */
export function turnedAround(array: LazyArray, axes: number): LazyArray {
  const strides = stridesOf(array.shape)
  let offset = 0
  for (let axis = 0; axis < axes; axis++)
    offset += ((array.shape[axis] as number) - 1) * (strides[axis] as number)
  return rearranged(array, {
    shape: array.shape,
    strides: strides.map((stride, axis) => (axis < axes ? -stride : stride)),
    offset,
  })
}

/** Arrays of one shape side by side along the last axis. */
export function sideBySide(arrays: readonly LazyArray[]): LazyArray | undefined {
  const [first] = arrays
  if (!first) return undefined
  const width = first.shape.at(-1) ?? 1
  const shape = [...first.shape.slice(0, -1), width * arrays.length]
  const { dtype } = first
  const read = async (): Promise<NdArray> => {
    const row = width * bytesPerElement(dtype)
    const data = new Uint8Array(elementCount(shape) * bytesPerElement(dtype))
    for (const [index, array] of arrays.entries()) {
      const { data: part } = await array.read()
      for (
        let from = 0, to = index * row;
        from < part.length;
        from += row, to += row * arrays.length
      )
        data.set(part.subarray(from, from + row), to)
    }
    return { dtype, shape, data }
  }
  return { dtype, shape, read }
}

/** The first half of an array of floats plus the second. */
export function sumOfHalves(array: LazyArray): LazyArray {
  const half = elementCount(array.shape) / 2
  const size = bytesPerElement(array.dtype)
  const [get, set] =
    size === 8 ? (['getFloat64', 'setFloat64'] as const) : (['getFloat32', 'setFloat32'] as const)
  return lazily(array, [half], ({ dtype, data }) => {
    if (dtype !== 'float32' && dtype !== 'float64')
      throw new UnsupportedError('a sum of arrays of this dtype', {
        expected: 'float32 or float64',
        got: dtype,
      })
    const source = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const sum = new DataView(new ArrayBuffer(half * size))
    for (let i = 0; i < half; i++)
      sum[set](i * size, source[get](i * size, true) + source[get]((half + i) * size, true), true)
    return new Uint8Array(sum.buffer)
  })
}

function lazily(
  array: LazyArray,
  shape: readonly number[],
  change: (source: NdArray) => Uint8Array,
): LazyArray {
  const { dtype } = array
  return { dtype, shape, read: async () => ({ dtype, shape, data: change(await array.read()) }) }
}

function gather({ data, dtype }: NdArray, { shape, strides, offset }: View): Uint8Array {
  const size = bytesPerElement(dtype)
  const count = elementCount(shape)
  const result = new Uint8Array(count * size)
  const index = shape.map(() => 0)
  for (let to = 0, from = offset; to < count; to++) {
    for (let byte = 0; byte < size; byte++) result[to * size + byte] = data[from * size + byte] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number
      index[axis] = (index[axis] as number) + 1
      if ((index[axis] as number) < (shape[axis] as number)) break
      from -= (shape[axis] as number) * (strides[axis] as number)
      index[axis] = 0
    }
  }
  return result
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number)
  return strides
}
