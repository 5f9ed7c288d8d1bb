import { InputError, type Layer } from '@dotplus/core'

import { hostOp, isWide } from './host-op.ts'
import type { ElementType, LowerContext, Value } from './context.ts'

/** How indices are encoded. */
export interface Encoding {
  /** "one_hot", "multi_hot" or "count". */
  readonly mode: string
  /** Length of an encoding. */
  readonly depth: number
  readonly dtype: ElementType
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1)
}

/**
 * Encodes indices of any dtype as Keras does on TensorFlow (keras.utils.encode_categorical_inputs): an axis of `depth`
 * comes last. "one_hot" drops a last axis of 1 first; the others take an axis together, the last one of tensors up to
 * rank 2 and axis 1 of those above. Indices of `depth` and more count for nothing.
 *
 * @param weights of x's shape: what an index counts for in mode "count", and the result's dtype
 */
export function encode(
  context: LowerContext,
  layer: Layer,
  x: Value,
  { mode, depth, dtype }: Encoding,
  weights?: Value,
): Value {
  const { shape } = x
  if (mode === 'one_hot') {
    const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape
    return encoded(context, 'one_hot', [x], [...kept, depth], dtype, (index, _, i) => [i, index])
  }
  const axis = shape.length <= 2 ? shape.length - 1 : 1
  const size = shape[axis] ?? 1
  const inner = product(shape.slice(axis + 1))
  const rows = [...shape.slice(0, axis), ...shape.slice(axis + 1)]
  const row = (i: number): number => Math.floor(i / (size * inner)) * inner + (i % inner)
  const place = (index: number, given: number | bigint, i: number): [number, number] => {
    if (index < 0 && shape.length <= 2) {
      throw new InputError('an index below 0', {
        layer: layer.name,
        expected: `0 to ${depth - 1}`,
        got: `${given}`,
      })
    }
    return [row(i), index]
  }
  const operands = weights ? [x, weights] : [x]
  return encoded(context, mode, operands, [...rows, depth], weights?.dtype ?? dtype, place)
}

/** Adds to or sets, by `kind`, the element of the row and index that `place` finds for each element of x. */
function encoded(
  context: LowerContext,
  kind: string,
  operands: readonly Value[],
  shape: readonly number[],
  dtype: ElementType,
  place: (index: number, given: number | bigint, i: number) => [row: number, index: number],
): Value {
  const depth = shape.at(-1) as number
  const [zero, one] = (isWide(dtype) ? [0n, 1n] : [0, 1]) as [number, number]
  const [y] = hostOp(context, kind, operands, [{ shape, dtype }], ([x, weights], [result]) => {
    const to = result as Float64Array
    const from = x as Float64Array
    to.fill(zero)
    for (let i = 0; i < from.length; i++) {
      const [row, index] = place(Math.trunc(Number(from[i])), from[i] as number, i)
      if (!(index >= 0 && index < depth)) continue
      const at = row * depth + index
      const weight = weights ? (weights[i] as number) : one
      to[at] = kind === 'count' ? (to[at] as number) + weight : one
    }
  })
  return y as Value
}
