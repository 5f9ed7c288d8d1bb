import { elementCount, type Layer } from '@dotplus/core'

import type { ElementType, LowerContext, Value } from '../lower/context.ts'
import { hostOp, type HostElements } from '../lower/host-op.ts'
import { broadcast } from '../lower/merge.ts'
import { stepsOf } from '../lower/strided.ts'

/** An element of any dtype as JavaScript has it. */
export type Element = number | bigint | string

/** NumPy's broadcast shape of any number of shapes. */
export function broadcastShape(shapes: readonly (readonly number[])[], layer: Layer): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length))
  const aligned = shapes.map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape])
  return aligned.reduce((a, b) => broadcast(a, b, layer))
}

/** Index into an operand's elements for every element of the shape it is broadcast to, in order. */
export function broadcastIndices(
  operand: readonly number[],
  shape: readonly number[],
): Int32Array | undefined {
  const count = elementCount(shape)
  if (elementCount(operand) === count) return undefined
  const missing = shape.length - operand.length
  const own = stepsOf(operand)
  const steps = shape.map((_, axis) =>
    axis < missing || operand[axis - missing] === 1 ? 0 : (own[axis - missing] as number),
  )
  return walk(shape, steps)
}

/** Offsets of a walk through a shape in row-major order. */
export function walk(shape: readonly number[], steps: readonly number[], offset = 0): Int32Array {
  const indices = new Int32Array(elementCount(shape))
  const at = shape.map(() => 0)
  let index = offset
  for (let i = 0; i < indices.length; i++) {
    indices[i] = index
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += steps[axis] as number
      at[axis] = (at[axis] as number) + 1
      if ((at[axis] as number) < (shape[axis] as number)) break
      index -= (steps[axis] as number) * (shape[axis] as number)
      at[axis] = 0
    }
  }
  return indices
}

/** f of every element of x. */
export function mapElements(
  context: LowerContext,
  kind: string,
  x: Value,
  dtype: ElementType,
  f: (x: never) => Element,
): Value {
  const apply = f as (x: Element) => Element
  return hostOp(context, kind, [x], [{ shape: x.shape, dtype }], ([from], [to]) => {
    const [a, y] = [from as HostElements, to as Element[]]
    for (let i = 0; i < a.length; i++) y[i] = apply(a[i] as Element)
  })[0] as Value
}

/** f of the elements of tensors that are broadcast to each other; of two it gets the kernel's float64 functions too. */
export function combineElements(
  context: LowerContext,
  layer: Layer,
  kind: string,
  values: readonly Value[],
  dtype: ElementType,
  f: (a: never, b: never, last: never) => Element,
): Value {
  const apply = f as (...elements: unknown[]) => Element
  const shape = broadcastShape(
    values.map((value) => value.shape),
    layer,
  )
  const indices = values.map((value) => broadcastIndices(value.shape, shape))
  return hostOp(context, kind, values, [{ shape, dtype }], (from, [to], float64) => {
    const y = to as Element[]
    const at = (operand: number, i: number): Element =>
      (from[operand] as Element[])[indices[operand]?.[i] ?? i] as Element
    const [first, second] = from as Element[][]
    if (values.length === 2 && first && second) {
      const [i1, i2] = indices
      for (let i = 0; i < y.length; i++)
        y[i] = apply(
          first[i1 ? (i1[i] as number) : i]!,
          second[i2 ? (i2[i] as number) : i]!,
          float64,
        )
      return
    }
    for (let i = 0; i < y.length; i++) y[i] = apply(...values.map((_, operand) => at(operand, i)))
  })[0] as Value
}
