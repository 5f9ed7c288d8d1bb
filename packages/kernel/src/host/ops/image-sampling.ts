import { elementCount, type Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { roundHalfEven } from '../double.ts'
import { solve } from '../matrix.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { imagesOf } from './image.ts'

type Fixer = (index: number, size: number) => number

const mirror: Fixer = (index, size) => {
  const s = size - 1
  if (s === 0) return 0
  const turn = (((index + s) % (2 * s)) + 2 * s) % (2 * s)
  return Math.abs(turn - s)
}

/** Where an index outside an axis is read, by fill mode, as scipy.ndimage and JAX have it; −1 for the fill value. */
export const fixers: Readonly<Record<string, Fixer>> = {
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

export const imageSampling: GeneralOps = {
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
}
