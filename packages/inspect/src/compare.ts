import { elementCount } from '@dotplus/core'
import { formatError } from './numbers.ts'
import type { Tolerance } from './tolerance.ts'
import { ulpDistance } from './ulp.ts'

/** An array as a call gave it or a file holds it. */
export interface Values {
  readonly data: ArrayLike<number | bigint | string>
  readonly shape: readonly number[]
  /** Integers, bools and strings have to be equal; no tolerance holds for them. */
  readonly exact?: boolean
}

/** How far an output is from the expected one. */
export interface Difference {
  /** Every element is within the tolerance. */
  readonly ok: boolean
  /** Largest |actual - expected| over elements that are finite in both. */
  readonly maxAbs: number
  /** Largest distance in units in the last place over the same elements. */
  readonly maxUlp: number
  /** What is wrong with the element that misses its bound most; undefined when ok. */
  readonly reason: string | undefined
}

/**
 * Compares an output with what Keras answered. Strings, integers and bools have to be equal. NaN equals NaN, infinities equal themselves, −0 equals 0.
 *
 * @param format what units in the last place are counted in
 */
export function compare(
  actual: Values,
  expected: Values,
  tolerance: Tolerance,
  format: 'float32' | 'float64' = 'float32',
): Difference {
  if (
    actual.shape.join() !== expected.shape.join() ||
    actual.data.length !== elementCount(expected.shape)
  ) {
    const reason = `wrong shape: expected [${expected.shape.join(', ')}], got [${actual.shape.join(', ')}]`
    return { ok: false, maxAbs: NaN, maxUlp: NaN, reason }
  }
  const { rtol, atol } = expected.exact ? { rtol: 0, atol: 0 } : tolerance
  const floor = expected.exact ? 0 : atol * largestFinite(expected.data as ArrayLike<number>)
  let maxAbs = 0
  let maxUlp = 0
  let worst: Miss | undefined
  for (let i = 0; i < expected.data.length; i++) {
    const a = actual.data[i] as number
    const b = expected.data[i] as number
    if (Object.is(a, b) || a === b) continue
    // Integers of 64 bits are equal to those of other kinds when they have the same digits.
    if (expected.exact && `${a}` === `${b}`) continue
    if (!Number.isFinite(a) || !Number.isFinite(b)) {
      worst = worse(worst, { index: i, excess: Infinity, actual: a, expected: b })
      continue
    }
    const distance = Math.abs(a - b)
    maxAbs = Math.max(maxAbs, distance)
    maxUlp = Math.max(maxUlp, ulpDistance(a, b, format))
    const bound = floor + rtol * Math.abs(b)
    if (distance > bound)
      worst = worse(worst, { index: i, excess: distance / bound, actual: a, expected: b, bound })
  }
  return {
    ok: worst === undefined,
    maxAbs,
    maxUlp,
    reason: worst && describe(worst, expected.shape),
  }
}

/** An element outside its bound. */
interface Miss {
  readonly index: number
  /** Distance by bound. */
  readonly excess: number
  readonly actual: number
  readonly expected: number
  /** Undefined where one of the two is not finite. */
  readonly bound?: number
}

function worse(known: Miss | undefined, miss: Miss): Miss {
  return known && known.excess >= miss.excess ? known : miss
}

function largestFinite(data: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i] as number)
    if (size > largest && size < Infinity) largest = size
  }
  return largest
}

function describe({ index, actual, expected, bound }: Miss, shape: readonly number[]): string {
  const values = `at [${indexInShape(index, shape).join(', ')}]: expected ${expected}, got ${actual}`
  if (bound === undefined) return values
  return `${values}, |Δ| ${formatError(Math.abs(actual - expected))} where ${formatError(bound)} is allowed`
}

function indexInShape(index: number, shape: readonly number[]): number[] {
  const position: number[] = []
  let rest = index
  for (const size of shape.toReversed()) {
    position.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return position
}
