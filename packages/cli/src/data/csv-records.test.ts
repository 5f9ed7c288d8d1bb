import { describe, expect, test } from 'vitest'
import { readRecords, type CsvRecord } from './csv-records.ts'

async function records(text: string, chunkSize = text.length): Promise<CsvRecord[]> {
  const bytes = new TextEncoder().encode(text)
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += chunkSize)
      yield bytes.subarray(start, start + chunkSize)
  }
  const all: CsvRecord[] = []
  for await (const some of readRecords(chunks(), 'x.csv')) all.push(...some)
  return all
}

const fieldsOf = (all: readonly CsvRecord[]): (readonly string[])[] =>
  all.map(({ fields }) => fields)

describe('readRecords', () => {
  test('reads LF, CRLF, a byte order mark, and a last line without a line break', async () => {
    expect(fieldsOf(await records('\uFEFFa,b\r\n1,2\n3,4'))).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
  })

  test('gives the same records however the bytes are cut', async () => {
    const text = 'name,"a ""b"", c"\n"two\nlines",2\n\nü,4\n'
    const whole = await records(text)
    expect(fieldsOf(whole)).toEqual([
      ['name', 'a "b", c'],
      ['two\nlines', '2'],
      ['ü', '4'],
    ])
    for (let size = 1; size < text.length; size++) expect(await records(text, size)).toEqual(whole)
  })

  test('counts lines where the records begin', async () => {
    expect((await records('a\n"b\nc"\n\nd\n')).map(({ line }) => line)).toEqual([1, 2, 5])
  })

  test('names the line of a quote that is never closed', async () => {
    await expect(records('a\n"b\nc\n')).rejects.toThrow('x.csv: line 2: a quote is not closed')
  })
})
