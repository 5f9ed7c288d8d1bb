import { FormatError, ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import type { StoredTensor } from '../model/tensor.ts'
import { decode, decodeWith, type DecodeOptions } from './decode.ts'
import { tableOf } from './message.ts'
import { wire, WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

/** A file that can be read anywhere. */
export interface ByteSource {
  readonly byteLength: number
  /**
   * Fills `into` with the bytes from `at` on.
   *
   * @throws {RangeError} when the file ends before
   */
  read(into: Uint8Array, at: number): void
}

/** Tensors up to this are read with the structure. */
const smallTensor = 4096
const windowBytes = 4096
/** A tag and a length, ten bytes each at most. */
const headerBytes = 20

/** A few bytes around where the file is being read. */
class Window {
  readonly #source: ByteSource
  #reader = new WireReader(new Uint8Array(0))
  #start = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** A reader at `at`, with `length` bytes before it or all up to the end of the file. */
  readerAt(at: number, length: number): WireReader {
    const rest = this.#source.byteLength - at
    if (at < this.#start || at + Math.min(length, rest) > this.#start + this.#reader.end) {
      const bytes = new Uint8Array(Math.min(Math.max(windowBytes, length), Math.max(rest, 0)))
      this.#source.read(bytes, at)
      this.#reader = new WireReader(bytes)
      this.#start = at
    }
    this.#reader.position = at - this.#start
    return this.#reader
  }

  bytes(start: number, end: number): Uint8Array {
    const { bytes, position } = this.readerAt(start, end - start)
    return bytes.subarray(position, position + end - start)
  }
}

/** One field of a message: where it begins, where its value does, and where it ends. */
interface Span {
  readonly tag: number
  readonly start: number
  readonly value: number
  readonly end: number
}

/** The fields of the message between two positions. */
function* fieldsIn(window: Window, start: number, end: number): Generator<Span> {
  for (let at = start; at < end;) {
    const reader = window.readerAt(at, headerBytes)
    const from = reader.position
    const tag = reader.uint32()
    const isDelimited = (tag & 7) === wire.lengthDelimited
    if (!isDelimited) reader.skip(tag)
    const length = isDelimited ? reader.uint32() : 0
    const value = at + reader.position - from
    const span = { tag, start: at, value, end: value + length }
    if (span.end > end) throw new RangeError('a field beyond the end')
    yield span
    at = span.end
  }
}

/** Where a tensor's elements are in the file. */
interface Place {
  readonly at: number
  readonly byteLength: number
}

/** A file without the elements of its large tensors, and where they are, by tensor. */
function outlineOf(source: ByteSource): { bytes: Uint8Array; places: Map<number, Place> } {
  const tensorTag = ((tableOf('Model').named('tensors')?.number ?? 0) << 3) | wire.lengthDelimited
  const dataTag = ((tableOf('Tensor').named('data')?.number ?? 0) << 3) | wire.lengthDelimited
  const window = new Window(source)
  const outline = new WireWriter()
  const places = new Map<number, Place>()
  const copy = (to: WireWriter, start: number, end: number): void => {
    to.raw(window.bytes(start, end))
  }
  let count = 0
  for (const { tag, start, value, end } of fieldsIn(window, 0, source.byteLength)) {
    const isTensor = tag === tensorTag
    const index = isTensor ? count++ : -1
    if (!isTensor || end - value <= smallTensor) {
      copy(outline, start, end)
      continue
    }
    const tensor = new WireWriter()
    for (const field of fieldsIn(window, value, end)) {
      if (field.tag !== dataTag) copy(tensor, field.start, field.end)
      else places.set(index, { at: field.value, byteLength: field.end - field.value })
    }
    outline.varint(tensorTag)
    outline.data(tensor.finish())
  }
  return { bytes: outline.finish(), places }
}

function leave(tensor: StoredTensor, source: ByteSource, { at, byteLength }: Place): void {
  const read = (into: Uint8Array, start: number): void => source.read(into, at + start)
  tensor.left = { byteLength, read }
  const data = {
    configurable: true,
    enumerable: true,
    get: () => {
      const bytes = new Uint8Array(byteLength)
      read(bytes, 0)
      return bytes
    },
  }
  Object.defineProperty(tensor, 'data', data)
}

/**
 * Decodes a `.dotplus` file whose large tensors are left in it: `left` says where, `data` reads them. The source must
 * be readable for as long as they are used.
 *
 * @throws {FormatError} when the bytes are no dotplus model, are cut off, or come from a newer format version
 * @throws {ModelError} when references or lengths contradict each other
 */
export function decodeFrom(source: ByteSource, options: DecodeOptions = {}): Model {
  try {
    const { bytes, places } = outlineOf(source)
    return decodeWith(bytes, options.file, (tensors) => {
      for (const [index, place] of places) leave(tensors[index] as StoredTensor, source, place)
    })
  } catch (error) {
    const isOfFile = [FormatError, ModelError, RangeError].some((kind) => error instanceof kind)
    if (!isOfFile) throw error
  }
  // Whatever is wrong with the file, it is the place in the whole file that says where.
  const bytes = new Uint8Array(source.byteLength)
  source.read(bytes, 0)
  return decode(bytes, options)
}
