import { argument } from '../build/arguments.ts'
import { isJsonObject } from '../keras/python-json.ts'
import { readSerializedValue } from '../keras/serialized-values.ts'
import { snakeCase } from '../keras/snake-case.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import type { LayerBody, LayerConverter } from './layer-converter.ts'

/** Operations on images that are random in training, and what they leave at inference; settings as Keras has them. */
const classNames = [
  'AugMix',
  'AutoContrast',
  'ContrastLimitedAdaptiveHistogramEqualization',
  'CutMix',
  'Equalization',
  'MaxNumBoundingBoxes',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomCrop',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHeight',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomWidth',
  'RandomZoom',
  'Solarization',
]

/** Arguments of these classes, `rng_type` in tf.keras; what is random in training only changes nothing. */
const known: ReadonlySet<string> = new Set(
  (
    'addition_factor all_ops alpha bins bounding_box_format brightness_factor chain_depth clip_limit contrast_factor ' +
    'data_format factor fill_mode fill_value height height_factor hue_factor interpolation kernel_size max_number mode ' +
    'num_chains num_ops rng_type saturation_factor scale sigma threshold_factor tile_grid_size value_range width width_factor ' +
    'x_factor y_factor'
  ).split(' '),
)

export const imageAugmentation: LayerConverter = {
  classNames,
  convert(config, _weights, scope) {
    if (config.place.className === 'RandomCrop' && config.place.kerasMajor < 3)
      return cropped(config)
    const place = { file: config.place.file, layer: scope.path, place: config.place.className }
    const settings = Object.keys(config.values).filter((key) => known.has(key))
    config.ignore('seed', ...settings)
    // Keras 2: how random numbers are drawn.
    if (config.place.kerasMajor < 3) config.ignore('rng_type')
    return {
      kind: 'imageAugmentation',
      imageAugmentation: {
        operation: snakeCase(config.place.className),
        attributes: settings
          .toSorted()
          .map((key) =>
            argument(key, readSerializedValue(config.values[key], place), scope.values),
          ),
        layers: [],
      },
    }
  },
}

/** RandomCrop of Keras 2, which outside of training resizes what is left when images are cropped to its proportions. */
function cropped(config: LayerConfig): LayerBody {
  config.ignore('seed', 'rng_type')
  return {
    kind: 'resizing',
    resizing: {
      height: config.size('height'),
      width: config.size('width'),
      interpolation: 'bilinear',
      antialias: false,
      cropToAspectRatio: true,
      padToAspectRatio: false,
      fillMode: 'constant',
      fillValue: 0,
      dataFormat: 'channels_last',
      boundingBoxFormat: '',
    },
  }
}

/** Layers one after the other. */
export const pipeline: LayerConverter = {
  classNames: ['Pipeline'],
  convert(config, weights, scope) {
    const list = config.value('layers')
    const layers = Array.isArray(list) ? list.filter((entry) => isJsonObject(entry)) : []
    if (!Array.isArray(list)) config.reject('layers', 'a list of layers')
    return {
      kind: 'imageAugmentation',
      imageAugmentation: {
        operation: 'pipeline',
        attributes: [],
        layers: layers.map((serialized, index) =>
          scope.addLayer(serialized, weights.child(`${index}`)),
        ),
      },
    }
  },
}
