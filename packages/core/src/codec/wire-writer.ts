/** What this module uses of the Encoding API, which every runtime has. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

const utf8 = /* @__PURE__ */ new TextEncoder()

/**
 * Writes the primitives of the protobuf encoding.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 */
export class WireWriter {
  #bytes = new Uint8Array(64)
  #length = 0

  /** Makes room for `length` bytes and returns the position of the first. */
  #extend(length: number): number {
    const start = this.#length
    this.#length += length
    if (this.#length > this.#bytes.byteLength) {
      const larger = new Uint8Array(2 * this.#length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return start
  }

  #byte(value: number): void {
    const at = this.#extend(1)
    this.#bytes[at] = value
  }

  #view(length: number): DataView {
    const start = this.#extend(length)
    return new DataView(this.#bytes.buffer, start, length)
  }

  /** A whole number as an unsigned varint; negative ones take ten bytes, as two's complement. */
  varint(value: number): void {
    if (value < 0 || !Number.isSafeInteger(value))
      return this.#bigVarint(BigInt.asUintN(64, BigInt(value)))
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) {
      this.#byte((rest % 128) | 128)
    }
    this.#byte(rest)
  }

  #bigVarint(value: bigint): void {
    let rest = value
    for (; rest > 127n; rest >>= 7n) {
      this.#byte(Number(rest & 127n) | 128)
    }
    this.#byte(Number(rest))
  }

  /** A whole number as a varint that is short for those near 0 of either sign. */
  zigzag(value: number): void {
    const double = 2n * BigInt(value)
    this.#bigVarint(value < 0 ? -double - 1n : double)
  }

  fixed32(value: number): void {
    this.#view(4).setUint32(0, value, true)
  }

  float(value: number): void {
    this.#view(4).setFloat32(0, value, true)
  }

  double(value: number): void {
    this.#view(8).setFloat64(0, value, true)
  }

  /** Bytes without their length. */
  raw(bytes: Uint8Array): void {
    const start = this.#extend(bytes.byteLength)
    this.#bytes.set(bytes, start)
  }

  /** Bytes after their length. */
  data(bytes: Uint8Array): void {
    this.varint(bytes.byteLength)
    this.raw(bytes)
  }

  string(text: string): void {
    this.data(utf8.encode(text))
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
