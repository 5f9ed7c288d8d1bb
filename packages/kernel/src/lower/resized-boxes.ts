import { ModelError, type Layer } from '@dotplus/core'

import { cast } from './cast.ts'
import { unsupported, type LowerContext, type Value } from './context.ts'
import { binary, binaryConstant, concatenate } from './merge.ts'
import { stepsOf, strided } from './strided.ts'
import { where } from './where.ts'

/** The four numbers of boxes, each (…, boxes, 1). */
type Corners = readonly [Value, Value, Value, Value]

export interface ResizedBoxes {
  readonly boxes: Value
  /** −1 for boxes that have no area any more. */
  readonly labels: Value | undefined
}

interface BoxSettings {
  readonly from: readonly [height: number, width: number]
  readonly to: readonly [height: number, width: number]
  readonly fit: 'stretch' | 'crop' | 'pad'
  /** As of keras.utils.bounding_boxes. */
  readonly format: string
}

const f = Math.fround

/** How Keras moves boxes from one image to another: x · scale + offset along each dimension, in float32. */
function movement({ from: [h, w], to: [height, width], fit }: BoxSettings) {
  const [down, across] = [f(height / h), f(width / w)]
  if (fit === 'stretch') return { scale: [across, down], offset: [0, 0] } as const
  if (fit === 'pad') {
    const ratio = Math.min(down, across)
    const left = Math.floor(f(f(width - f(w * ratio)) / 2))
    const top = Math.floor(f(f(height - f(h * ratio)) / 2))
    return { scale: [ratio, ratio], offset: [left, top] } as const
  }
  const source = f(w / h)
  const isWide = source > f(width / height)
  const newWidth = isWide ? f(height * source) : width
  const newHeight = isWide ? height : f(width / source)
  const left = Math.floor(f(f(newWidth - width) / 2))
  const top = Math.floor(f(f(newHeight - height) / 2))
  return { scale: [f(newWidth / w), f(newHeight / h)], offset: [-left, -top] } as const
}

/**
 * Boxes (…, boxes, 4) after their images (height, width, …) have been resized, with their labels (…, boxes): cut off at the
 * edges; what is all 0 or all −1 stands for no box and becomes 0.
 *
 * @throws {UnsupportedError} for a format that Keras does not have
 */
export function resizedBoxes(
  context: LowerContext,
  layer: Layer,
  given: Value,
  labels: Value | undefined,
  settings: BoxSettings,
): ResizedBoxes {
  const { from, to, format } = settings
  const rank = given.shape.length
  if (given.shape[rank - 1] !== 4 || rank < 2) {
    throw new ModelError('bounding boxes', {
      layer: layer.name,
      expected: '(…, boxes, 4)',
      got: `(${given.shape.join(', ')})`,
    })
  }
  if (layer.computeDtype !== 'float32')
    throw unsupported(layer, 'a record of images in', layer.computeDtype ?? 'no dtype')
  const with1 =
    (name: 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum' | 'equal') =>
    (x: Value, number: number): Value =>
      binaryConstant(context, name, x, Float32Array.of(number))
  const [plus, times, over, least, most, equals] = [
    with1('add'),
    with1('multiply'),
    with1('divide'),
    with1('minimum'),
    with1('maximum'),
    with1('equal'),
  ]
  const both = (name: 'add' | 'subtract' | 'multiply' | 'maximum', a: Value, b: Value): Value =>
    binary(context, layer, name, a, b)
  const half = (x: Value): Value => over(x, 2)
  const bit = (x: Value): Value => cast(context, x, 'float32')

  const numbers = [0, 1, 2, 3].map((offset) =>
    strided(context, given, {
      offset,
      lengths: [...given.shape.slice(0, -1), 1],
      steps: [...stepsOf(given.shape).slice(0, -1), 1],
    }),
  ) as unknown as Corners
  const isAll = (number: number): Value =>
    numbers.map((x) => bit(equals(x, number))).reduce((a, b) => both('multiply', a, b))
  const none = both('maximum', isAll(-1), isAll(0))

  const [, relative, plain] = /^(rel_)?(.*)$/.exec(format.toLowerCase()) as unknown as string[]
  const arrangement = arrangements[plain ?? '']
  if (!arrangement || (relative && plain === 'center_yxhw'))
    throw unsupported(layer, 'bounding_box_format', format || 'none')
  const { turned, sized } = arrangement
  const turn = ([a, b, c, d]: Corners): Corners => (turned ? [b, a, d, c] : [a, b, c, d])

  const [x, y, u, v] = turn(numbers)
  const corners: Corners =
    sized === 'corner'
      ? [x, y, both('add', x, u), both('add', y, v)]
      : sized === 'centre'
        ? [
            both('subtract', x, half(u)),
            both('subtract', y, half(v)),
            both('add', x, half(u)),
            both('add', y, half(v)),
          ]
        : [x, y, u, v]
  const { scale, offset } = movement(settings)
  const moved = corners.map((corner, i) => {
    const axis = i % 2
    const absolute = relative ? times(corner, from[1 - axis] as number) : corner
    const place = plus(times(absolute, scale[axis] as number), offset[axis] as number)
    return least(most(place, 0), to[1 - axis] as number)
  }) as unknown as Corners
  const [left, top, right, bottom] = moved
  const area = both('multiply', both('subtract', right, left), both('subtract', bottom, top))
  const hasArea = bit(binaryConstant(context, 'less', area, Float32Array.of(0), true))
  const open = moved.map((corner) => where(context, layer, none, 0, corner)) as unknown as Corners

  const [x1, y1, x2, y2] = open
  const [w, h] = [both('subtract', x2, x1), both('subtract', y2, y1)]
  const arranged: Corners =
    sized === 'corner'
      ? [x1, y1, w, h]
      : sized === 'centre'
        ? [both('add', x1, half(w)), both('add', y1, half(h)), w, h]
        : open
  const placed = relative
    ? arranged.map((part, i) => over(part, to[1 - (i % 2)] as number))
    : arranged
  const boxes = concatenate(context, layer, [...turn(placed as unknown as Corners)], rank - 1)
  const flat = context.view(hasArea, given.shape.slice(0, -1))
  return { boxes, labels: labels && where(context, layer, flat, labels, -1) }
}

/** Formats of boxes: y before x, and what the last two numbers are beside the first two. */
const arrangements: Readonly<
  Record<string, { turned: boolean; sized: 'corner' | 'centre' | undefined }>
> = {
  xyxy: { turned: false, sized: undefined },
  yxyx: { turned: true, sized: undefined },
  xywh: { turned: false, sized: 'corner' },
  center_xywh: { turned: false, sized: 'centre' },
  center_yxhw: { turned: true, sized: 'centre' },
}
