import { FormatError, type DType } from '@dotplus/core'
import { arrayRows, lazyArray, type LazyArray, type NdArray } from '../array.ts'
import { readAll, readRange, type Source } from '../source.ts'
import { allowedExpansion, Budget } from './budget.ts'
import { Cursor } from './cursor.ts'
import { decodeElements, parseNumpyDtype, rawByteLength, type NumpyDtype } from './numpy-dtype.ts'
import { readPickle, type PickleValue } from './pickle.ts'
import { parsePythonLiteral, PythonLiteralError, type PythonLiteral } from './python-literal.ts'

/** "\x93NUMPY" */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** NumPy's own limit for headers it did not write is 10,000 bytes; structured dtypes need no more than this. */
const maximumHeaderLength = 1 << 16

/** What a `.npy` file holds: an array, or (dtype=object) a pickle. */
export type NpyContent =
  | { readonly kind: 'array'; readonly array: NdArray }
  | { readonly kind: 'objects'; readonly value: PickleValue }

interface NpyHeader {
  readonly dtype: NumpyDtype
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Offset of the first element. */
  readonly dataOffset: number
}

/** True when `bytes` begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/**
 * Reads a `.npy` file, format versions 1.0, 2.0 and 3.0: every numeric dtype, text, either byte order, either memory
 * order, and object arrays through the restricted unpickler.
 *
 * @param file name for errors
 * @throws {FormatError} when the bytes are no `.npy`, or fewer or more than the header promises
 * @throws {UnsupportedError} for dtypes that no weight can have, and pickles that ask for anything but NumPy arrays
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array, file: string): NpyContent {
  const header = readHeader(bytes, file)
  if (header.dtype.kind !== 'object')
    return { kind: 'array', array: readElements(bytes, header, file) }
  const raw = bytes.subarray(header.dataOffset)
  return { kind: 'objects', value: readPickle(raw, { file, offset: header.dataOffset }) }
}

/** What a `.npy` file is said to hold by its header: an array that is read when asked for, or a pickle. */
export type OpenedNpy =
  | { readonly kind: 'array'; readonly array: LazyArray }
  | { readonly kind: 'objects'; readonly value: PickleValue }

/** Magic, version and the longest length field. */
const preambleLength = 12

/**
 * Opens a `.npy` file: its header is read, the elements when they are asked for.
 *
 * @throws as {@link readNpy}
 */
export async function openNpy(source: Source): Promise<OpenedNpy> {
  const file = source.name
  const { byteLength } = source
  const headLength = Math.min(byteLength, preambleLength + maximumHeaderLength)
  const header = readHeader(await readRange(source, 0, headLength, 'the npy header'), file)
  if (header.dtype.kind === 'object') return asOpened(readNpy(await readAll(source), file))
  checkLength(byteLength - header.dataOffset, header, file)
  const { dtype } = header.dtype
  const read = async (): Promise<NdArray> => {
    const raw = await readRange(source, header.dataOffset, byteLength, 'the array')
    return decode(raw, header, file)
  }
  return { kind: 'array', array: { dtype, shape: header.shape, read } }
}

/** An array in a `.npy` file that is read some rows at a time, along the first dimension. */
export interface NpyRows {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Rows from `start` to before `end`; of an array without dimensions, the whole. */
  read(start: number, end: number): Promise<NdArray>
}

/**
 * Opens a `.npy` file that has to hold an array, to be read in parts. In Fortran order the rows lie apart: such a file is
 * held in memory from the first part on.
 *
 * @throws {FormatError} as {@link readNpyArray}
 */
export async function openNpyRows(source: Source): Promise<NpyRows> {
  const { name: file, byteLength } = source
  const headLength = Math.min(byteLength, preambleLength + maximumHeaderLength)
  const header = readHeader(await readRange(source, 0, headLength, 'the npy header'), file)
  if (header.dtype.kind === 'object') throw objectsInsteadOfArray(file)
  checkLength(byteLength - header.dataOffset, header, file)
  const { dataOffset, shape } = header
  const { dtype } = header.dtype
  const [rows = 1, ...rowShape] = shape
  if (header.fortranOrder && shape.length > 1) {
    let whole: NdArray | undefined
    const readWhole = async (): Promise<NdArray> =>
      decode(await readRange(source, dataOffset, byteLength, 'the array'), header, file)
    return {
      dtype,
      shape,
      read: async (start, end) => arrayRows((whole ??= await readWhole()), start, end),
    }
  }
  const rowLength = rows === 0 ? 0 : (byteLength - dataOffset) / rows
  return {
    dtype,
    shape,
    read: async (start, end) => {
      const from = dataOffset + start * rowLength
      const raw = await readRange(source, from, dataOffset + end * rowLength, 'the array')
      const read = shape.length === 0 ? shape : [end - start, ...rowShape]
      return decode(raw, { ...header, shape: read }, file)
    },
  }
}

function asOpened(content: NpyContent): OpenedNpy {
  return content.kind === 'objects' ? content : { kind: 'array', array: lazyArray(content.array) }
}

function readElements(bytes: Uint8Array, header: NpyHeader, file: string): NdArray {
  const raw = bytes.subarray(header.dataOffset)
  checkLength(raw.byteLength, header, file)
  return decode(raw, header, file)
}

/** @throws {FormatError} when there are fewer or more bytes than the header promises */
function checkLength(length: number, header: NpyHeader, file: string): void {
  const expected = rawByteLength(header.dtype, header.shape, { file, place: 'npy header' })
  if (length !== expected) {
    throw new FormatError(length < expected ? 'the array is cut off' : 'bytes after the array', {
      file,
      place: `byte ${header.dataOffset}`,
      expected: `${expected} bytes of data`,
      got: `${length}`,
    })
  }
  if (header.dtype.width === 0) rejectEmptyText(header.shape, file)
}

function decode(raw: Uint8Array, header: NpyHeader, file: string): NdArray {
  const budget = new Budget(file, allowedExpansion(header.dataOffset + raw.byteLength))
  return decodeElements(raw, header.dtype, header.shape, header.fortranOrder, budget, 'npy data')
}

/** `<U0` elements take no bytes, so nothing else bounds how many there are. */
function rejectEmptyText(shape: readonly number[], file: string): void {
  if (shape.reduce((count, size) => count * size, 1) > 1 << 20) {
    throw new FormatError('more empty strings than a file can mean', {
      file,
      place: 'npy header',
      got: `(${shape.join(', ')})`,
    })
  }
}

/**
 * Reads a `.npy` file that has to hold an array.
 *
 * @throws {FormatError} also when it holds Python objects
 */
export function readNpyArray(bytes: Uint8Array, file: string): NdArray {
  const header = readHeader(bytes, file)
  if (header.dtype.kind !== 'object') return readElements(bytes, header, file)
  throw objectsInsteadOfArray(file)
}

function objectsInsteadOfArray(file: string): FormatError {
  return new FormatError('Python objects instead of an array', {
    file,
    expected: 'a numeric or text dtype',
    got: 'dtype object',
    hint: 'Save each array on its own, without dtype=object',
  })
}

function readHeader(bytes: Uint8Array, file: string): NpyHeader {
  const cursor = new Cursor(bytes, { file, what: 'the npy header', offset: 0 })
  if (!isNpy(bytes)) {
    throw new FormatError('not a .npy file', {
      file,
      place: 'byte 0',
      expected: '\\x93NUMPY',
      got: bytes.byteLength === 0 ? 'an empty file' : hex(bytes.subarray(0, magic.length)),
    })
  }
  cursor.advance(magic.length)
  const major = cursor.uint8()
  cursor.advance(1)
  if (major < 1 || major > 3) {
    throw cursor.error('.npy format version', { expected: '1, 2 or 3', got: `${major}` })
  }
  const length = major === 1 ? cursor.uint16() : cursor.uint32()
  if (length > maximumHeaderLength) {
    throw cursor.error('the npy header is too long', {
      expected: `at most ${maximumHeaderLength} bytes`,
      got: `${length}`,
    })
  }
  const start = cursor.position
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(cursor.take(length))
  return { ...interpretHeader(text, file, start), dataOffset: cursor.position }
}

function interpretHeader(text: string, file: string, start: number): Omit<NpyHeader, 'dataOffset'> {
  let literal: PythonLiteral
  try {
    literal = parsePythonLiteral(text)
  } catch (error) {
    if (!(error instanceof PythonLiteralError)) throw error
    throw new FormatError(`the npy header is damaged: ${error.message}`, {
      file,
      place: `byte ${start + error.offset}`,
    })
  }
  const place = 'npy header'
  const entries = literal instanceof Map ? literal : new Map<string, PythonLiteral>()
  const descr = entries.get('descr')
  const fortranOrder = entries.get('fortran_order')
  const shape = entries.get('shape')
  if (descr === undefined || typeof fortranOrder !== 'boolean' || !isShape(shape)) {
    throw new FormatError('the npy header is damaged', {
      file,
      place,
      expected: 'descr, fortran_order and shape',
      got: [...entries.keys()].slice(0, 5).join(', ') || 'none of them',
    })
  }
  const where = { file, place }
  // A list describes a structured dtype; its text is what the error should show.
  const dtype = parseNumpyDtype(typeof descr === 'string' ? descr : 'V0', where)
  rawByteLength(dtype, shape, where)
  return { dtype, fortranOrder, shape }
}

function isShape(value: PythonLiteral | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 64 &&
    value.every((size) => typeof size === 'number' && size >= 0)
  )
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
