import { elementCount, InputError, type Layer } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import { resolveAxis, unsupported, type LowerContext, type Value } from '../../lower/context.ts'
import { dynamicSize } from '../../lower/dynamic-size.ts'
import { hostOp, type HostElements } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { linesOf } from '../lines.ts'
import { transpose } from '../../lower/permute.ts'
import { axesLast, inverse } from '../../lower/reduce.ts'
import { numericOp } from '../numeric.ts'
import { meet, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

type Ordered = number | bigint | string

/** Ascending, NaN last. */
function ascending(a: Ordered, b: Ordered): number {
  if (a !== a) return b !== b ? 0 : 1
  if (b !== b) return -1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Places of a line's elements in ascending order, equal ones as they come. */
export function order(line: ArrayLike<Ordered>): number[] {
  return Array.from({ length: line.length }, (_, i) => i).toSorted(
    (i, j) => ascending(line[i]!, line[j]!) || i - j,
  )
}

/** x with the elements along an axis put in an order of the line's places, and the places themselves. */
function arranged(
  context: LowerContext,
  layer: Layer,
  kind: string,
  x: Value,
  axis: number,
  length: number,
  placesOf: (line: readonly Ordered[]) => number[],
): [values: Value, places: Value] {
  const { lines, rest, length: whole } = linesOf(context, layer, x, [axis])
  const shape = [...rest, length]
  const results = [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int32' as const },
  ]
  const [values, places] = hostOp(context, kind, [lines], results, ([from], [to, at]) => {
    const [a, y, p] = [from, to, at] as [HostElements, HostElements, Int32Array]
    const count = elementCount(rest)
    for (let i = 0; i < count; i++) {
      const line = Array.from({ length: whole }, (_, k) => a[i * whole + k] as Ordered)
      for (const [k, place] of placesOf(line).slice(0, length).entries()) {
        y[i * length + k] = line[place] as number
        p[i * length + k] = place
      }
    }
  }) as [Value, Value]
  const back = inverse(axesLast([axis], x.shape.length))
  return [transpose(context, layer, values, back), transpose(context, layer, places, back)]
}

/** x and an axis of it; flat where the axis is None. */
function along(context: LowerContext, layer: Layer, given: OpArguments, fallback = -1) {
  const own = given.tensor('x')
  const flat =
    layer.kind === 'op' &&
    layer.op.attributes.some(({ name, value }) => name === 'axis' && value?.kind === 'none')
  const x = flat ? context.view(own, [elementCount(own.shape)]) : own
  const axis = resolveAxis(given.number('axis', flat ? 0 : fallback), x.shape.length, layer)
  return { x, axis, length: x.shape[axis] as number }
}

/** First place in sorted numbers before which (left) or behind which (right) x belongs. */
export function searchPlace(
  sorted: ArrayLike<number>,
  from: number,
  end: number,
  x: number,
  right: boolean,
): number {
  let [low, high] = [from, end]
  while (low < high) {
    const middle = (low + high) >> 1
    const e = sorted[middle]!
    const before = right ? !(ascending(e, x) > 0) : ascending(e, x) < 0
    if (before) low = middle + 1
    else high = middle
  }
  return low - from
}

export const ordering: GeneralOps = {
  sort: general('x', 'axis', (context, layer, given) => {
    const { x, axis, length } = along(context, layer, given)
    return arranged(context, layer, 'sort', x, axis, length, order)[0]
  }),
  argsort: general('x', 'axis', (context, layer, given) => {
    const { x, axis, length } = along(context, layer, given)
    return arranged(context, layer, 'argsort', x, axis, length, order)[1]
  }),
  argpartition: general('x', 'kth axis', (context, layer, given) => {
    const { x, axis, length } = along(context, layer, given)
    return arranged(context, layer, 'argpartition', x, axis, length, order)[1]
  }),
  top_k: general('x', 'k sorted', (context, layer, given) => {
    const x = given.tensor('x')
    const axis = x.shape.length - 1
    const descending = (line: readonly Ordered[]): number[] =>
      Array.from(line, (_, i) => i).toSorted((i, j) => -ascending(line[i]!, line[j]!) || i - j)
    return arranged(context, layer, 'top_k', x, axis, given.number('k'), descending)
  }),
  in_top_k: general('targets predictions', 'k', (context, _layer, given) => {
    const [targets, predictions] = [given.tensor('targets'), given.tensor('predictions')]
    const k = given.number('k')
    const classes = predictions.shape.at(-1) ?? 1
    const results = [{ shape: targets.shape, dtype: 'bool' as const }]
    return numericOp(context, 'in_top_k', [targets, predictions], results, ([t, p], [y]) => {
      for (let i = 0; i < y!.length; i++) {
        const line = p!.subarray(i * classes, (i + 1) * classes)
        const own = line[t![i]!]
        const better = line.filter((e) => e > (own ?? Number.NaN)).length
        y![i] = Number(own !== undefined && Number.isFinite(own) && better < k)
      }
    })
  }),
  searchsorted: general('sorted_sequence values', 'side', (context, layer, given) => {
    const [sorted, values] = [
      tensorOf(context, given, 'sorted_sequence'),
      tensorOf(context, given, 'values'),
    ]
    if (sorted.shape.length !== 1)
      throw unsupported(layer, 'a sorted sequence of rank', `${sorted.shape.length}`)
    meet(layer, [sorted, values])
    const right = given.text('side', 'left') === 'right'
    const results = [{ shape: values.shape, dtype: 'int32' as const }]
    return numericOp(context, 'searchsorted', [sorted, values], results, ([s, v], [y]) => {
      for (let i = 0; i < y!.length; i++) y![i] = searchPlace(s!, 0, s!.length, v![i]!, right)
    })
  }),
  digitize: general('x bins', 'bins', (context, _layer, given) => {
    const [x, bins] = [given.tensor('x'), tensorOf(context, given, 'bins')]
    const results = [{ shape: x.shape, dtype: 'int32' as const }]
    return numericOp(context, 'digitize', [x, bins], results, ([a, b], [y]) => {
      for (let i = 0; i < y!.length; i++)
        y![i] = a![i] !== a![i] ? b!.length : searchPlace(b!, 0, b!.length, a![i]!, true)
    })
  }),
  isin: general('x1 x2', 'assume_unique invert', (context, layer, given) => {
    const terms = [tensorOf(context, given, 'x1'), tensorOf(context, given, 'x2')]
    const dtype = meet(layer, terms)
    const [x, set] = terms.map((term) => cast(context, term, dtype)) as [Value, Value]
    const invert = given.flag('invert')
    const results = [{ shape: x.shape, dtype: 'bool' as const }]
    return numericOp(context, 'isin', [x, set], results, ([a, b], [y]) => {
      const known = new Set(b)
      for (let i = 0; i < y!.length; i++)
        y![i] = Number((known.has(a![i]!) && a![i] === a![i]) !== invert)
    })
  }),
  unique: general(
    'x',
    'sorted return_index return_inverse return_counts axis size fill_value',
    (context, layer, given) => {
      const x = given.tensor('x')
      const count =
        given.value('size') === undefined
          ? dynamicSize(context, x, (elements) => new Set<unknown>(elements).size)
          : given.number('size')
      if (given.value('axis') && x.shape.length > 1)
        throw unsupported(layer, 'unique along', 'an axis')
      const wanted = ['return_index', 'return_inverse', 'return_counts'].map((n) => given.flag(n))
      const fill = given.value('fill_value') ? given.number('fill_value') : undefined
      const shape = [count]
      const results = [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int32' as const },
        { shape: x.shape, dtype: 'int32' as const },
        { shape, dtype: 'int32' as const },
      ]
      const all = numericOp(context, 'unique', [x], results, ([a], [y, first, back, counts]) => {
        const found = order(a!).filter((i, k, places) => k === 0 || a![i] !== a![places[k - 1]!])
        const values = found.map((i) => a![i]!)
        for (let k = 0; k < shape[0]!; k++) {
          y![k] = values[k] ?? fill ?? values[0] ?? 0
          first![k] = found[k] ?? found[0] ?? 0
          counts![k] = values[k] === undefined ? 0 : a!.filter((e) => e === values[k]).length
        }
        for (let i = 0; i < a!.length; i++) back![i] = values.indexOf(a![i]!)
      })
      return all.filter((_, i) => i === 0 || wanted[i - 1])
    },
  ),
  bincount: general('x weights', 'minlength sparse', (context, layer, given) => {
    const x = given.tensor('x')
    const weights = given.optionalTensor('weights')
    const least = given.number('minlength', 0)
    // As long as the largest element asks for.
    const length = dynamicSize(context, cast(context, x, 'int32'), (elements) =>
      (elements as Int32Array).reduce((most, e) => Math.max(most, e + 1), least),
    )
    const dtype = weights ? meet(layer, [x, weights]) : 'int32'
    const batch = x.shape.slice(0, -1)
    const width = x.shape.at(-1) ?? 1
    const results = [{ shape: [...batch, length], dtype }]
    const inputs = weights ? [x, cast(context, weights, dtype)] : [x]
    return numericOp(context, 'bincount', inputs, results, ([a, w], [y]) => {
      y!.fill(0)
      for (let i = 0; i < a!.length; i++) {
        const at = a![i]!
        if (at < 0 || at >= length) throw outOfRange(layer, at, length)
        const place = Math.floor(i / width) * length + at
        y![place] = y![place]! + (w ? w[i]! : 1)
      }
    })
  }),
  histogram: general('x', 'bins range', (context, _layer, given) => {
    const x = given.tensor('x')
    const bins = given.number('bins', 10)
    const value = given.value('range')
    const range =
      value?.kind === 'list'
        ? value.list.items.map((item) =>
            item.kind === 'integer'
              ? item.integer
              : item.kind === 'number'
                ? item.number
                : Number.NaN,
          )
        : undefined
    const results = [
      { shape: [bins], dtype: x.dtype },
      { shape: [bins + 1], dtype: x.dtype },
    ]
    return numericOp(context, 'histogram', [x], results, ([a], [counts, edges]) => {
      const [least, most] = range ?? [
        a!.reduce((p, q) => Math.min(p, q)),
        a!.reduce((p, q) => Math.max(p, q)),
      ]
      for (let k = 0; k <= bins; k++)
        edges![k] = k === bins ? most! : least! + (k * (most! - least!)) / bins
      counts!.fill(0)
      for (const e of a!) {
        if (!(e >= least! && e <= most!)) continue
        const at = searchPlace(edges!, 1, bins, e, true)
        counts![at] = counts![at]! + 1
      }
    })
  }),
  unravel_index: general('indices', 'shape', (context, layer, given) => {
    const x = given.tensor('indices')
    const shape = given.integers('shape') ?? []
    const results = shape.map(() => ({ shape: x.shape, dtype: x.dtype }))
    return numericOp(context, 'unravel_index', [x], results, ([a], targets) => {
      const count = elementCount(shape)
      for (let i = 0; i < a!.length; i++) {
        let rest = a![i]! < 0 ? a![i]! + count : a![i]!
        if (!(rest >= 0 && rest < count)) throw outOfRange(layer, rest, count)
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          targets[axis]![i] = rest % shape[axis]!
          rest = Math.floor(rest / shape[axis]!)
        }
      }
    })
  }),
  ...Object.fromEntries(
    (['segment_sum', 'segment_max', 'segment_min', 'segment_prod'] as const).map((name) => [
      name,
      general('data segment_ids', 'num_segments sorted', (context, _layer, given) => {
        const [data, ids] = [given.tensor('data'), given.tensor('segment_ids')]
        const count =
          given.value('num_segments') === undefined
            ? dynamicSize(context, cast(context, ids, 'int32'), (elements) =>
                (elements as Int32Array).reduce((most, e) => Math.max(most, e + 1), 0),
              )
            : given.number('num_segments')
        const width = elementCount(data.shape.slice(1))
        const neutral = segmentNeutral[name]
        const results = [{ shape: [count, ...data.shape.slice(1)], dtype: data.dtype }]
        const extremes = extremesOf(data.dtype)
        return numericOp(context, name, [data, ids], results, ([a, s], [y]) => {
          y!.fill(neutral === 'least' ? extremes[0] : neutral === 'most' ? extremes[1] : neutral)
          for (let row = 0; row < s!.length; row++) {
            const at = s![row]!
            if (at < 0 || at >= count) continue
            for (let k = 0; k < width; k++) {
              const [to, e] = [at * width + k, a![row * width + k]!]
              y![to] = segmentFold[name](y![to]!, e)
            }
          }
        })
      }),
    ]),
  ),
}

const segmentNeutral = {
  segment_sum: 0,
  segment_prod: 1,
  segment_max: 'least',
  segment_min: 'most',
} as const

const segmentFold = {
  segment_sum: (a: number, b: number) => a + b,
  segment_prod: (a: number, b: number) => a * b,
  segment_max: (a: number, b: number) => (b > a || b !== b ? b : a),
  segment_min: (a: number, b: number) => (b < a || b !== b ? b : a),
} as const

/** What TensorFlow has for segments without elements: least and largest number of the dtype. */
function extremesOf(dtype: Value['dtype']): [number, number] {
  switch (dtype) {
    case 'float64':
      return [-Number.MAX_VALUE, Number.MAX_VALUE]
    case 'float16':
      return [-65504, 65504]
    case 'bfloat16':
      return [-3.3895313892515355e38, 3.3895313892515355e38]
    case 'float32':
      return [-3.4028234663852886e38, 3.4028234663852886e38]
    case 'int64':
      return [-(2 ** 63), 2 ** 63]
    default:
      return [-(2 ** 31), 2 ** 31 - 1]
  }
}

/** The error for an index that a run has met. */
export function outOfRange(layer: Layer, index: number, count: number): InputError {
  return new InputError('index out of range', {
    layer: layer.name,
    expected: `${-count}…${count - 1}`,
    got: `${index}`,
  })
}
