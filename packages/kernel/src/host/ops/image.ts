import { elementCount, ModelError, type Layer } from '@dotplus/core'

import * as L from '../../wasm/layout.ts'
import { cast } from '../../lower/cast.ts'
import { unsupported, type LowerContext, type Value } from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import { resizeTo } from '../../lower/resizing.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import { convolve, perAxis, placeWindows, windowPlaces } from '../convolution.ts'
import { exp, roundHalfEven } from '../double.ts'
import { contractAlong } from '../contract.ts'
import { solve } from '../matrix.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { floatOf, isSingle, single, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { preciseSum } from './reduction.ts'

/** Images (batch, height, width, channels) of a call, however it has them, and the way back. */
function imagesOf(
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

type Fixer = (index: number, size: number) => number

const mirror: Fixer = (index, size) => {
  const s = size - 1
  if (s === 0) return 0
  const turn = (((index + s) % (2 * s)) + 2 * s) % (2 * s)
  return Math.abs(turn - s)
}

/** Where an index outside an axis is read, by fill mode, as scipy.ndimage and JAX have it; −1 for the fill value. */
const fixers: Readonly<Record<string, Fixer>> = {
  constant: (index, size) => (index < 0 || index >= size ? -1 : index),
  nearest: (index, size) => Math.max(0, Math.min(index, size - 1)),
  wrap: (index, size) => ((index % size) + size) % size,
  mirror,
  reflect: (index, size) => Math.floor((mirror(2 * index + 1, 2 * size + 1) - 1) / 2),
}

const roundHalfAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5)

/** The value between elements at some coordinates: of the nearest one, or linear between neighbours. */
export function sample(
  read: (indices: readonly number[]) => number,
  sizes: readonly number[],
  coordinates: readonly number[],
  linear: boolean,
  fix: Fixer,
  fill: number,
): number {
  const rank = sizes.length
  const low = coordinates.map((c) => (linear ? Math.floor(c) : roundHalfAway(c)))
  let sum = 0
  for (let corner = 0; corner < (linear ? 1 << rank : 1); corner++) {
    let weight = 1
    const indices: number[] = []
    for (let axis = 0; axis < rank; axis++) {
      const up = (corner >> axis) & 1
      const part = coordinates[axis]! - low[axis]!
      if (linear) weight *= up ? part : 1 - part
      indices.push(fix(low[axis]! + up, sizes[axis]!))
    }
    if (weight !== 0) sum += weight * (indices.includes(-1) ? fill : read(indices))
  }
  return sum
}

function fixerOf(layer: Layer, given: OpArguments): Fixer {
  const mode = given.text('fill_mode', 'constant')
  const fix = fixers[mode]
  if (!fix) throw unsupported(layer, 'fill_mode', mode)
  return fix
}

function isLinear(layer: Layer, given: OpArguments): boolean {
  const name = given.text('interpolation', 'bilinear')
  if (name !== 'bilinear' && name !== 'nearest') throw unsupported(layer, 'interpolation', name)
  return name === 'bilinear'
}

/** Images read at the places that a projective map [a0 a1 a2 b0 b1 b2 c0 c1] gives for each pixel of the result. */
function projected(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  kind: string,
  extra: readonly Value[],
  mapOf: (elements: readonly Numbers[], image: number) => ArrayLike<number>,
): Value {
  const { images, back } = imagesOf(context, layer, given)
  const [, height = 0, width = 0, channels = 0] = images.shape
  const linear = isLinear(layer, given)
  const fix = fixerOf(layer, given)
  const fill = given.number('fill_value', 0)
  const results = [{ shape: images.shape, dtype: images.dtype }]
  const y = numericOp(context, kind, [images, ...extra], results, ([a, ...others], [to]) => {
    const plane = height * width * channels
    for (let image = 0; image * plane < a!.length; image++) {
      const t = mapOf(others, image)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const k = t[6]! * column + t[7]! * row + 1
          const x = (t[0]! * column + t[1]! * row + t[2]!) / k
          const z = (t[3]! * column + t[4]! * row + t[5]!) / k
          for (let c = 0; c < channels; c++) {
            const at = image * plane + (row * width + column) * channels + c
            const read = ([i, j]: readonly number[]): number =>
              a![image * plane + (i! * width + j!) * channels + c]!
            to![at] = k === 0 ? fill : sample(read, [height, width], [z, x], linear, fix, fill)
          }
        }
    }
  })[0] as Value
  return back(y)
}

/** The projective map that takes four points to four others. */
function homography(start: Numbers, end: Numbers, at: number): Float64Array {
  const matrix = new Float64Array(64)
  const target = new Float64Array(8)
  for (let point = 0; point < 4; point++) {
    const [sx, sy] = [start[at + point * 2]!, start[at + point * 2 + 1]!]
    const [ex, ey] = [end[at + point * 2]!, end[at + point * 2 + 1]!]
    matrix.set([ex, ey, 1, 0, 0, 0, -sx * ex, -sx * ey], point * 16)
    matrix.set([0, 0, 0, ex, ey, 1, -sy * ex, -sy * ey], point * 16 + 8)
    target[point * 2] = sx
    target[point * 2 + 1] = sy
  }
  return solve(matrix, 8, target, 1)
}

function gaussian(size: number, sigma: number, f: Float64Function): number[] {
  const line = Array.from({ length: size }, (_, i) => {
    const x = (i - (size - 1) / 2) / sigma
    return exp(f, -0.5 * x * x)
  })
  const sum = preciseSum(line)
  return line.map((e) => e / sum)
}

/** Weights (height, width) applied to every channel by itself. */
function filtered(
  context: LowerContext,
  layer: Layer,
  x: Value,
  size: readonly [number, number],
  padding: string,
  weightsOf: (f: Float64Function) => (row: number, column: number) => number,
): Value {
  const channels = x.shape.at(-1) as number
  const shape = [...size, 1, channels]
  const kernel = numericOp(context, 'kernel', [], [{ shape, dtype: 'float64' }], (_, [y], f) => {
    const weight = weightsOf(f)
    for (let i = 0; i < y!.length; i++) {
      const tap = Math.floor(i / channels)
      y![i] = weight(Math.floor(tap / size[1]), tap % size[1])
    }
  })[0] as Value
  const ones = [1, 1]
  return convolve(context, layer, x, kernel, { strides: ones, dilations: ones, padding })
}

function gaussianBlur(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const { images, back } = imagesOf(context, layer, given)
  const [height, width] = perAxis(given.integers('kernel_size') ?? [3], 2) as [number, number]
  const [sx, sy] = numbersOf(given, 'sigma', [1, 1])
  return back(
    filtered(context, layer, images, [height, width], 'same', (f) => {
      const [rows, columns] = [gaussian(height, sy!, f), gaussian(width, sx!, f)]
      return (row, column) => rows[row]! * columns[column]!
    }),
  )
}

function numbersOf(given: OpArguments, name: string, fallback: readonly number[]): number[] {
  const value = given.value(name)
  const items = value?.kind === 'list' ? value.list.items : value ? [value] : []
  const numbers = items.map((item) =>
    item.kind === 'integer' ? item.integer : item.kind === 'number' ? item.number : Number.NaN,
  )
  if (numbers.length === 0) return [...fallback]
  return numbers.length === 1 ? fallback.map(() => numbers[0] as number) : numbers
}

const sobelKernels = [
  [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  [-1, 0, 1, -2, 0, 2, -1, 0, 1],
] as const

/** Vertical and horizontal edges, the image mirrored at its border: (batch, height, width, channels, 2). */
function sobelEdges(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const { images } = imagesOf(context, layer, given)
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape
  const results = [{ shape: [batch, height, width, channels, 2], dtype: images.dtype }]
  const y = numericOp(context, 'sobel_edges', [images], results, ([a], [to]) => {
    const inside = fixers['mirror']!
    for (let i = 0; i < to!.length; i++) {
      const kernel = sobelKernels[(i % 2) as 0 | 1]
      const c = Math.floor(i / 2) % channels
      const pixel = Math.floor(i / 2 / channels)
      const [row, column] = [Math.floor(pixel / width) % height, pixel % width]
      const image = Math.floor(pixel / (height * width)) * height
      to![i] = preciseSum(
        kernel.map((weight, k) => {
          const r = inside(row + Math.floor(k / 3) - 1, height)
          const s = inside(column + (k % 3) - 1, width)
          return weight * a![((image + r) * width + s) * channels + c]!
        }),
      )
    }
  })[0] as Value
  if (given.text('data_format', 'channels_last') !== 'channels_first') return y
  return transpose(context, layer, y, [0, 3, 1, 2, 4])
}

/** Structural similarity: means, variances and covariance under a Gaussian window, averaged. */
function ssim(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const { images: first } = imagesOf(context, layer, given, 'image1')
  const { images: second } = imagesOf(context, layer, given, 'image2')
  const own = given.tensor('image1')
  const [a, b] = [first, second].map((x) => cast(context, x, 'float64')) as [Value, Value]
  const size = given.number('filter_size', 11)
  const sigma = given.number('filter_sigma', 1.5)
  const most = given.number('max_val', 1)
  const [p1, p2] = [given.number('k1', 0.01) * most, given.number('k2', 0.03) * most]
  const [c1, c2] = [p1 * p1, p2 * p2]
  const product = (p: Value, q: Value): Value =>
    numericOp(context, 'multiply', [p, q], [{ shape: p.shape, dtype: p.dtype }], ([u, v], [y]) => {
      for (let i = 0; i < y!.length; i++) y![i] = u![i]! * v![i]!
    })[0] as Value
  const mean = (x: Value): Value =>
    filtered(context, layer, x, [size, size], 'valid', (f) => {
      const line = gaussian(size, sigma, f)
      return (row, column) => line[row]! * line[column]!
    })
  const moments = [a, b, product(a, a), product(b, b), product(a, b)].map(mean)
  const batch = a.shape[0] as number
  const shape = own.shape.length === 4 ? [batch] : []
  const results = [{ shape, dtype: own.dtype }]
  return numericOp(context, 'ssim', moments, results, ([m1, m2, s1, s2, s12], [y]) => {
    const count = m1!.length / batch
    for (let image = 0; image < batch; image++) {
      const terms = Array.from({ length: count }, (_, k) => {
        const i = image * count + k
        const [u, v] = [m1![i]!, m2![i]!]
        const [p, q, r] = [s1![i]! - u * u, s2![i]! - v * v, s12![i]! - u * v]
        return ((2 * u * v + c1) * (2 * r + c2)) / ((u * u + v * v + c1) * (p + q + c2))
      })
      y![image] = preciseSum(terms) / count
    }
  })[0] as Value
}

type Kernel = (x: number, f: Float64Function) => number

const lanczos =
  (radius: number): Kernel =>
  (x, f) => {
    if (x > radius) return 0
    if (!(x > 1e-3)) return 1
    const [a, b] = [f(L.SIN, Math.PI * x, 0), f(L.SIN, (Math.PI * x) / radius, 0)]
    return (radius * a * b) / (Math.PI * Math.PI * x * x)
  }

const kernels: Readonly<Record<string, Kernel>> = {
  linear: (x) => Math.max(0, 1 - x),
  cubic: (x) => {
    if (x >= 2) return 0
    if (x >= 1) return ((-0.5 * x + 2.5) * x - 4) * x + 2
    return (1.5 * x - 2.5) * x * x + 1
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
}

const kernelNames: Readonly<Record<string, string>> = {
  bilinear: 'linear',
  trilinear: 'linear',
  triangle: 'linear',
  bicubic: 'cubic',
  tricubic: 'cubic',
}

function scaleAndTranslate(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = given.tensor('images')
  if (!floatOf(x).includes('float') || floatOf(x) !== x.dtype)
    throw unsupported(layer, 'images of', x.dtype)
  const shape = given.integers('output_shape') ?? []
  const method = given.text('method', 'linear')
  const kernel = kernels[kernelNames[method] ?? method]
  if (!kernel) throw unsupported(layer, 'method', method)
  const antialias = given.value('antialias') === undefined || given.flag('antialias')
  const scale = cast(context, tensorOf(context, given, 'scale'), 'float64')
  const translation = cast(context, tensorOf(context, given, 'translation'), 'float64')
  const dims = (given.integers('spatial_dims') ?? []).map(
    (d) => (d + x.shape.length) % x.shape.length,
  )
  let y = x
  for (const [i, axis] of dims.entries()) {
    const [from, to] = [x.shape[axis] as number, shape[axis] as number]
    const results = [{ shape: [from, to], dtype: x.dtype }]
    const weights = numericOp(
      context,
      'weights',
      [scale, translation],
      results,
      ([s, t], [w], f) => {
        const inverse = 1 / s![i]!
        const wide = antialias ? Math.max(inverse, 1) : 1
        for (let column = 0; column < to; column++) {
          const at = (column + 0.5) * inverse - t![i]! * inverse - 0.5
          const line = Array.from({ length: from }, (_, row) =>
            kernel(Math.abs(at - row) / wide, f),
          )
          const sum = preciseSum(line)
          const counts = at >= -0.5 && at <= from - 0.5 && Math.abs(sum) > 1000 * 2 ** -23
          for (let row = 0; row < from; row++) w![row * to + column] = counts ? line[row]! / sum : 0
        }
      },
    )[0] as Value
    y = contractAlong(context, y, axis, weights)
  }
  return y
}

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
      if (!isSingle(images.dtype) && images.dtype !== 'uint8')
        throw unsupported(layer, 'images of', images.dtype)
      const fit = given.flag('crop_to_aspect_ratio')
        ? 'crop'
        : given.flag('pad_to_aspect_ratio')
          ? 'pad'
          : 'stretch'
      const y = resizeTo(context, layer, single(context, images), {
        channelsFirst: false,
        size: [height, width],
        interpolation: given.text('interpolation', 'bilinear'),
        antialias: given.flag('antialias'),
        fit,
        fill: given.number('fill_value', 0),
      })
      return back(cast(context, y, images.dtype))
    },
  ),
  'image.affine_transform': general(
    'images transform',
    'interpolation fill_mode fill_value data_format',
    (context, layer, given) => {
      const transform = cast(context, tensorOf(context, given, 'transform'), 'float32')
      const one = transform.shape.length === 1
      return projected(context, layer, given, 'affine_transform', [transform], ([t], image) =>
        t!.subarray(one ? 0 : image * 8, one ? 8 : (image + 1) * 8),
      )
    },
  ),
  'image.perspective_transform': general(
    'images start_points end_points',
    'interpolation fill_value data_format',
    (context, layer, given) => {
      const points = ['start_points', 'end_points'].map((name) =>
        cast(context, tensorOf(context, given, name), 'float32'),
      )
      const one = elementCount(points[0]!.shape) === 8
      return projected(context, layer, given, 'perspective_transform', points, ([s, e], image) =>
        homography(s!, e!, one ? 0 : image * 8),
      )
    },
  ),
  'image.map_coordinates': general(
    'inputs coordinates',
    'order fill_mode fill_value',
    (context, layer, given) => {
      const x = given.tensor('inputs')
      const coordinates = cast(
        context,
        tensorOf(context, given, 'coordinates'),
        x.dtype === 'float64' ? 'float64' : 'float32',
      )
      const order = given.number('order')
      if (order !== 0 && order !== 1) throw unsupported(layer, 'order', `${order}`)
      const fix = fixerOf(layer, given)
      const fill = given.number('fill_value', 0)
      const rank = x.shape.length
      const shape = coordinates.shape.slice(1)
      const count = elementCount(shape)
      const whole = x.dtype.includes('int')
      return numericOp(
        context,
        'map_coordinates',
        [x, coordinates],
        [{ shape, dtype: x.dtype }],
        ([a, c], [y]) => {
          const read = (indices: readonly number[]): number =>
            a![indices.reduce((at, index, axis) => at * x.shape[axis]! + index, 0)]!
          for (let i = 0; i < count; i++) {
            const at = Array.from({ length: rank }, (_, axis) => c![axis * count + i]!)
            const value = sample(read, x.shape, at, order === 1, fix, fill)
            y![i] = whole ? roundHalfEven(value) : value
          }
        },
      )
    },
  ),
  ...bordered('pad_images', 1),
  ...bordered('crop_images', -1),
  'image.extract_patches': general(
    'images',
    'size strides dilation_rate padding data_format',
    extractPatches,
  ),
  'image.gaussian_blur': general('images', 'kernel_size sigma data_format', gaussianBlur),
  'image.scale_and_translate': general(
    'images output_shape scale translation',
    'output_shape spatial_dims method antialias',
    scaleAndTranslate,
  ),
  'image.sobel_edges': general('images', 'data_format', sobelEdges),
  'image.ssim': general(
    'image1 image2',
    'max_val filter_size filter_sigma k1 k2 data_format',
    ssim,
  ),
}
