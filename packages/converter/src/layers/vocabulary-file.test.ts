import { describe, expect, it } from 'vitest'
import { vocabularyTerms } from './vocabulary-file.ts'

describe('vocabulary.txt', () => {
  it('has a term a line, the first of which may be empty', () => {
    expect(vocabularyTerms('\n[UNK]\na b\né', null)).toEqual(['', '[UNK]', 'a b', 'é'])
  })

  it('keeps terms that Python takes for the end of a line, when their number is known', () => {
    const terms = ['[UNK]', 'a\u2028b', '\u0085', 'c\rd', '']
    expect(vocabularyTerms(terms.join('\n'), terms.length)).toEqual(terms)
  })

  it('is read as Python does, when their number is not known or another', () => {
    const file = '[UNK]\na\u2028b\r\nc\u001dd\n\n'
    for (const size of [undefined, null, 3])
      expect(vocabularyTerms(file, size)).toEqual(['[UNK]', 'a', 'b', 'c', 'd'])
  })
})
