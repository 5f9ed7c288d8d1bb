import { elementCount, FormatError, UnsupportedError, type DType } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { Budget } from './budget.ts'
import { fortranToRowMajor, swapByteOrder } from './byte-order.ts'

/** How NumPy stores one element: the array protocol's type string taken apart. */
export interface NumpyDtype {
  /** A numeric dtype, fixed-width text in UTF-32 (`<U`) or bytes (`|S`), or Python objects. */
  readonly kind: 'numeric' | 'unicode' | 'bytes' | 'object'
  /** `string` for text, `uint8` for objects. */
  readonly dtype: DType
  readonly bigEndian: boolean
  /** Bytes per element in the file. */
  readonly width: number
}

/** Where a dtype or array is, for errors. */
export interface ArrayPlace {
  readonly file: string
  readonly place?: string | undefined
}

const numericTypes: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}

/**
 * Reads a type string of NumPy's array interface, such as `<f4`, `>i8`, `|S5` or `|O`.
 *
 * @throws {UnsupportedError} for complex, datetime, long double, void and structured types
 * @see https://numpy.org/doc/stable/reference/arrays.interface.html
 */
export function parseNumpyDtype(descr: string, where: ArrayPlace): NumpyDtype {
  const match = /^([<>|=]?)([a-zA-Z?])(\d*)(\[.*\])?$/.exec(descr)
  if (!match) throw new FormatError('not a NumPy dtype', { ...where, got: shorten(descr) })
  const [, order, letter, digits, unit] = match
  const bigEndian = order === '>'
  const size = Number(digits || '0')
  if (letter === 'O') return { kind: 'object', dtype: 'uint8', bigEndian: false, width: 8 }
  if (letter === 'U') return { kind: 'unicode', dtype: 'string', bigEndian, width: size * 4 }
  if (letter === 'S' || letter === 'a')
    return { kind: 'bytes', dtype: 'string', bigEndian: false, width: size }
  const dtype = letter === '?' ? 'bool' : unit ? undefined : numericTypes[`${letter}${digits}`]
  if (dtype === undefined) {
    throw new UnsupportedError('NumPy dtype that no weight can have', {
      ...where,
      expected: 'floats of 16, 32 or 64 bits, integers, bool or text',
      got: shorten(descr),
      hint: 'Save the array with .astype("float32") instead',
    })
  }
  return { kind: 'numeric', dtype, bigEndian, width: size }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

/** Bytes that `shape` elements of `dtype` take, checked against overflow. */
export function rawByteLength(
  dtype: NumpyDtype,
  shape: readonly number[],
  where: ArrayPlace,
): number {
  let length = dtype.width
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new FormatError('not a dimension', { ...where, got: `${size}` })
    }
    length *= size
  }
  // A zero dimension hides an overflow in the others, which never matters: there are no elements.
  if (!Number.isSafeInteger(length)) {
    throw new FormatError('the shape is too large', { ...where, got: `(${shape.join(', ')})` })
  }
  return length
}

/**
 * Turns stored elements into a row-major little-endian array. Answers a view when nothing has to change.
 *
 * @param raw exactly `rawByteLength(dtype, shape)` bytes
 * @param budget charged for every copy
 */
export function decodeElements(
  raw: Uint8Array,
  dtype: NumpyDtype,
  shape: readonly number[],
  fortranOrder: boolean,
  budget: Budget,
  place: string,
): NdArray {
  let bytes = raw
  if (dtype.kind !== 'numeric') {
    const count = elementCount(shape)
    // A string header takes about 16 bytes in every engine.
    budget.take(bytes.byteLength + count * 16, place)
    if (fortranOrder && shape.length > 1) bytes = fortranToRowMajor(bytes, shape, dtype.width)
    const strings: string[] = []
    for (let i = 0; i < count; i++) {
      const element = bytes.subarray(i * dtype.width, (i + 1) * dtype.width)
      strings.push(
        dtype.kind === 'unicode'
          ? decodeUtf32(element, dtype.bigEndian)
          : decodeByteString(element),
      )
    }
    return { dtype: 'string', shape, data: new Uint8Array(0), strings }
  }
  if (dtype.bigEndian && dtype.width > 1) {
    budget.take(bytes.byteLength, place)
    bytes = swapByteOrder(bytes, dtype.width)
  }
  if (fortranOrder && shape.length > 1) {
    budget.take(bytes.byteLength, place)
    bytes = fortranToRowMajor(bytes, shape, dtype.width)
  }
  return { dtype: dtype.dtype, shape, data: bytes }
}

/** One `<U` element: UTF-32 code points, padded with NUL. */
function decodeUtf32(bytes: Uint8Array, bigEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  let pending = ''
  for (let offset = 0; offset + 4 <= bytes.byteLength; offset += 4) {
    const point = view.getUint32(offset, !bigEndian)
    // NULs count only when something follows them.
    if (point === 0) {
      pending += '\0'
      continue
    }
    text += pending + (point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd')
    pending = ''
  }
  return text
}

/** One `|S` element: bytes padded with NUL, UTF-8 as NumPy users write them. */
function decodeByteString(bytes: Uint8Array): string {
  let end = bytes.byteLength
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return new TextDecoder().decode(bytes.subarray(0, end))
}
