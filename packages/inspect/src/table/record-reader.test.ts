import { describe, expect, test } from 'vitest'
import { RecordReader, type CsvRecord } from './record-reader.ts'

function records(text: string | Uint8Array, chunkSize = text.length): CsvRecord[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const reader = new RecordReader('x.csv')
  const all: CsvRecord[] = []
  const drain = (): void => {
    for (;;) {
      const record = reader.next(() => false)
      if (record === undefined) return
      all.push(record as CsvRecord)
    }
  }
  for (let start = 0; start < bytes.length; start += chunkSize) {
    reader.push(bytes.subarray(start, start + chunkSize))
    drain()
  }
  reader.end()
  drain()
  return all
}

const fieldsOf = (all: readonly CsvRecord[]): (readonly string[])[] =>
  all.map(({ fields }) => fields)

describe('RecordReader', () => {
  test('reads LF, CRLF, a byte order mark, and a last line without a line break', () => {
    expect(fieldsOf(records('\uFEFFa,b\r\n1,2\n3,4'))).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
  })

  test('gives the same records however the bytes are cut', () => {
    const text = '\uFEFFname,"a ""b"", c"\r\n"two\nlines",2\n\nü,"4\n\n5"\n6,7'
    const whole = records(text)
    expect(fieldsOf(whole)).toEqual([
      ['name', 'a "b", c'],
      ['two\nlines', '2'],
      ['ü', '4\n\n5'],
      ['6', '7'],
    ])
    for (let size = 1; size < text.length + 4; size++) expect(records(text, size)).toEqual(whole)
  })

  test('counts lines where the records begin', () => {
    expect(records('a\n"b\nc"\n\nd\n').map(({ line }) => line)).toEqual([1, 2, 5])
  })

  test('names the line of a quote that is never closed', () => {
    expect(() => records('a\n"b\nc\n')).toThrow('x.csv: line 2: a quote is not closed')
  })

  test('a row without an end takes no more memory than a row may', () => {
    const line = new Uint8Array(65 << 20).fill(0x31)
    expect(() => records(line, 1 << 20)).toThrow(
      'x.csv: line 1: a row without an end: expected at most 64 MiB',
    )
  })

  test('UTF-16 is named', () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x31, 0, 0x0a, 0)
    expect(() => records(bytes)).toThrow('x.csv: text encoding: expected UTF-8, got UTF-16')
  })
})
