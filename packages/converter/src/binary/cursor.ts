import { FormatError } from '@dotplus/core'

/** Where a block of bytes came from, for error messages. */
export interface Origin {
  readonly file: string
  /** What the block is: "npy header", "object header". */
  readonly what: string
  /** Offset of the block's first byte in the file. */
  readonly offset: number
}

/** Reads little-endian numbers from a block one after the other, never beyond its end. */
export class Cursor {
  readonly bytes: Uint8Array
  readonly origin: Origin
  position = 0
  readonly #view: DataView

  constructor(bytes: Uint8Array, origin: Origin) {
    this.bytes = bytes
    this.origin = origin
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.byteLength - this.position
  }

  /** Moves `count` bytes on and answers where it was. */
  advance(count: number): number {
    const start = this.position
    if (!(count >= 0 && count <= this.bytes.byteLength - start)) {
      throw new FormatError(`${this.origin.what} is cut off`, {
        file: this.origin.file,
        place: `byte ${this.origin.offset + start}`,
        expected: `${count} bytes`,
        got: `${this.bytes.byteLength - start} bytes`,
      })
    }
    this.position = start + count
    return start
  }

  /** Moves forward to the next multiple of `alignment` from the start of the block. */
  align(alignment: number): void {
    const over = this.position % alignment
    if (over !== 0) this.advance(alignment - over)
  }

  uint8(): number {
    return this.#view.getUint8(this.advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.advance(4), true)
  }

  int32(): number {
    return this.#view.getInt32(this.advance(4), true)
  }

  float64(littleEndian: boolean): number {
    return this.#view.getFloat64(this.advance(8), littleEndian)
  }

  /** An unsigned integer of 1 to 8 bytes; values from 2^53 on are rounded, which keeps them larger than any file. */
  uint(width: number): number {
    const start = this.advance(width)
    let value = 0
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (this.bytes[start + i] ?? 0)
    return value
  }

  /** The next `count` bytes as a view. */
  take(count: number): Uint8Array {
    const start = this.advance(count)
    return this.bytes.subarray(start, start + count)
  }

  /** The next `count` bytes as a block of their own. */
  sub(
    count: number,
    origin: Origin = { ...this.origin, offset: this.origin.offset + this.position },
  ): Cursor {
    return new Cursor(this.take(count), origin)
  }

  /** Bytes up to and including the next `terminator`, without it. */
  takeUntil(terminator: number): Uint8Array {
    const end = this.bytes.indexOf(terminator, this.position)
    if (end < 0)
      throw this.error(`${this.origin.what} is cut off`, {
        expected: `a byte ${terminator} as terminator`,
      })
    const bytes = this.bytes.subarray(this.position, end)
    this.position = end + 1
    return bytes
  }

  /** A {@link FormatError} at the current position. */
  error(
    what: string,
    details: { expected?: string; got?: string; hint?: string } = {},
  ): FormatError {
    return new FormatError(what, {
      file: this.origin.file,
      place: `byte ${this.origin.offset + this.position}`,
      ...details,
    })
  }
}
