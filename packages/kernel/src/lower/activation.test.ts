import type { Layer } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { activation, leakyRelu } from '../program.ts'
import { prepareActivation } from './activation.ts'

const layer: Layer = { name: 'a', className: 'Activation' }
const prepared = (name: string, settings: Record<string, number> = {}) =>
  prepareActivation(layer, {
    function: name,
    settings: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
  })

describe('prepareActivation', () => {
  it('picks the code that the kernel keeps in registers', () => {
    expect(prepared('relu')).toEqual({ elementwise: activation('relu') })
    expect(prepared('relu', { max_value: 6 })).toEqual({ elementwise: activation('relu6') })
    expect(prepared('relu', { negative_slope: 0.1 })).toEqual({ elementwise: leakyRelu(0.1) })
  })

  it('takes no function for linear', () => {
    expect(prepareActivation(layer, undefined)).toEqual({ elementwise: activation('linear') })
  })

  it('runs softmax along its axis', () => {
    expect(prepared('softmax', { axis: 1 })).toEqual({ axiswise: 'softmax', axis: 1 })
  })

  it.each([
    [
      'an unknown function',
      'warp',
      {},
      'layer a: Activation: activation function is not supported yet: got warp',
    ],
    [
      'an unknown setting',
      'elu',
      { beta: 1 },
      'layer a: Activation: setting of activation elu is not supported yet: got beta',
    ],
    ['a setting of a function without any', 'tanh', { alpha: 1 }, /setting of activation tanh/],
    [
      'a name of every object',
      'toString',
      {},
      /activation function is not supported yet: got toString/,
    ],
  ])('refuses %s', (_, name, settings, message) => {
    expect(() => prepared(name, settings as Record<string, number>)).toThrow(message)
  })
})
