import { describe, expect, test } from 'vitest'
import { IndexTable } from './index-table.ts'
import { ngrams, splitCharacters, splitWords } from './split.ts'
import { standardize } from './standardize.ts'

const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))

describe('standardizing, as tf.strings.lower and regex_replace', () => {
  test('lowers the letters of ASCII and no others', () => {
    const lowered = standardize(`${ascii}ÄÖẞİΣ\u212a`, { lower: true, stripPunctuation: false })
    expect(lowered).toBe(`${ascii.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}ÄÖẞİΣ\u212a`)
  })

  test('strips the 32 signs of ASCII and no others', () => {
    const kept = standardize(`${ascii}¿«…“—·。`, { lower: false, stripPunctuation: true })
    expect(kept).toHaveLength(128 - 32 + 7)
    expect(kept).not.toMatch(/[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/)
  })

  test('neither changes a text that has nothing to change', () => {
    expect(standardize('naïve 日本', { lower: true, stripPunctuation: true })).toBe('naïve 日本')
  })
})

describe('splitting, as tf.strings.split, unicode_split and ngrams', () => {
  test('words end at the white space of C, not at that of Unicode', () => {
    expect(splitWords(' a\tb\nc\vd\fe\rf  ')).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    const others = ['\u001c', '\u0085', '\u00a0', '\u2003', '\u3000', '\u200b', '\ufeff', '\0']
    for (const space of others) expect(splitWords(`a${space}b`)).toEqual([`a${space}b`])
    expect(splitWords(' \n ')).toEqual([])
    expect(splitWords('')).toEqual([])
  })

  test('characters are code points', () => {
    expect(splitCharacters('aé🦜e\u0301')).toEqual(['a', 'é', '🦜', 'e', '\u0301'])
    expect(splitCharacters('')).toEqual([])
  })

  test('n-grams of one width after the other, none where a row is too short', () => {
    expect(ngrams(['a', 'b', 'c'], [2, 1])).toEqual(['a b', 'b c', 'a', 'b', 'c'])
    expect(ngrams(['a'], [1, 2, 3])).toEqual(['a'])
    expect(ngrams([], [1])).toEqual([])
  })
})

describe('numbering terms', () => {
  const options = {
    oovStart: 1,
    oovIndices: 3,
    mask: 0n,
    maskIndex: 0n,
    modulo: true,
    key: undefined,
  }

  test('integers not in the vocabulary share indices modulo their number, never below 0', () => {
    const table = new IndexTable([12n, -5n], options)
    expect([12n, -5n, 0n, 7n, -1n, -(2n ** 63n)].map((term) => table.indexOf(term))).toEqual([
      4n,
      5n,
      0n,
      2n,
      3n,
      2n,
    ])
  })

  test('a term that is unknown where there is no index for such terms has none', () => {
    const table = new IndexTable(['a'], { ...options, oovIndices: 0, mask: undefined, oovStart: 0 })
    expect([table.indexOf('a'), table.indexOf('b')]).toEqual([0n, undefined])
  })
})
