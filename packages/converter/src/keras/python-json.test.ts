import { describe, expect, it } from 'vitest'
import { describeJson, parsePythonJson } from './python-json.ts'

function parse(text: string): unknown {
  return parsePythonJson(text, 'model.keras', 'config.json')
}

describe('JSON as Python writes it', () => {
  it('has NaN and infinities', () => {
    expect(parse('[NaN, Infinity, -Infinity, "NaN", "-Infinity"]')).toEqual([
      NaN,
      Infinity,
      -Infinity,
      'NaN',
      '-Infinity',
    ])
  })

  it('has integers of any size, and keeps those that a number does not hold', () => {
    const text =
      '{"a": [9223372036854775807, -9223372036854775808], "b": 9007199254740991, "c": NaN}'
    expect(parse(text)).toEqual({
      a: [9223372036854775807n, -9223372036854775808n],
      b: 9007199254740991,
      c: NaN,
    })
  })

  it('takes no fraction, exponent or text for such an integer', () => {
    const text =
      '[0.12345678901234567890, 12345678901234567890.0, 1e300, "12345678901234567890", "\\"1e400"]'
    expect(parse(text)).toEqual([
      0.12345678901234568,
      12345678901234567000,
      1e300,
      '12345678901234567890',
      '"1e400',
    ])
  })

  it('describes such an integer in an error', () => {
    expect(describeJson([2n ** 63n])).toBe('["9223372036854775808"]')
  })
})
