import { ModelError, type Argument, type Layer, type Value as GraphValue } from '@dotplus/core'

import { cast } from './cast.ts'
import { clahe, type ClaheSettings } from './clahe.ts'
import {
  onlyTensor,
  unsupported,
  type CallArguments,
  type LowerContext,
  type Lowering,
  type Value,
} from './context.ts'
import { entriesOf } from './image-record.ts'
import { filled } from './masking.ts'
import { binary, binaryConstant, concatenate } from './merge.ts'
import { transpose } from './permute.ts'
import { reduce } from './reduce.ts'
import { stepsOf, strided } from './strided.ts'
import { where } from './where.ts'
import { callWrapped } from './wrapper.ts'

/**
 * What Keras does to images in training only, where it gives them back as float32 otherwise. RandomCrop is one of them:
 * outside training it neither crops nor resizes, whatever its output shape says.
 */
const trainingOnly: ReadonlySet<string> = new Set([
  'aug_mix',
  'cut_mix',
  'equalization',
  'mix_up',
  'rand_augment',
  'random_brightness',
  'random_color_degeneration',
  'random_color_jitter',
  'random_contrast',
  'random_crop',
  'random_elastic_transform',
  'random_erasing',
  'random_flip',
  'random_gaussian_blur',
  'random_grayscale',
  'random_height',
  'random_hue',
  'random_invert',
  'random_perspective',
  'random_posterization',
  'random_rotation',
  'random_saturation',
  'random_sharpness',
  'random_shear',
  'random_translation',
  'random_width',
  'random_zoom',
  'solarization',
])

type Range = readonly [low: number, high: number]

const byteRange: Range = [0, 255]

type Prepared =
  | { readonly does: 'nothing' }
  | { readonly does: 'contrast'; readonly range: Range }
  | {
      readonly does: 'clahe'
      readonly range: Range
      readonly settings: ClaheSettings
      readonly channelsFirst: boolean
    }
  | { readonly does: 'layers'; readonly layers: readonly number[] }
  | { readonly does: 'boxes'; readonly count: number }

/** A setting that is a number of things. */
function countOf(layer: Layer, attributes: readonly Argument[], name: string): number {
  const value = attributes.find((attribute) => attribute.name === name)?.value
  if (value?.kind === 'integer' && value.integer > 0) return value.integer
  throw unsupported(layer, `a value of ${name}`, value?.kind ?? 'none')
}

/** A setting that is two numbers. */
function pairOf(
  layer: Layer,
  attributes: readonly Argument[],
  name: string,
  fallback: Range = byteRange,
): Range {
  const value = attributes.find((attribute) => attribute.name === name)?.value
  if (value === undefined) return fallback
  const items = value.kind === 'list' ? value.list.items : []
  const [low, high] = items.map((item) => {
    if (item.kind === 'integer') return item.integer
    return item.kind === 'number' ? item.number : undefined
  })
  if (low === undefined || high === undefined || items.length !== 2)
    throw unsupported(layer, `a value of ${name}`, value.kind)
  return [Math.fround(low), Math.fround(high)]
}

/** A setting that is a low and a higher number. */
function rangeOf(layer: Layer, attributes: readonly Argument[], name: string): Range {
  const [low, high] = pairOf(layer, attributes, name)
  if (!(low < high))
    throw new ModelError(name, {
      layer: layer.name,
      expected: 'a low and a higher number',
      got: `[${low}, ${high}]`,
    })
  return [low, high]
}

function claheOf(layer: Layer, attributes: readonly Argument[]): Prepared {
  const valueOf = (name: string): GraphValue | undefined =>
    attributes.find((attribute) => attribute.name === name)?.value
  const limit = valueOf('clip_limit')
  const format = valueOf('data_format')
  const grid = pairOf(layer, attributes, 'tile_grid_size', [8, 8])
  if (!grid.every((tiles) => Number.isInteger(tiles) && tiles > 0))
    throw unsupported(layer, 'a value of tile_grid_size', grid.join(', '))
  const clipLimit =
    limit?.kind === 'integer' ? limit.integer : limit?.kind === 'number' ? limit.number : 4
  return {
    does: 'clahe',
    range: rangeOf(layer, attributes, 'value_range'),
    settings: { clipLimit, grid },
    channelsFirst: format?.kind === 'text' && format.text === 'channels_first',
  }
}

/** (x − low) / (high − low) of one range, at the same place in another; each step rounds, as in Keras. */
function toRange(context: LowerContext, x: Value, from: Range, to: Range): Value {
  if (from[0] === to[0] && from[1] === to[1]) return x
  const shifted = binaryConstant(context, 'subtract', x, Float32Array.of(from[0]))
  const unit = binaryConstant(context, 'divide', shifted, Float32Array.of(from[1] - from[0]))
  const scaled = binaryConstant(context, 'multiply', unit, Float32Array.of(to[1] - to[0]))
  return binaryConstant(context, 'add', scaled, Float32Array.of(to[0]))
}

/**
 * AutoContrast of x (batch, a, b, c): least and largest value over a and b, also where channels come first, become the
 * ends of the range. Where all values are alike that divides by 0, and x stays.
 */
function autoContrast(context: LowerContext, layer: Layer, x: Value, range: Range): Value {
  const images = toRange(context, x, range, byteRange)
  const low = reduce(context, layer, 'min', images, [1, 2], true)
  const high = reduce(context, layer, 'max', images, [1, 2], true)
  const span = binary(context, layer, 'subtract', high, low)
  const scale = binaryConstant(context, 'divide', span, Float32Array.of(255), true)
  const negative = binaryConstant(context, 'multiply', low, Float32Array.of(-1))
  const offset = binary(context, layer, 'multiply', negative, scale)
  const scaled = binary(context, layer, 'multiply', images, scale)
  const moved = binary(context, layer, 'add', scaled, offset)
  const positive = binaryConstant(context, 'maximum', moved, Float32Array.of(0))
  const clipped = binaryConstant(context, 'minimum', positive, Float32Array.of(255))
  const result = toRange(context, clipped, byteRange, range)
  const isNumber = cast(context, binary(context, layer, 'equal', result, result), 'float32')
  return where(context, layer, isNumber, result, x)
}

/** Augmentations of images (batch, height, width, channels), or of one image, as they are outside training. */
export const imageAugmentationLayer: Lowering<Prepared> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'imageAugmentation') throw unsupported(layer, 'layer', layer.className)
    const { operation, attributes, layers } = layer.imageAugmentation
    if (operation === 'pipeline') return { does: 'layers', layers }
    if (operation === 'auto_contrast')
      return { does: 'contrast', range: rangeOf(layer, attributes, 'value_range') }
    if (operation === 'contrast_limited_adaptive_histogram_equalization')
      return claheOf(layer, attributes)
    if (operation === 'max_num_bounding_boxes')
      return { does: 'boxes', count: countOf(layer, attributes, 'max_number') }
    if (trainingOnly.has(operation)) return { does: 'nothing' }
    throw unsupported(layer, 'image augmentation', operation)
  },
  lower(context, prepared, call, layer) {
    if (prepared.does === 'layers') return chain(context, layer, prepared.layers, call)
    const entries = entriesOf(call)
    if (!entries) return [augmented(context, layer, prepared, onlyTensor(call, layer))]
    return entries.map(({ path, value }) => {
      if (path === 'images') return augmented(context, layer, prepared, value)
      // All of a record is of the layer's dtype, as in `model.predict`.
      const entry = cast(context, value, 'float32')
      const isBox = prepared.does === 'boxes' && path.startsWith('bounding_boxes/')
      return isBox ? counted(context, layer, entry, prepared.count) : entry
    })
  },
}

/** Layers one after the other. */
function chain(
  context: LowerContext,
  layer: Layer,
  layers: readonly number[],
  call: CallArguments,
): Value[] {
  return layers.reduce<Value[]>(
    (tensors, index, i) => {
      const masks = i === 0 ? call.masks : tensors.map(({ mask }) => mask)
      // A record stays one: its entries are in sorted order from the first layer on.
      const operands =
        i === 0
          ? call.operands
          : [{ name: '', tensors, number: undefined, value: sortedRecord(call) }]
      return callWrapped(context, layer, index, { tensors, operands, masks, previousMasks: masks })
    },
    [...call.tensors],
  )
}

function sortedRecord({ operands }: CallArguments): GraphValue | undefined {
  const value = operands[0]?.value
  return value?.kind === 'dict' ? sorted(value) : undefined
}

function sorted(value: GraphValue): GraphValue {
  if (value.kind !== 'dict') return value
  const entries = value.dict.entries
    .map((entry) => (entry.value ? { ...entry, value: sorted(entry.value) } : entry))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { kind: 'dict', dict: { ...value.dict, entries } }
}

/** Boxes or their labels (batch, boxes, …), cut or filled up with −1 to a number of boxes. */
function counted(context: LowerContext, layer: Layer, x: Value, count: number): Value {
  const [batch = 0, boxes = 0, ...rest] = x.shape
  const steps = stepsOf(x.shape)
  const kept = Math.min(boxes, count)
  const first = strided(context, x, { offset: 0, lengths: [batch, kept, ...rest], steps })
  if (kept === count) return first
  const missing = filled(context, [batch, count - kept, ...rest], x.dtype, -1)
  return concatenate(context, layer, [first, missing], 1)
}

/** One image or a batch of them. */
function augmented(
  context: LowerContext,
  layer: Layer,
  prepared: Exclude<Prepared, { readonly does: 'layers' }>,
  given: Value,
): Value {
  const { shape } = given
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: '3 or 4 dimensions',
      got: `(${shape.join(', ')})`,
    })
  }
  const x = cast(context, given, 'float32')
  if (prepared.does === 'nothing' || prepared.does === 'boxes') return x
  const batch = shape.length === 4 ? x : context.view(x, [1, ...shape])
  if (prepared.does === 'contrast')
    return context.view(autoContrast(context, layer, batch, prepared.range), shape)
  const { range, settings, channelsFirst } = prepared
  const last = channelsFirst ? transpose(context, layer, batch, [0, 2, 3, 1]) : batch
  const bytes = toRange(context, last, range, byteRange)
  const equalized = toRange(context, clahe(context, layer, settings, bytes), byteRange, range)
  const y = channelsFirst ? transpose(context, layer, equalized, [0, 3, 1, 2]) : equalized
  return context.view(y, shape)
}
