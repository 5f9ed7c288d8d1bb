import type { Conv, DepthwiseConv } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { answerOf, errorOf, numbers, type Numbers } from './testing.ts'

/** Axes of x in another order. */
function transposed(x: Numbers, permutation: readonly number[]): Numbers {
  const shape = permutation.map((axis) => x.shape[axis]!)
  const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const data = new Float32Array(x.data.length)
  data.forEach((_, at) => {
    let rest = at
    let from = 0
    for (let i = shape.length - 1; i >= 0; i--) {
      from += (rest % shape[i]!) * strides[permutation[i]!]!
      rest = Math.floor(rest / shape[i]!)
    }
    data[at] = x.data[from]!
  })
  return { shape, data }
}

const conv = (settings: Partial<Conv>): Conv => ({
  rank: 1,
  filters: 3,
  kernelSize: [3],
  strides: [1],
  dilationRate: [1],
  padding: 'valid',
  dataFormat: 'channels_last',
  groups: 1,
  kernel: 0,
  bias: 1,
  ...settings,
})

describe('Conv', () => {
  it('follows the definition for every padding, kernel size, stride and dilation of Conv1D', async () => {
    const [length, channels, filters] = [9, 2, 3]
    const x = numbers([2, length, channels], 1)
    const bias = numbers([filters], 2)
    for (const padding of ['valid', 'same', 'causal']) {
      for (const size of [1, 2, 3, 4]) {
        for (const [stride, dilation] of [
          [1, 1],
          [2, 1],
          [3, 1],
          [1, 2],
        ] as const) {
          const kernel = numbers([size, channels, filters], size)
          const reach = (size - 1) * dilation + 1
          const padded = padding === 'valid' ? length - reach + 1 : length
          const out = Math.ceil(padded / stride)
          const total = Math.max((out - 1) * stride + reach - length, 0)
          const before = { valid: 0, causal: reach - 1, same: Math.floor(total / 2) }[padding]!
          const expected: number[] = []
          for (let n = 0; n < 2; n++) {
            for (let o = 0; o < out; o++) {
              for (let f = 0; f < filters; f++) {
                let sum = bias.data[f]!
                for (let k = 0; k < size; k++) {
                  const at = o * stride + k * dilation - before
                  if (at < 0 || at >= length) continue
                  for (let c = 0; c < channels; c++) {
                    sum +=
                      x.data[(n * length + at) * channels + c]! *
                      kernel.data[(k * channels + c) * filters + f]!
                  }
                }
                expected.push(sum)
              }
            }
          }
          const settings = conv({
            kernelSize: [size],
            strides: [stride],
            dilationRate: [dilation],
            padding,
          })
          const y = await answerOf('conv', settings, x, [kernel, bias])
          const label = JSON.stringify(settings)
          expect(y.shape, label).toEqual([2, out, filters])
          expect(errorOf(y.data, expected), label).toBeLessThan(1e-6)
        }
      }
    }
  })

  it.each([1, 2, 3])('gives the same with channels first, rank %i', async (rank) => {
    const size = [5, 6, 7].slice(0, rank)
    const settings = conv({
      rank,
      kernelSize: [2, 3, 2].slice(0, rank),
      strides: [2, 1, 2].slice(0, rank),
      dilationRate: [1, 1, 1].slice(0, rank),
      padding: 'same',
      activation: { function: 'tanh', settings: [] },
    })
    const weights = [numbers([...settings.kernelSize, 4, 3], 1), numbers([3], 2)]
    const x = numbers([2, ...size, 4], 3)
    const axes = x.shape.map((_, axis) => axis)
    const first = transposed(x, [0, rank + 1, ...axes.slice(1, -1)])
    const last = await answerOf('conv', settings, x, weights)
    const y = await answerOf('conv', { ...settings, dataFormat: 'channels_first' }, first, weights)
    const back = transposed({ shape: y.shape, data: y.data as Float32Array }, [
      0,
      ...axes.slice(2),
      1,
    ])
    expect(back.shape).toEqual(last.shape)
    expect(back.data).toEqual(last.data)
  })

  it('computes groups like convolutions of their own', async () => {
    const x = numbers([1, 6, 6], 1)
    const kernel = numbers([3, 2, 6], 2)
    const bias = numbers([6], 3)
    const grouped = await answerOf('conv', conv({ filters: 6, groups: 3 }), x, [kernel, bias])
    for (let group = 0; group < 3; group++) {
      const part = (from: Numbers, width: number, count: number): Numbers => ({
        shape: [...from.shape.slice(0, -1), count],
        data: from.data.filter((_, i) => Math.floor((i % width) / count) === group),
      })
      const y = await answerOf('conv', conv({ filters: 2 }), part(x, 6, 2), [
        part(kernel, 6, 2),
        part(bias, 6, 2),
      ])
      const own = part({ shape: grouped.shape, data: grouped.data as Float32Array }, 6, 2)
      expect(y.data).toEqual(own.data)
    }
  })

  it.each<[string, Partial<Conv>, string | RegExp]>([
    ['a padding', { padding: 'full' }, 'layer layer: conv: padding is not supported yet: got full'],
    [
      'causal padding in 2D',
      { rank: 2, kernelSize: [3, 3], strides: [1, 1], dilationRate: [1, 1], padding: 'causal' },
      /padding/,
    ],
    ['a data format', { dataFormat: 'NCHW' }, /data_format is not supported yet: got NCHW/],
    [
      'strides of another rank',
      { strides: [1, 1] },
      /strides of conv: expected 1 positive numbers/,
    ],
    ['a stride of 0', { strides: [0] }, /strides of conv/],
    ['a missing kernel', { kernel: undefined }, /layer layer: the layer has no kernel/],
    ['groups that do not divide the filters', { groups: 2 }, /groups of the convolution/],
    [
      'an unknown activation',
      { activation: { function: 'warp', settings: [] } },
      /activation function/,
    ],
    ['a kernel of another size', { kernelSize: [2] }, /shape of the kernel/],
  ])('refuses %s', async (_, settings, message) => {
    const weights = [numbers([3, 2, 3], 1), numbers([3], 2)]
    await expect(answerOf('conv', conv(settings), numbers([1, 9, 2], 3), weights)).rejects.toThrow(
      message,
    )
  })

  it('refuses inputs that no window fits, and other channels', async () => {
    const weights = [numbers([3, 2, 3], 1), numbers([3], 2)]
    await expect(answerOf('conv', conv({}), numbers([1, 2, 2], 3), weights)).rejects.toThrow(
      'expected at least 3 positions along each dimension, got 2',
    )
    await expect(answerOf('conv', conv({}), numbers([1, 9, 4], 3), weights)).rejects.toThrow(
      /channels/,
    )
  })
})

describe('DepthwiseConv', () => {
  it.each([1, 2, 3])(
    'equals a convolution with one group per channel, %i outputs each',
    async (multiplier) => {
      const settings: DepthwiseConv = {
        rank: 2,
        depthMultiplier: multiplier,
        kernelSize: [3, 2],
        strides: [1, 1],
        dilationRate: [1, 1],
        padding: 'same',
        dataFormat: 'channels_last',
        kernel: 0,
        bias: 1,
      }
      const x = numbers([2, 5, 6, 5], 1)
      const filters = 5 * multiplier
      const kernel = numbers([3, 2, 5, multiplier], 2)
      const bias = numbers([filters], 3)
      const y = await answerOf('depthwiseConv', settings, x, [kernel, bias])
      const { depthMultiplier: _, ...rest } = settings
      const grouped = conv({ ...rest, filters, groups: 5 })
      const flat = { ...kernel, shape: [3, 2, 1, filters] }
      const expected = await answerOf('conv', grouped, x, [flat, bias])
      expect(y.shape).toEqual(expected.shape)
      expect(y.data).toEqual(expected.data)
    },
  )
})
