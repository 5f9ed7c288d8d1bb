import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

const written = (write: (writer: WireWriter) => void): Uint8Array => {
  const writer = new WireWriter()
  write(writer)
  return writer.finish()
}
const safe = fc.maxSafeInteger()

describe('the protobuf encoding', () => {
  it('is what protobufjs writes, and is read back', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.nat(),
        safe,
        fc.double(),
        fc.string(),
        (big, small, signed, real, text) => {
          const ours = written((writer) => {
            writer.varint(big)
            writer.varint(small)
            writer.varint(signed)
            writer.zigzag(signed)
            writer.zigzag(signed | 0)
            writer.fixed32(small)
            writer.double(real)
            writer.float(real)
            writer.string(text)
          })
          const theirs = protobuf.Writer.create()
            .uint64(big)
            .uint32(small)
            .int64(signed)
            .sint64(signed)
            .sint32(signed | 0)
            .fixed32(small)
            .double(real)
            .float(real)
          // protobufjs rounds 64-bit zigzags of numbers beyond 2^52, which is checked below instead.
          if (Math.abs(signed) < 2 ** 52)
            expect(ours).toEqual(new Uint8Array(theirs.string(text).finish()))
          const reader = new WireReader(ours)
          expect(reader.uint64()).toBe(big)
          expect(reader.uint32()).toBe(small)
          expect(reader.int64()).toBe(signed)
          expect(reader.sint64()).toBe(signed)
          expect(reader.sint32()).toBe(signed | 0)
          expect(reader.fixed32()).toBe(small)
          expect(reader.double()).toBe(real)
          expect(reader.float()).toBe(Math.fround(real))
          expect(reader.string()).toBe(text)
          expect(reader.position).toBe(ours.byteLength)
        },
      ),
      { numRuns: 2000, seed: 3 },
    )
  })

  it.each([0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, 2 ** 35, 2 ** 52, 2 ** 53 - 1])(
    'holds ±%d exactly',
    (value) => {
      for (const signed of value === 0 ? [0] : [value, -value]) {
        const reader = new WireReader(
          written((writer) => {
            writer.varint(signed)
            writer.zigzag(signed)
          }),
        )
        expect(reader.int64()).toBe(signed)
        expect(reader.sint64()).toBe(signed)
      }
    },
  )

  it('is refused where it ends early, overflows or is none', () => {
    const bad: [string, number[], (reader: WireReader) => unknown][] = [
      ['a varint without its end', [0x80], (reader) => reader.uint32()],
      ['a varint of 11 bytes', [...Array(10).fill(0x80), 1], (reader) => reader.uint64()],
      ['a length beyond the end', [4, 1, 2, 3], (reader) => reader.data()],
      ['a length near 2^32', [0xff, 0xff, 0xff, 0xff, 0x0f, 0], (reader) => reader.data()],
      ['text that is no UTF-8', [1, 0xff], (reader) => reader.string()],
      ['a message longer than what holds it', [2, 1], (reader) => reader.delimited(() => 0)],
      ['half a double', [0, 0, 0, 0], (reader) => reader.double()],
      ['a wire type that does not exist', [], (reader) => reader.skip((1 << 3) | 7)],
      ['a group that never ends', [8, 0], (reader) => reader.skip((1 << 3) | 3)],
      ['a group closed by another', [(2 << 3) | 4], (reader) => reader.skip((1 << 3) | 3)],
      ['groups without end', Array(300).fill((1 << 3) | 3), (reader) => reader.skip((1 << 3) | 3)],
      ['a field numbered 0', [0], (reader) => reader.skip(0)],
    ]
    for (const [name, bytes, read] of bad) {
      expect(() => read(new WireReader(Uint8Array.from(bytes))), name).toThrow(
        /the bytes end early|more than 10 bytes|beyond the end|not valid|a tag of|numbered 0/,
      )
    }
    expect(() => written((writer) => writer.varint(0.5))).toThrow(RangeError)
    expect(() => written((writer) => writer.varint(Infinity))).toThrow(RangeError)
  })

  it('passes groups of unknown fields', () => {
    const group = [(2 << 3) | 3, (1 << 3) | 0, 5, (2 << 3) | 4, (1 << 3) | 4, 42]
    const reader = new WireReader(Uint8Array.from(group))
    reader.skip((1 << 3) | 3)
    expect(reader.uint32()).toBe(42)
  })
})
