import type { Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { transpose } from '../../lower/permute.ts'
import * as L from '../../wasm/layout.ts'
import { contractAlong } from '../contract.ts'
import { convolve, perAxis } from '../convolution.ts'
import { exp } from '../double.ts'
import { numericOp } from '../numeric.ts'
import { floatOf, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { fixers } from './image-sampling.ts'
import { imagesOf } from './image.ts'
import { preciseSum } from './reduction.ts'

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

export const imageFilters: GeneralOps = {
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
