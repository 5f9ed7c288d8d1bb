import { ModelError, type Layer } from '@dotplus/core'
import { onlyTensor, unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import { entriesOf } from './image-record.ts'
import { resizedBoxes, type ResizedBoxes } from './resized-boxes.ts'
import { resampled, resizeImages } from './resize.ts'
import { checkSizes, isChannelsFirst } from './spatial.ts'
import { positions, takeAxes } from './take.ts'

export interface PreparedResizing {
  readonly channelsFirst: boolean
  readonly size: readonly [height: number, width: number]
  readonly interpolation: string
  readonly antialias: boolean
  readonly fit: 'stretch' | 'crop' | 'pad'
  readonly fill: number
}

/** A batch of images, or one image that becomes a batch of one. */
function imagesOfCall(x: Value, layer: Layer): { x: Value; single: boolean } {
  const rank = x.shape.length
  if (rank !== 3 && rank !== 4) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: '3 or 4 dimensions',
      got: `(${x.shape.join(', ')})`,
    })
  }
  return rank === 4 ? { x, single: false } : { x: { ...x, shape: [1, ...x.shape] }, single: true }
}

function asGiven(y: Value, single: boolean): Value {
  return single ? { ...y, shape: y.shape.slice(1) } : y
}

/** Truncated `a · b / c` in float32, as Keras computes sizes that keep the aspect ratio. */
function proportion(a: number, b: number, c: number): number {
  return Math.trunc(Math.fround(Math.fround(a * b) / c))
}

/** Index lists that cut the largest centred part with the target's aspect ratio. */
function centredPart(
  [height, width]: readonly [number, number],
  [targetHeight, targetWidth]: readonly [number, number],
): readonly (readonly number[])[] {
  const cropHeight = Math.max(Math.min(height, proportion(width, targetHeight, targetWidth)), 1)
  const cropWidth = Math.max(Math.min(width, proportion(height, targetWidth, targetHeight)), 1)
  return [
    positions(Math.trunc((height - cropHeight) / 2), cropHeight, height),
    positions(Math.trunc((width - cropWidth) / 2), cropWidth, width),
  ]
}

/** Index lists that surround the image evenly up to the target's aspect ratio. */
function surrounded(
  [height, width]: readonly [number, number],
  [targetHeight, targetWidth]: readonly [number, number],
): readonly (readonly number[])[] {
  const padHeight = Math.max(height, proportion(width, targetHeight, targetWidth))
  const padWidth = Math.max(width, proportion(height, targetWidth, targetHeight))
  const top = Math.trunc((padHeight - height) / 2)
  const left = Math.trunc((padWidth - width) / 2)
  return [positions(-top, height + 2 * top, height), positions(-left, width + 2 * left, width)]
}

function sizeOf(x: Value, channelsFirst: boolean): readonly [number, number] {
  return x.shape.slice(channelsFirst ? 2 : 1).slice(0, 2) as [number, number]
}

/** Resizing, after cropping or padding to the aspect ratio when asked. */
export const resizingLayer: Lowering<PreparedResizing> = {
  prepare(layer) {
    if (layer.kind !== 'resizing') throw unsupported(layer, 'layer', layer.className)
    const { height, width, interpolation, antialias, fillMode, fillValue, dataFormat } =
      layer.resizing
    checkSizes(layer, 1, { height: [height], width: [width] })
    if (interpolation !== 'nearest' && !resampled(interpolation))
      throw unsupported(layer, 'interpolation', interpolation)
    const { cropToAspectRatio, padToAspectRatio } = layer.resizing
    if (cropToAspectRatio && padToAspectRatio)
      throw unsupported(layer, 'aspect ratio', 'both cropped and padded')
    if (padToAspectRatio && fillMode !== 'constant' && fillMode !== '')
      throw unsupported(layer, 'fill_mode', fillMode)
    const fit = cropToAspectRatio ? 'crop' : padToAspectRatio ? 'pad' : 'stretch'
    return {
      channelsFirst: isChannelsFirst(layer, 2, dataFormat),
      size: [height, width],
      interpolation,
      antialias,
      fit,
      fill: fillValue,
    }
  },
  lower(context, settings, call, layer) {
    const entries = entriesOf(call)
    if (entries) return resizedRecord(context, layer, settings, entries)
    const { x, single } = imagesOfCall(onlyTensor(call, layer), layer)
    return [asGiven(resizeTo(context, layer, x, settings), single)]
  },
}

/** A record of images with boxes, masks of segments and labels; `entries` in sorted order, as Keras gives them back. */
function resizedRecord(
  context: LowerContext,
  layer: Layer,
  settings: PreparedResizing,
  entries: readonly { path: string; value: Value }[],
): Value[] {
  const at = (path: string) => entries.find((entry) => entry.path === path)?.value
  const images = at('images')
  if (!images) throw new ModelError('images of a record', { layer: layer.name, got: 'none' })
  const { x, single } = imagesOfCall(images, layer)
  const boxes = at('bounding_boxes/boxes')
  const resized =
    boxes &&
    resizedBoxes(context, layer, boxes, at('bounding_boxes/labels'), {
      from: sizeOf(x, settings.channelsFirst),
      to: settings.size,
      fit: settings.fit,
      format: layer.kind === 'resizing' ? layer.resizing.boundingBoxFormat : '',
    })
  return entries.map(({ path, value }) => {
    if (path === 'images') return asGiven(resizeTo(context, layer, x, settings), single)
    if (path === 'bounding_boxes/boxes') return (resized as ResizedBoxes).boxes
    if (path === 'bounding_boxes/labels') return resized?.labels ?? value
    if (path !== 'segmentation_masks') return value
    const masks = imagesOfCall(value, layer)
    const nearest = { ...settings, interpolation: 'nearest' }
    return asGiven(resizeTo(context, layer, masks.x, nearest), masks.single)
  })
}

/**
 * Images (batch, height, width, channels), or channels first, resized as keras.ops.image.resize does.
 *
 * @throws {UnsupportedError} for an interpolation of no known name
 */
export function resizeTo(
  context: LowerContext,
  layer: Layer,
  x: Value,
  { channelsFirst, size, interpolation, antialias, fit, fill }: PreparedResizing,
): Value {
  if (interpolation !== 'nearest' && !resampled(interpolation))
    throw unsupported(layer, 'interpolation', interpolation)
  const from = sizeOf(x, channelsFirst)
  const indices = fit === 'crop' ? centredPart(from, size) : surrounded(from, size)
  const fitted =
    fit === 'stretch' ? x : takeAxes(context, layer, x, 2, channelsFirst, indices, fill)
  const method = { interpolation, antialias }
  return resizeImages(context, layer, fitted, channelsFirst, size, method)
}

export type CenterCropSettings = Pick<PreparedResizing, 'channelsFirst' | 'size'>

/** CenterCrop: the middle of a large enough image, otherwise its largest fitting part, resized bilinearly. */
export const centerCropLayer: Lowering<CenterCropSettings> = {
  prepare(layer) {
    if (layer.kind !== 'centerCrop') throw unsupported(layer, 'layer', layer.className)
    const { height, width, dataFormat } = layer.centerCrop
    checkSizes(layer, 1, { height: [height], width: [width] })
    return { channelsFirst: isChannelsFirst(layer, 2, dataFormat), size: [height, width] }
  },
  lower(context, { channelsFirst, size }, call, layer) {
    const { x, single } = imagesOfCall(onlyTensor(call, layer), layer)
    const from = sizeOf(x, channelsFirst)
    const fits = from.every((length, i) => length >= (size[i] as number))
    const indices = fits
      ? from.map((length, i) => {
          const target = size[i] as number
          return positions(Math.floor((length - target) / 2), target, length)
        })
      : centredPart(from, size)
    const part = takeAxes(context, layer, x, 2, channelsFirst, indices)
    const method = { interpolation: 'bilinear', antialias: false }
    return [asGiven(resizeImages(context, layer, part, channelsFirst, size, method), single)]
  },
}
