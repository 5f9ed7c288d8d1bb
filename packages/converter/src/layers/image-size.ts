import type { LayerConverter } from './layer-converter.ts'

const interpolations = [
  'nearest',
  'bilinear',
  'bicubic',
  'lanczos3',
  'lanczos5',
  'area',
  'gaussian',
  'mitchellcubic',
] as const

export const resizing: LayerConverter = {
  classNames: ['Resizing'],
  convert(config) {
    return {
      kind: 'resizing',
      resizing: {
        height: config.size('height'),
        width: config.size('width'),
        interpolation: config.word('interpolation', interpolations, 'bilinear'),
        antialias: config.boolean('antialias', false),
        cropToAspectRatio: config.boolean('crop_to_aspect_ratio', false),
        padToAspectRatio: config.boolean('pad_to_aspect_ratio', false),
        fillMode: config.text('fill_mode', 'constant'),
        fillValue: config.number('fill_value', 0),
        dataFormat: config.dataFormat(),
        boundingBoxFormat: config.text('bounding_box_format', ''),
      },
    }
  },
}

export const centerCrop: LayerConverter = {
  classNames: ['CenterCrop'],
  convert(config) {
    // Of boxes that come with images in a dict, with which Keras does not call it.
    config.ignore('bounding_box_format')
    return {
      kind: 'centerCrop',
      centerCrop: {
        height: config.size('height'),
        width: config.size('width'),
        dataFormat: config.dataFormat(),
      },
    }
  },
}
