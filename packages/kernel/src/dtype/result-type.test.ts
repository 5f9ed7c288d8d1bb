import { describe, expect, it } from 'vitest'
import table from './result-type.fixture.json' with { type: 'json' }
import type { ElementType } from './element-type.ts'
import { resultType } from './result-type.ts'

describe('resultType', () => {
  it.each(Object.entries(table))('of %s is that of Keras: %s', (names, expected) => {
    expect(resultType(...(names.split(' ') as ElementType[]))).toBe(expected)
  })

  it('has none for strings and numbers', () => {
    expect(resultType('string', 'int32')).toBeUndefined()
    expect(resultType('string', 'string')).toBe('string')
  })
})
