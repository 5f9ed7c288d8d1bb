import { describe, expect, it } from 'vitest'
import { DotplusError, FormatError, InputError } from './errors.ts'

describe('DotplusError', () => {
  it('says file, layer, place, expected, got and the way out in one line', () => {
    const cause = new Error('inner')
    const error = new FormatError('wrong magic\nbytes', {
      file: 'a.npy',
      layer: 'dense',
      place: 'byte 0',
      expected: 'x',
      got: 'y',
      hint: 'Save it again',
      cause,
    })
    expect(error.message).toBe(
      'a.npy: layer dense: byte 0: wrong magic bytes: expected x, got y. Save it again',
    )
    expect(error).toMatchObject({
      tag: 'FormatError',
      name: 'FormatError',
      file: 'a.npy',
      place: 'byte 0',
      cause,
    })
    expect(error).toBeInstanceOf(DotplusError)
  })

  it('leaves out what it does not know', () => {
    expect(new InputError('missing input').message).toBe('missing input')
    expect(new InputError('missing input', { got: 'none' }).message).toBe('missing input: got none')
  })
})
