/** What this module uses of the Encoding API, which every runtime has. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

/** What follows a field's number in its tag. */
export const wire = {
  varint: 0,
  fixed64: 1,
  lengthDelimited: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const

const maximumGroups = 100
const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the primitives of the protobuf encoding from bytes, up to a movable `end`.
 * Everything throws a `RangeError` or `TypeError` when the bytes end early or are no protobuf.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 */
export class WireReader {
  readonly bytes: Uint8Array
  position = 0
  /** First byte that does not belong to the current message. */
  end: number
  readonly #view: DataView
  /** Bits 0 to 31 and 32 to 63 of the varint read last. */
  #low = 0
  #high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.byteLength
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Passes `length` bytes and returns the position of the first. */
  #pass(length: number): number {
    const start = this.position
    if (length > this.end - start) throw new RangeError('the bytes end early')
    this.position = start + length
    return start
  }

  #varint(): void {
    this.#low = 0
    this.#high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.#pass(1)] as number
      const bits = byte & 127
      if (shift < 32) this.#low |= bits << shift
      if (shift > 28) this.#high |= bits << (shift - 32)
      else if (shift === 28) this.#high |= bits >>> 4
      if (byte < 128) return
    }
    throw new RangeError('a varint of more than 10 bytes')
  }

  uint32(): number {
    this.#varint()
    return this.#low >>> 0
  }

  int32(): number {
    this.#varint()
    return this.#low
  }

  sint32(): number {
    const value = this.uint32()
    return (value >>> 1) ^ -(value & 1)
  }

  bool(): boolean {
    this.#varint()
    return (this.#low | this.#high) !== 0
  }

  /** As a number: exact up to 2^53. */
  uint64(): number {
    this.#varint()
    return (this.#high >>> 0) * 2 ** 32 + (this.#low >>> 0)
  }

  /** As a number: exact up to ±2^53. */
  int64(): number {
    this.#varint()
    return this.#high * 2 ** 32 + (this.#low >>> 0)
  }

  /** As a number: exact up to ±2^53. */
  sint64(): number {
    this.#varint()
    const half = (this.#high >>> 1) * 2 ** 32 + (((this.#high << 31) | (this.#low >>> 1)) >>> 0)
    return this.#low & 1 ? -half - 1 : half
  }

  fixed32(): number {
    return this.#view.getUint32(this.#pass(4), true)
  }

  float(): number {
    return this.#view.getFloat32(this.#pass(4), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#pass(8), true)
  }

  /** A view, not a copy. */
  data(): Uint8Array {
    const length = this.uint32()
    const start = this.#pass(length)
    return this.bytes.subarray(start, start + length)
  }

  string(): string {
    return utf8.decode(this.data())
  }

  /** Reads a length, and what `read` reads within as many bytes. */
  delimited<Result>(read: () => Result): Result {
    const length = this.uint32()
    const { end, position } = this
    if (length > end - position) throw new RangeError('a length beyond the end')
    this.end = position + length
    const result = read()
    this.end = end
    return result
  }

  /** Passes the value of a field of this tag. */
  skip(tag: number, depth = 0): void {
    if (tag >>> 3 === 0) throw new RangeError('a field numbered 0')
    switch (tag & 7) {
      case wire.varint:
        return this.#varint()
      case wire.fixed64:
        return void this.#pass(8)
      case wire.lengthDelimited:
        return void this.#pass(this.uint32())
      case wire.fixed32:
        return void this.#pass(4)
      case wire.startGroup:
        if (depth === maximumGroups) break
        for (let inner = this.uint32(); inner !== tag + 1; inner = this.uint32()) {
          this.skip(inner, depth + 1)
        }
        return
    }
    throw new RangeError(`a tag of ${tag}`)
  }
}
