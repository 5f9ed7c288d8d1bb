import { elementCount, UnsupportedError, type DType } from '@dotplus/core'
import type { NdArray } from '../../array.ts'
import { swapByteOrder } from '../byte-order.ts'
import { Cursor } from '../cursor.ts'
import type { Hdf5Type } from './datatype.ts'
import type { GlobalHeap } from './global-heap.ts'
import type { Hdf5Reader } from './reader.ts'

/**
 * The core dtype of an HDF5 type, or undefined where no weight can have it. An opaque type is what the `dtype`
 * attribute beside it says: Keras stores bfloat16 and float8 so.
 */
export function dtypeOf(type: Hdf5Type, declared: string | undefined): DType | undefined {
  switch (type.kind) {
    case 'numeric':
      return type.dtype
    case 'fixedString':
    case 'variableString':
      return 'string'
    case 'opaque':
      // A `.h5` of Keras declares nothing; there is no other opaque type of two bytes in Keras.
      if (type.width === 2 && (declared ?? 'bfloat16') === 'bfloat16') return 'bfloat16'
      if (type.width === 1 && (declared === 'float8_e4m3fn' || declared === 'float8_e5m2'))
        return declared
      return undefined
    default:
      return undefined
  }
}

/** "integer of 16 bytes": what to call a type in an error. */
export function describeType(type: Hdf5Type): string {
  if (type.kind === 'unsupported') return type.name
  if (type.kind === 'opaque')
    return `opaque of ${type.width} bytes${type.tag ? ` (${type.tag})` : ''}`
  return type.kind
}

/**
 * Turns stored elements into a row-major little-endian array; HDF5 stores row-major.
 *
 * @param raw product(shape) * type.width bytes
 */
export async function decodeHdf5Elements(
  reader: Hdf5Reader,
  heap: GlobalHeap,
  type: Hdf5Type,
  dtype: DType | undefined,
  shape: readonly number[],
  raw: Uint8Array,
  place: string,
): Promise<NdArray> {
  if (dtype === undefined) {
    throw new UnsupportedError('HDF5 datatype', {
      file: reader.source.name,
      place,
      expected: 'floats of 16, 32 or 64 bits, bfloat16, integers, bool or strings',
      got: describeType(type),
    })
  }
  if (dtype !== 'string') {
    if (type.kind === 'numeric' && type.bigEndian && type.width > 1) {
      reader.budget.take(raw.byteLength, place)
      return { dtype, shape, data: swapByteOrder(raw, type.width) }
    }
    return { dtype, shape, data: raw }
  }
  const count = elementCount(shape)
  reader.budget.take(raw.byteLength + count * 32, place)
  const cursor = new Cursor(raw, { file: reader.source.name, what: place, offset: 0 })
  const strings: string[] = []
  for (let i = 0; i < count; i++) {
    const element = cursor.sub(type.width)
    strings.push(
      type.kind === 'variableString'
        ? await heap.string(element)
        : fixedString(element.bytes, type),
    )
  }
  return { dtype, shape, data: new Uint8Array(0), strings }
}

function fixedString(bytes: Uint8Array, type: Hdf5Type): string {
  const text = new TextDecoder().decode(bytes)
  const end = text.indexOf('\0')
  const cut = end < 0 ? text : text.slice(0, end)
  return type.kind === 'fixedString' && type.padding === 'space' ? cut.trimEnd() : cut
}
