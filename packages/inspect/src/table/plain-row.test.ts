import { expect, test } from 'vitest'
import { parseNumber } from './parse-number.ts'
import { readPlainRow } from './plain-row.ts'

function read(line: string, width: number): Float64Array | undefined {
  const bytes = new TextEncoder().encode(`##${line}##`)
  const values = new Float64Array(width + 1)
  return readPlainRow(bytes, 2, bytes.length - 2, values, 1, width) ? values.subarray(1) : undefined
}

test('numbers of every spelling are those that a parser of text gives', () => {
  const text =
    '0;-0;+1;.5;5.;-.25;007;1e5;-2.5E-3; 7 ;nan;-inf;0x10;123456789012345;0.1234567890123456;12345678901234567890;' +
    '0.000000000000001;1.7976931348623157e308;5e-324;9007199254740993;0.30000000000000004'
  const spellings = text.split(';')
  for (const spelling of spellings) expect(read(spelling, 1)?.[0]).toBe(parseNumber(spelling))
  expect([...(read(spellings.join(','), spellings.length) ?? [])]).toEqual(
    spellings.map(parseNumber),
  )
})

test('decimals of up to 15 digits are rounded once', () => {
  const wrong: string[] = []
  let state = 1
  for (let i = 0; i < 100_000; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    const digits = `${state}${(state * 7) % 100_003}`.slice(0, 1 + (state % 15))
    const point = (state >>> 8) % (digits.length + 1)
    const spelling = `${state & 64 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
    if (!Object.is(read(spelling, 1)?.[0], Number(spelling))) wrong.push(spelling)
  }
  expect(wrong).toEqual([])
})

test.each(['', '1', '1,2,3', '1,', ',1', '1,x', '"1",2', '1,2,', '-,1', '1.2.3,4', '1 2,3', 'ü,1'])(
  '%j is no row of two numbers',
  (line) => {
    expect(read(line, 2)).toBeUndefined()
  },
)
