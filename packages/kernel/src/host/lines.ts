import { elementCount, type Layer } from '@dotplus/core'

import type { ElementType, LowerContext, Value } from '../lower/context.ts'
import { hostOp, type Float64Function, type HostElements } from '../lower/host-op.ts'
import { transpose } from '../lower/permute.ts'
import { axesLast, inverse } from '../lower/reduce.ts'
import { numericOp, type Numbers, type Target } from './numeric.ts'

/** x with some axes moved to the end and joined: one line of elements after the other. */
export function linesOf(
  context: LowerContext,
  layer: Layer,
  x: Value,
  axes: readonly number[],
): { lines: Value; rest: number[]; length: number } {
  const rest = x.shape.filter((_, axis) => !axes.includes(axis))
  const moved = transpose(context, layer, x, axesLast(axes, x.shape.length))
  const length = elementCount(axes.map((axis) => x.shape[axis] as number))
  return { lines: context.view(moved, [elementCount(rest), length]), rest, length }
}

/** Shape of a reduction over axes. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepdims: boolean,
): number[] {
  if (keepdims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  return shape.filter((_, axis) => !axes.includes(axis))
}

/** One number for each line of x along axes. */
export function reduceLines(
  context: LowerContext,
  layer: Layer,
  kind: string,
  x: Value,
  axes: readonly number[],
  keepdims: boolean,
  dtype: ElementType,
  f: (line: Numbers, float64: Float64Function) => number,
): Value {
  const { lines, length } = linesOf(context, layer, x, axes)
  const shape = reducedShape(x.shape, axes, keepdims)
  return numericOp(context, kind, [lines], [{ shape, dtype }], ([a], [y], float64) => {
    for (let i = 0; i < y!.length; i++)
      y![i] = f(a!.subarray(i * length, (i + 1) * length), float64)
  })[0] as Value
}

/** The same for elements of any kind, folded from left to right. */
export function foldLines<Element extends number | bigint>(
  context: LowerContext,
  layer: Layer,
  kind: string,
  x: Value,
  axes: readonly number[],
  keepdims: boolean,
  first: Element | undefined,
  f: (a: Element, b: Element) => Element,
): Value {
  const { lines, length } = linesOf(context, layer, x, axes)
  const shape = reducedShape(x.shape, axes, keepdims)
  return hostOp(context, kind, [lines], [{ shape, dtype: x.dtype }], ([from], [to]) => {
    const [a, y] = [from as HostElements, to as HostElements]
    for (let i = 0; i < y.length; i++) {
      let value = first ?? (a[i * length] as Element)
      for (let k = first === undefined ? 1 : 0; k < length; k++)
        value = f(value, a[i * length + k] as Element)
      y[i] = value
    }
  })[0] as Value
}

/** Lines along one axis mapped to lines of another length and dtype, each result in a tensor of its own. */
export function mapLines(
  context: LowerContext,
  layer: Layer,
  kind: string,
  x: Value,
  axis: number,
  results: readonly { readonly length: number; readonly dtype: ElementType }[],
  f: (line: Numbers, results: readonly Target[], float64: Float64Function) => void,
): Value[] {
  const { lines, rest, length } = linesOf(context, layer, x, [axis])
  const shapes = results.map((result) => ({
    shape: [...rest, result.length],
    dtype: result.dtype,
  }))
  const outputs = numericOp(context, kind, [lines], shapes, ([a], targets, float64) => {
    const count = elementCount(rest)
    for (let i = 0; i < count; i++) {
      const own = targets.map((target, k) => {
        const size = (results[k] as { length: number }).length
        return (target as Numbers).subarray(i * size, (i + 1) * size)
      })
      f(a!.subarray(i * length, (i + 1) * length), own, float64)
    }
  })
  const back = inverse(axesLast([axis], x.shape.length))
  return outputs.map((value) => transpose(context, layer, value, back))
}
