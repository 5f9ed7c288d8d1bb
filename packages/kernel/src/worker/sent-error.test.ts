import * as core from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { packError, unpackError } from './sent-error.ts'

const sent = (error: unknown): Error => unpackError(structuredClone(packError(error)))

const classes = Object.values(core).filter(
  (value): value is typeof core.FormatError =>
    typeof value === 'function' && value !== core.DotplusError && value.prototype instanceof Error,
)

describe('errors sent between threads', () => {
  it.each(classes)('%o keeps its class, fields, message and cause', (Class) => {
    const details = {
      file: 'a.dotplus',
      layer: 'dense',
      place: 'input x',
      expected: '[4]',
      got: '[5]',
      hint: 'Try 4',
      cause: new RangeError('inner'),
    }
    const error = sent(new Class('wrong shape', details))
    expect(error).toBeInstanceOf(Class)
    expect(error).toMatchObject({ ...details, what: 'wrong shape' })
    expect(error.message).toBe(new Class('wrong shape', details).message)
    expect(error.cause).toBeInstanceOf(RangeError)
  })

  it('covers every error of core', () => {
    expect(classes.length).toBeGreaterThanOrEqual(7)
  })

  it('keeps name, message and stack of any other error', () => {
    const error = Object.assign(new Error('unreachable'), { name: 'RuntimeError' })
    expect(sent(error)).not.toBeInstanceOf(core.RuntimeError)
    expect(sent(error)).toMatchObject({
      name: 'RuntimeError',
      message: 'unreachable',
      stack: error.stack,
    })
    expect(sent(new TypeError('no'))).toBeInstanceOf(TypeError)
  })

  it('makes an error of whatever is thrown', () => {
    expect(sent('text')).toMatchObject({ message: 'text' })
  })

  it('ends at a cause that is its own cause', () => {
    const error = new Error('loop')
    error.cause = error
    expect(sent(error).cause).toMatchObject({ message: 'loop' })
  })
})
