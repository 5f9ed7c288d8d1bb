import { storageOf } from '../dtype/element-type.ts'
import type { ElementType, LowerContext, Value } from '../lower/context.ts'
import {
  hostOp,
  isWide,
  type Float64Function,
  type HostElements,
  type HostResult,
} from '../lower/host-op.ts'

/** Elements as numbers: a typed array of any kind but bigints, with what all of them have. */
export type Numbers = Float64Array

/** A result's elements, to be written. */
export type Target = Numbers | number[]

function numbersOf(elements: HostElements): Numbers {
  return elements instanceof BigInt64Array || elements instanceof BigUint64Array
    ? Float64Array.from(elements as BigInt64Array, Number)
    : (elements as unknown as Numbers)
}

/**
 * An op on numbers: integers of 64 bits come and go as float64, which holds them up to 2^53.
 *
 * @param run writes the results' elements, rounded and wrapped afterwards as `hostOp` does
 */
export function numericOp(
  context: LowerContext,
  kind: string,
  inputs: readonly Value[],
  results: readonly HostResult[],
  run: (inputs: readonly Numbers[], results: readonly Target[], float64: Float64Function) => void,
): Value[] {
  return hostOp(context, kind, inputs, results, (from, to, float64) => {
    const targets = to.map((elements, i) =>
      isWide((results[i] as HostResult).dtype)
        ? new Float64Array(elements.length)
        : (elements as unknown as Numbers),
    )
    run(from.map(numbersOf), targets, float64)
    for (const [i, elements] of to.entries()) {
      const target = targets[i] as Numbers
      if ((target as unknown) === elements) continue
      for (let k = 0; k < target.length; k++) (elements as BigInt64Array)[k] = wide(target[k]!)
    }
  })
}

function wide(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : -(2n ** 63n)
}

/** A tensor of given elements. */
export function constant(
  context: LowerContext,
  dtype: ElementType,
  shape: readonly number[],
  elements: ArrayLike<number>,
): Value {
  return numericOp(context, 'constant', [], [{ shape, dtype }], (_, [y]) => {
    for (let i = 0; i < elements.length; i++) (y as Target)[i] = elements[i] as number
  })[0] as Value
}

/** One number as an element of a dtype: rounded, cut off, wrapped around. */
export function elementOf(dtype: ElementType, value: number): number {
  switch (storageOf(dtype)) {
    case 'f32':
    case 'f64':
      return value
    default:
      return dtype === 'bool' ? Number(value !== 0) : Math.trunc(value)
  }
}
