import { elementCount, type Layer, ModelError } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import { resizeTo } from '../../lower/resizing.ts'
import { perAxis, placeWindows, windowPlaces } from '../convolution.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { isSingle, single } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

/** Images (batch, height, width, channels) of a call, however it has them, and the way back. */
export function imagesOf(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  name = 'images',
): { images: Value; back: (y: Value) => Value } {
  const x = given.tensor(name)
  const rank = x.shape.length
  if (rank !== 3 && rank !== 4)
    throw new ModelError(name, {
      layer: layer.name,
      expected: '3 or 4 dimensions',
      got: `(${x.shape.join(', ')})`,
    })
  const batch = rank === 4 ? x : context.view(x, [1, ...x.shape])
  const first = given.text('data_format', 'channels_last') === 'channels_first'
  const images = first ? transpose(context, layer, batch, [0, 2, 3, 1]) : batch
  const back = (y: Value): Value => {
    const moved = first ? transpose(context, layer, y, [0, 3, 1, 2]) : y
    return rank === 4 ? moved : context.view(moved, moved.shape.slice(1))
  }
  return { images, back }
}

/** A function of each pixel's channels. */
function perPixel(
  context: LowerContext,
  kind: string,
  x: Value,
  channels: number,
  f: (pixel: Numbers, write: (...values: number[]) => void) => void,
): Value {
  const own = x.shape.at(-1) as number
  const results = [{ shape: [...x.shape.slice(0, -1), channels], dtype: x.dtype }]
  return numericOp(context, kind, [x], results, ([a], [y]) => {
    for (let pixel = 0; pixel * own < a!.length; pixel++)
      f(a!.subarray(pixel * own, (pixel + 1) * own), (...values) => {
        for (const [i, value] of values.entries()) y![pixel * channels + i] = value
      })
  })[0] as Value
}

/** Hue in sixths of a turn, saturation and value of a colour. */
function toHsv(pixel: Numbers, write: (...values: number[]) => void): void {
  const [r, g, b] = pixel as unknown as [number, number, number]
  const value = Math.max(r, g, b)
  const range = value - Math.min(r, g, b)
  const saturation = value > 0 ? range / value : 0
  let hue = 0
  if (range > 0) {
    const step = 1 / (6 * range)
    if (r === value) hue = step * (g - b)
    else if (g === value) hue = step * (b - r) + 2 / 6
    else hue = step * (r - g) + 4 / 6
    if (hue < 0) hue += 1
  }
  write(hue, saturation, value)
}

function toRgb(pixel: Numbers, write: (...values: number[]) => void): void {
  const [h, s, v] = pixel as unknown as [number, number, number]
  const clamp = (x: number): number => Math.max(0, Math.min(1, x))
  const parts = [Math.abs(h * 6 - 3) - 1, 2 - Math.abs(h * 6 - 2), 2 - Math.abs(h * 6 - 4)]
  write(...parts.map((part) => (1 - s + s * clamp(part)) * v))
}

const colour = (
  name: string,
  f: (pixel: Numbers, write: (...values: number[]) => void) => void,
): GeneralOps => ({
  [`image.${name}`]: general('images', 'data_format', (context, layer, given) => {
    const { images, back } = imagesOf(context, layer, given)
    return back(perPixel(context, name, images, 3, f))
  }),
})

/** Windows of images side by side in the channels. */
function extractPatches(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('images')
  const size = given.integers('size') ?? []
  const rank = size.length === 3 ? 3 : 2
  const batched = own.shape.length === rank + 2
  const x = batched ? own : context.view(own, [1, ...own.shape])
  const first = given.text('data_format', 'channels_last') === 'channels_first'
  const axes = [...x.shape.keys()]
  const last = first ? transpose(context, layer, x, [0, ...axes.slice(2), 1]) : x
  const windows = {
    size: perAxis(size, rank),
    strides: perAxis(given.value('strides') ? given.integers('strides') : size, rank),
    dilations: perAxis(given.integers('dilation_rate'), rank),
    padding: given.text('padding', 'valid'),
  }
  const input = last.shape.slice(1, -1)
  const [batch, channels] = [last.shape[0] as number, last.shape.at(-1) as number]
  const placed = placeWindows(layer, input, windows)
  const places = windowPlaces(input, windows, placed)
  const taps = elementCount(windows.size)
  const results = [{ shape: [batch, ...placed.output, taps * channels], dtype: x.dtype }]
  const y = numericOp(context, 'extract_patches', [last], results, ([a], [to]) => {
    const volume = elementCount(input)
    for (let i = 0; i < to!.length; i++) {
      const place = places[Math.floor(i / channels) % places.length]!
      const image = Math.floor(i / channels / places.length)
      to![i] = place < 0 ? 0 : a![(image * volume + place) * channels + (i % channels)]!
    }
  })[0] as Value
  const moved = first ? transpose(context, layer, y, [0, axes.length - 1, ...axes.slice(1, -1)]) : y
  return batched ? moved : context.view(moved, moved.shape.slice(1))
}

/** Padding or cropping of the two sides of one axis, of which a target size can leave one open. */
function sides(
  given: OpArguments,
  names: readonly [string, string],
  target: number | undefined,
  length: number,
  sign: 1 | -1,
): [number, number] {
  const [before, after] = names.map((name) => (given.value(name) ? given.number(name) : undefined))
  const whole = target === undefined ? undefined : sign * (target - length)
  return [before ?? (whole ?? 0) - (after ?? 0), after ?? (whole ?? 0) - (before ?? 0)]
}

/** Images with a border of zeros added (1) or cut off (−1). */
const bordered = (name: string, sign: 1 | -1): GeneralOps => {
  const what = sign === 1 ? 'padding' : 'cropping'
  const settings = `top_${what} left_${what} bottom_${what} right_${what} target_height target_width data_format`
  return {
    [`image.${name}`]: general('images', settings, (context, layer, given) => {
      const { images, back } = imagesOf(context, layer, given)
      const [batch = 0, height = 0, width = 0, channels = 0] = images.shape
      const target = (of: string): number | undefined =>
        given.value(of) ? given.number(of) : undefined
      const [top, bottom] = sides(
        given,
        [`top_${what}`, `bottom_${what}`],
        target('target_height'),
        height,
        sign,
      )
      const [left, right] = sides(
        given,
        [`left_${what}`, `right_${what}`],
        target('target_width'),
        width,
        sign,
      )
      if (Math.min(top, bottom, left, right) < 0)
        throw new ModelError(what, {
          layer: layer.name,
          expected: 'at least 0',
          got: `${top}, ${bottom}, ${left}, ${right}`,
        })
      const shape = [batch, height + sign * (top + bottom), width + sign * (left + right), channels]
      const results = [{ shape, dtype: images.dtype }]
      const y = numericOp(context, name, [images], results, ([a], [to]) => {
        const [, rows = 0, columns = 0] = shape
        for (let i = 0; i < to!.length; i++) {
          const pixel = Math.floor(i / channels)
          const row = (Math.floor(pixel / columns) % rows) - sign * top
          const column = (pixel % columns) - sign * left
          const inside = row >= 0 && row < height && column >= 0 && column < width
          const image = Math.floor(pixel / (rows * columns))
          to![i] = inside
            ? a![((image * height + row) * width + column) * channels + (i % channels)]!
            : 0
        }
      })[0] as Value
      return back(y)
    }),
  }
}

export const imaging: GeneralOps = {
  'image.rgb_to_grayscale': general('images', 'data_format', (context, layer, given) => {
    const { images, back } = imagesOf(context, layer, given)
    if (images.shape.at(-1) === 1) return given.tensor('images')
    return back(
      perPixel(context, 'rgb_to_grayscale', images, 1, (pixel, write) =>
        write(0.2989 * pixel[0]! + 0.587 * pixel[1]! + 0.114 * pixel[2]!),
      ),
    )
  }),
  ...colour('rgb_to_hsv', toHsv),
  ...colour('hsv_to_rgb', toRgb),
  'image.resize': general(
    'images',
    'size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value data_format',
    (context, layer, given) => {
      const { images, back } = imagesOf(context, layer, given)
      const [height, width] = given.integers('size') ?? []
      if (height === undefined || width === undefined) throw unsupported(layer, 'size', 'nothing')
      const interpolation = given.text('interpolation', 'bilinear')
      // TensorFlow interpolates doubles in float32.
      const isDouble = images.dtype === 'float64' && interpolation !== 'nearest'
      if (!isSingle(images.dtype) && images.dtype !== 'uint8' && !isDouble)
        throw unsupported(layer, `${interpolation} interpolation of`, images.dtype)
      const fit = given.flag('crop_to_aspect_ratio')
        ? 'crop'
        : given.flag('pad_to_aspect_ratio')
          ? 'pad'
          : 'stretch'
      const y = resizeTo(context, layer, single(context, images), {
        channelsFirst: false,
        size: [height, width],
        interpolation,
        antialias: given.flag('antialias'),
        fit,
        fill: given.number('fill_value', 0),
      })
      return back(cast(context, y, images.dtype))
    },
  ),
  ...bordered('pad_images', 1),
  ...bordered('crop_images', -1),
  'image.extract_patches': general(
    'images',
    'size strides dilation_rate padding data_format',
    extractPatches,
  ),
}
