import type { ConvTranspose } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { answerOf, errorOf, numbers } from './testing.ts'

const transposedConv = (settings: Partial<ConvTranspose>): ConvTranspose => ({
  rank: 1,
  filters: 3,
  kernelSize: [3],
  strides: [2],
  dilationRate: [1],
  padding: 'valid',
  dataFormat: 'channels_last',
  outputPadding: [],
  kernel: 0,
  bias: 1,
  ...settings,
})

describe('ConvTranspose', () => {
  it('scatters every input over its window, for every kernel size, stride, dilation and padding', async () => {
    const [length, channels, filters] = [4, 2, 3]
    const x = numbers([1, length, channels], 1)
    const bias = numbers([filters], 2)
    for (const padding of ['valid', 'same']) {
      for (const size of [1, 2, 3, 4, 5]) {
        for (const [stride, dilation] of [
          [1, 1],
          [2, 1],
          [3, 1],
          [4, 1],
          [1, 2],
          [2, 3],
          [4, 2],
        ] as const) {
          for (const extra of [undefined, 0, stride - 1]) {
            const kernel = numbers([size, filters, channels], size)
            const reach = (size - 1) * dilation + 1
            const last =
              padding === 'valid'
                ? reach + (extra ?? Math.max(stride - reach, 0))
                : extra === undefined
                  ? stride
                  : (reach % 2) + extra
            const out = (length - 1) * stride + last
            const crop = padding === 'valid' ? 0 : Math.floor(Math.max(reach - last, 0) / 2)
            const expected = Array.from(
              { length: out * filters },
              (_, i) => bias.data[i % filters]!,
            )
            for (let i = 0; i < length; i++) {
              for (let k = 0; k < size; k++) {
                const at = i * stride + k * dilation - crop
                if (at < 0 || at >= out) continue
                for (let f = 0; f < filters; f++) {
                  for (let c = 0; c < channels; c++) {
                    expected[at * filters + f]! +=
                      x.data[i * channels + c]! * kernel.data[(k * filters + f) * channels + c]!
                  }
                }
              }
            }
            const settings = transposedConv({
              kernelSize: [size],
              strides: [stride],
              dilationRate: [dilation],
              padding,
              outputPadding: extra === undefined ? [] : [extra],
            })
            const y = await answerOf('convTranspose', settings, x, [kernel, bias])
            const label = JSON.stringify(settings)
            expect(y.shape, label).toEqual([1, out, filters])
            expect(errorOf(y.data, expected), label).toBeLessThan(1e-6)
          }
        }
      }
    }
  })

  it('refuses an output padding of a stride', async () => {
    const weights = [numbers([3, 3, 2], 1), numbers([3], 2)]
    const settings = transposedConv({ outputPadding: [2] })
    await expect(
      answerOf('convTranspose', settings, numbers([1, 4, 2], 3), weights),
    ).rejects.toThrow(/output_padding of a stride or more is not supported yet: got 2/)
  })
})

describe('LocallyConnected', () => {
  it('reads all three storage layouts', async () => {
    const [length, size, channels, filters, out] = [5, 2, 3, 2, 4]
    const x = numbers([2, length, channels], 1)
    const bias = numbers([out, filters], 2)
    const first = numbers([out, size * channels, filters], 3)
    const second = new Float32Array(length * channels * out * filters)
    const third = new Float32Array(first.data.length)
    first.data.forEach((value, i) => {
      const [o, row, f] = [
        Math.floor(i / filters / (size * channels)),
        Math.floor(i / filters) % (size * channels),
        i % filters,
      ]
      const [k, c] = [Math.floor(row / channels), row % channels]
      second[(((o + k) * channels + c) * out + o) * filters + f] = value
      third[(o * filters + f) * size * channels + row] = value
    })
    const settings = {
      rank: 1,
      filters,
      kernelSize: [size],
      strides: [1],
      padding: 'valid',
      dataFormat: 'channels_last',
      kernel: 0,
      bias: 1,
    }
    const kernels = [
      first,
      { shape: [length, channels, out, filters], data: second },
      { shape: [third.length], data: third },
    ]
    const answers = await Promise.all(
      kernels.map((kernel, i) =>
        answerOf('locallyConnected', { ...settings, implementation: i + 1 }, x, [kernel, bias]),
      ),
    )
    expect(answers[0]!.shape).toEqual([2, out, filters])
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })
})
