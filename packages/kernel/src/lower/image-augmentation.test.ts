import type { ImageAugmentation, Layer, Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import { python } from './model.fixture.ts'
import { answerOf, errorOf, numbers, oneLayer } from './testing.ts'

const augmentation = (
  operation: string,
  settings: Readonly<Record<string, unknown>> = {},
): ImageAugmentation => ({
  operation,
  attributes: Object.entries(settings).map(([name, value]) => ({ name, value: python(value) })),
  layers: [],
})

/** (2, 2, 3, 2): squares modulo 17, with the second channel of the second image all 3. */
const images = {
  shape: [2, 2, 3, 2],
  data: Float32Array.from({ length: 24 }, (_, i) => (i >= 12 && i % 2 === 1 ? 3 : i ** 2 % 17)),
}

/** Keras 3.15.1: AutoContrast(value_range=(0, 20)).predict of `images`, channels first or last. */
const contrasted = [
  0, 0, 5, 11.428572654724121, 20, 10.000000953674316, 2.5, 20, 16.25, 17.142858505249023, 18.75,
  1.4285715818405151, 17.5, 3, 20, 3, 0, 3, 0, 3, 20, 3, 17.5, 3,
]

describe('image augmentation', () => {
  it.each(['random_flip', 'mix_up', 'solarization', 'random_brightness'])(
    '%s leaves images as they are outside training',
    async (operation) => {
      const x = numbers([2, 3, 5, 3], 7)
      const y = await answerOf('imageAugmentation', augmentation(operation), x)
      expect(y).toMatchObject({ shape: x.shape, data: x.data })
    },
  )

  it('neither crops nor resizes outside training', async () => {
    const x = numbers([1, 6, 5, 3], 8)
    const settings = augmentation('random_crop', { height: 2, width: 9 })
    expect((await answerOf('imageAugmentation', settings, x)).shape).toEqual([1, 6, 5, 3])
  })

  it.each(['channels_last', 'channels_first'])(
    'stretches contrast over the same axes with %s, and leaves what is all alike',
    async (dataFormat) => {
      const settings = augmentation('auto_contrast', {
        value_range: [0, 20],
        data_format: dataFormat,
      })
      const y = await answerOf('imageAugmentation', settings, images)
      expect(y.shape).toEqual(images.shape)
      expect(errorOf(y.data as Float32Array, contrasted)).toBeLessThan(1e-6)
    },
  )

  it('stretches contrast of one image', async () => {
    const x = { shape: [2, 3, 2], data: images.data.slice(0, 12) }
    const settings = augmentation('auto_contrast', { value_range: [0, 20] })
    const y = await answerOf('imageAugmentation', settings, x)
    expect(y.shape).toEqual([2, 3, 2])
    expect(errorOf(y.data as Float32Array, contrasted.slice(0, 12))).toBeLessThan(1e-6)
  })

  it('runs the layers of a pipeline in turn', async () => {
    const rescale = {
      name: 'rescale',
      className: 'Rescaling',
      kind: 'rescaling',
      rescaling: { scale: [2], offset: [1] },
    } as unknown as Layer
    const inner = (name: string, own: ImageAugmentation): Layer => ({
      name,
      className: name,
      kind: 'imageAugmentation',
      imageAugmentation: own,
    })
    const pipeline: ImageAugmentation = {
      operation: 'pipeline',
      attributes: [],
      layers: [2, 3, 2],
    }
    const x = numbers([1, 2, 2, 1], 9)
    const base = oneLayer('imageAugmentation', pipeline, [2, 2, 1], [])
    const model: Model = {
      ...base,
      layers: [...base.layers, rescale, inner('flip', augmentation('random_flip'))],
    }
    using loaded = await instantiate(model)
    const y = loaded.predict({ data: x.data, shape: [...x.shape] })
    const expected = Array.from(x.data, (value) => (value * 2 + 1) * 2 + 1)
    expect(errorOf(y.data as Float32Array, expected)).toBeLessThan(1e-6)
  })

  it.each([
    ['equalization', {}, /layer layer: imageAugmentation: image augmentation is not supported yet/],
    ['random_height', {}, /got random_height/],
    ['auto_contrast', { value_range: 3 }, /a value of value_range/],
  ])('refuses %s with %s', async (operation, settings, message) => {
    const own = augmentation(operation, settings)
    await expect(answerOf('imageAugmentation', own, images)).rejects.toThrow(message)
  })

  it('refuses what is not images', async () => {
    const x = numbers([2, 3], 1)
    await expect(answerOf('imageAugmentation', augmentation('random_flip'), x)).rejects.toThrow(
      /expected 3 or 4 dimensions/,
    )
  })
})
