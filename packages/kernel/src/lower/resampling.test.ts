import type { Pooling, Resizing, UpSampling } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { area, bicubic, bilinear, interpolationOf, nearest } from './interpolation.ts'
import { answerOf, type Numbers } from './testing.ts'

const counting = (...shape: number[]): Numbers => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
})

const pooling = (settings: Partial<Pooling>): Pooling => ({
  rank: 1,
  reduction: 'average',
  poolSize: [2],
  strides: [2],
  padding: 'same',
  dataFormat: 'channels_last',
  ...settings,
})

describe('pooling', () => {
  it('takes means over positions inside x only', async () => {
    const y = await answerOf('pooling', pooling({ poolSize: [3], strides: [1] }), counting(1, 4, 1))
    expect([...y.data]).toEqual([0.5, 1, 2, 2.5])
  })

  it('treats channels alike wherever they stand', async () => {
    const settings = pooling({
      rank: 2,
      poolSize: [2, 2],
      strides: [2, 2],
      reduction: 'max',
      padding: 'valid',
    })
    const last = await answerOf('pooling', settings, counting(1, 5, 4, 1))
    const first = await answerOf(
      'pooling',
      { ...settings, dataFormat: 'channels_first' },
      counting(1, 1, 5, 4),
    )
    expect(first.shape).toEqual([1, 1, 2, 2])
    expect(last.shape).toEqual([1, 2, 2, 1])
    expect([...last.data]).toEqual([5, 7, 13, 15])
    expect(first.data).toEqual(last.data)
  })

  it('pools all of x', async () => {
    const settings = { rank: 2, reduction: 'average', keepdims: false, dataFormat: 'channels_last' }
    const y = await answerOf('globalPooling', settings, counting(2, 2, 2, 2))
    expect(y).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(3, 4, 11, 12) })
    const kept = await answerOf(
      'globalPooling',
      { ...settings, keepdims: true },
      counting(2, 2, 2, 2),
    )
    expect(kept.shape).toEqual([2, 1, 1, 2])
  })

  it('adapts windows to the size of the result, which may be larger than x', async () => {
    const settings = { rank: 1, reduction: 'max', outputSize: [3], dataFormat: 'channels_last' }
    expect([...(await answerOf('adaptivePooling', settings, counting(1, 5, 1))).data]).toEqual([
      1, 3, 4,
    ])
    expect([...(await answerOf('adaptivePooling', settings, counting(1, 2, 1))).data]).toEqual([
      0, 1, 1,
    ])
  })

  it.each<[string, Partial<Pooling>, RegExp]>([
    [
      'a reduction',
      { reduction: 'median' },
      /layer layer: pooling: reduction is not supported yet/,
    ],
    ['a padding', { padding: 'causal' }, /padding/],
    ['a pool size of 0', { poolSize: [0] }, /poolSize of pooling/],
    ['a rank', { rank: 4 }, /number of spatial dimensions/],
  ])('refuses %s', async (_, settings, message) => {
    await expect(answerOf('pooling', pooling(settings), counting(1, 4, 1))).rejects.toThrow(message)
  })
})

describe('padding and cropping', () => {
  it('are each other’s inverse in every rank and order of channels', async () => {
    for (const dataFormat of ['channels_last', 'channels_first']) {
      for (const rank of [1, 2, 3]) {
        const settings = { rank, amounts: [1, 2, 0, 3, 2, 0].slice(0, 2 * rank), dataFormat }
        const size = [2, 3, 4].slice(0, rank)
        const x = dataFormat === 'channels_last' ? counting(2, ...size, 2) : counting(2, 2, ...size)
        const padded = await answerOf('zeroPadding', settings, x)
        const sum = padded.data.reduce((a, b) => a + b, 0)
        expect(sum).toBe(x.data.reduce((a, b) => a + b, 0))
        const y = await answerOf('cropping', settings, {
          shape: padded.shape,
          data: padded.data as Float32Array,
        })
        expect(y).toMatchObject({ shape: x.shape, data: x.data })
      }
    }
  })

  it('refuses to crop everything', async () => {
    const settings = { rank: 1, amounts: [2, 2], dataFormat: 'channels_last' }
    await expect(answerOf('cropping', settings, counting(1, 4, 1))).rejects.toThrow(
      /expected more than 4 positions in spatial dimension 0/,
    )
  })
})

const resizing = (settings: Partial<Resizing>): Resizing => ({
  height: 2,
  width: 2,
  interpolation: 'nearest',
  antialias: false,
  cropToAspectRatio: false,
  padToAspectRatio: false,
  fillMode: 'constant',
  fillValue: 0,
  dataFormat: 'channels_last',
  boundingBoxFormat: '',
  ...settings,
})

describe('resizing', () => {
  it.each(['bilinear', 'bicubic', 'lanczos3', 'lanczos5', 'area'])(
    '%s weights add up to 1 and stay inside x, at all sizes',
    (name) => {
      for (const antialias of [false, true]) {
        for (let length = 1; length <= 12; length++) {
          for (let out = 1; out <= 25; out++) {
            for (const { first, weights } of interpolationOf(name, antialias)!(length, out)) {
              expect(first).toBeGreaterThanOrEqual(0)
              expect(first + weights.length).toBeLessThanOrEqual(length)
              expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
            }
          }
        }
      }
    },
  )

  it('places positions at pixel centres', () => {
    expect(nearest(4, 2)).toEqual([1, 3])
    expect(nearest(2, 4)).toEqual([0, 0, 1, 1])
    expect(bilinear(2, 4)).toEqual([
      { first: 0, weights: [1] },
      { first: 0, weights: [0.75, 0.25] },
      { first: 0, weights: [0.25, 0.75] },
      { first: 1, weights: [1] },
    ])
    expect(area(4, 2)).toEqual([
      { first: 0, weights: [0.5, 0.5] },
      { first: 2, weights: [0.5, 0.5] },
    ])
    expect(bicubic(8, 8)[3]!.weights).toEqual([0, 1, 0, 0].map((v) => expect.closeTo(v, 6)))
  })

  it('keeps the aspect ratio by cropping or padding', async () => {
    const x = counting(1, 2, 4, 1)
    const cropped = await answerOf('resizing', resizing({ cropToAspectRatio: true }), x)
    expect([...cropped.data]).toEqual([1, 2, 5, 6])
    const padded = await answerOf(
      'resizing',
      resizing({ padToAspectRatio: true, fillValue: -1, height: 4, width: 4 }),
      x,
    )
    expect([...padded.data]).toEqual([-1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1, -1])
  })

  it('takes one image without a batch', async () => {
    const y = await answerOf('resizing', resizing({}), { ...counting(4, 4, 1), shape: [4, 4, 1] })
    expect(y).toEqual({ dtype: 'float32', shape: [2, 2, 1], data: Float32Array.of(5, 7, 13, 15) })
  })

  it.each<[string, Partial<Resizing>, RegExp]>([
    [
      'an interpolation',
      { interpolation: 'gaussian' },
      /interpolation is not supported yet: got gaussian/,
    ],
    ['a fill mode', { padToAspectRatio: true, fillMode: 'reflect' }, /fill_mode/],
    [
      'cropping and padding at once',
      { cropToAspectRatio: true, padToAspectRatio: true },
      /aspect ratio/,
    ],
    ['a height of 0', { height: 0 }, /height of resizing/],
  ])('refuses %s', async (_, settings, message) => {
    await expect(answerOf('resizing', resizing(settings), counting(1, 4, 4, 1))).rejects.toThrow(
      message,
    )
  })
})

describe('up-sampling', () => {
  const upSampling = (settings: Partial<UpSampling>): UpSampling => ({
    rank: 1,
    size: [2],
    interpolation: 'nearest',
    dataFormat: 'channels_last',
    ...settings,
  })

  it('repeats positions', async () => {
    const y = await answerOf('upSampling', upSampling({ size: [3] }), counting(1, 2, 1))
    expect([...y.data]).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('interpolates in two dimensions only', async () => {
    const settings = upSampling({ rank: 2, size: [1, 2], interpolation: 'bilinear' })
    expect([...(await answerOf('upSampling', settings, counting(1, 1, 2, 1))).data]).toEqual([
      0, 0.25, 0.75, 1,
    ])
    await expect(
      answerOf('upSampling', upSampling({ interpolation: 'bilinear' }), counting(1, 2, 1)),
    ).rejects.toThrow(/interpolation/)
  })
})
