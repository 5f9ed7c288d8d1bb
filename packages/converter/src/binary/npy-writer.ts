import { dtypeBits, UnsupportedError, type DType } from '@dotplus/core'
import type { NdArray } from '../array.ts'

const descriptions: Readonly<Partial<Record<DType, string>>> = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  bool: '|b1',
}

/** Element data begins at a multiple of this, as NumPy writes it. */
const alignment = 64

/**
 * A `.npy` file, format 1.0, C order, little-endian: byte for byte what NumPy writes for the same array. bfloat16 is
 * widened to float32, which NumPy can hold.
 *
 * @throws {UnsupportedError} for dtypes NumPy has no name for (int4, float8)
 */
export function writeNpy(array: NdArray): Uint8Array {
  const { descr, data } = encodeElements(array)
  const header = encodeHeader(descr, array.shape, 0)
  const bytes = new Uint8Array(header.byteLength + data.byteLength)
  bytes.set(header)
  bytes.set(data, header.byteLength)
  return bytes
}

/**
 * The bytes of a `.npy` file before its elements, as long for any number of rows: a file can be written row by row and
 * its header again at the end.
 *
 * @param dtype not `string`, whose width the rows decide
 * @param shape rows first
 * @throws {UnsupportedError} for dtypes NumPy has no name for
 */
export function npyHeader(dtype: DType, shape: readonly number[]): Uint8Array {
  return encodeHeader(descriptionOf(dtype), shape, rowDigits)
}

/** Digits of the largest row count that a number holds. */
const rowDigits = `${Number.MAX_SAFE_INTEGER}`.length

/** @param reserved digits to leave room for in the number of rows */
function encodeHeader(descr: string, shape: readonly number[], reserved: number): Uint8Array {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${sizes}, }`
  const preamble = 10
  const unpadded = preamble + dict.length + 1
  const room = Math.max(0, reserved - `${shape[0] ?? ''}`.length)
  const total = Math.ceil((unpadded + room) / alignment) * alignment
  const header = dict + ' '.repeat(total - unpadded) + '\n'
  const bytes = new Uint8Array(total)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
  for (let i = 0; i < header.length; i++) bytes[preamble + i] = header.charCodeAt(i)
  return bytes
}

function encodeElements(array: NdArray): { descr: string; data: Uint8Array } {
  if (array.dtype === 'string') return encodeText(array.strings ?? [])
  if (array.dtype === 'bfloat16') return { descr: '<f4', data: widenBfloat16(array.data) }
  return { descr: descriptionOf(array.dtype), data: array.data }
}

function descriptionOf(dtype: DType): string {
  const descr = descriptions[dtype]
  if (descr !== undefined) return descr
  throw new UnsupportedError('NumPy has no such dtype', {
    got: `${dtype} (${dtypeBits[dtype]} bits)`,
  })
}

function encodeText(strings: readonly string[]): { descr: string; data: Uint8Array } {
  const points = strings.map((text) => [...text])
  const width = points.reduce((longest, text) => Math.max(longest, text.length), 1)
  const data = new Uint8Array(strings.length * width * 4)
  const view = new DataView(data.buffer)
  for (const [row, text] of points.entries()) {
    for (const [column, point] of text.entries()) {
      view.setUint32((row * width + column) * 4, point.codePointAt(0) ?? 0, true)
    }
  }
  return { descr: `<U${width}`, data }
}

/** A bfloat16 is the upper half of the float32 of the same value. */
function widenBfloat16(bits: Uint8Array): Uint8Array {
  const data = new Uint8Array(bits.byteLength * 2)
  for (let i = 0; i + 1 < bits.byteLength; i += 2) {
    data[i * 2 + 2] = bits[i] as number
    data[i * 2 + 3] = bits[i + 1] as number
  }
  return data
}
