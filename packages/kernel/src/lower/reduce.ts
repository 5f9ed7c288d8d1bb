import { elementCount, type Layer } from '@dotplus/core'
import { writeReduce, type ReductionName } from '../records.ts'
import { LowerContext, resolveAxis, type Value } from './context.ts'
import { transpose } from './permute.ts'

/** Axes of Keras, which may count from the end, in ascending order; none stands for all. */
export function resolveAxes(
  axes: readonly number[] | undefined,
  rank: number,
  layer: Layer,
): number[] {
  if (axes === undefined) return [...Array(rank).keys()]
  return [...new Set(axes.map((axis) => resolveAxis(axis, rank, layer)))].toSorted((a, b) => a - b)
}

/** The permutation that puts `axes` last, in order. */
export function axesLast(axes: readonly number[], rank: number): number[] {
  return [...[...Array(rank).keys()].filter((axis) => !axes.includes(axis)), ...axes]
}

/** The permutation that undoes `permutation`. */
export function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, i) => permutation.indexOf(i))
}

/**
 * Reduces x over axes, in ascending order, in float64.
 *
 * @param axes resolved axes; none leave x as it is only in shape, each element is still its own reduction
 */
export function reduce(
  context: LowerContext,
  layer: Layer,
  reduction: ReductionName,
  x: Value,
  axes: readonly number[],
  keepdims: boolean,
): Value {
  const rank = x.shape.length
  const reduced = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const result = keepdims ? reduced : x.shape.filter((_, axis) => !axes.includes(axis))
  const [first = rank] = axes
  const consecutive = axes.every((axis, i) => axis === first + i)
  const ordered = consecutive ? x : transpose(context, layer, x, axesLast(axes, rank))
  const start = consecutive ? first : rank - axes.length
  const rows = elementCount(ordered.shape.slice(0, start))
  const count = elementCount(ordered.shape.slice(start, start + axes.length))
  const width = elementCount(ordered.shape.slice(start + axes.length))
  const y = context.value(result)
  if (rows * width === 0) return y
  const [read, write] = [context.operand(ordered, count * width), context.operand(y, width)]
  context.push({
    kind: reduction,
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: count > 0,
    emit: (program, index, place) =>
      writeReduce(program, index, {
        reduction,
        rows,
        count,
        width,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
      }),
  })
  return y
}
