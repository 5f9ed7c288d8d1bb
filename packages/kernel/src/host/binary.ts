import type { Layer } from '@dotplus/core'

import type { BinaryName } from '../records.ts'
import { isFloating } from '../dtype/element-type.ts'
import { unsupported, type LowerContext, type Value } from '../lower/context.ts'
import { combineElements } from './elementwise.ts'

/** Arithmetic of numbers as of bigints: one function serves both. */
type Arithmetic = (a: number, b: number) => number

const truth =
  (test: (a: number, b: number) => boolean): Arithmetic =>
  (a, b) =>
    test(a, b) ? 1 : 0

const least: Arithmetic = (a, b) => (a !== a ? a : b !== b ? b : b < a ? b : a)
const largest: Arithmetic = (a, b) => (a !== a ? a : b !== b ? b : b > a ? b : a)

const comparisons: Readonly<Record<string, Arithmetic>> = {
  equal: truth((a, b) => a === b),
  not_equal: truth((a, b) => a !== b),
  less: truth((a, b) => a < b),
  less_equal: truth((a, b) => a <= b),
}

const operations: Readonly<Record<string, Arithmetic>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  minimum: least,
  maximum: largest,
  squared_difference: (a, b) => (a - b) * (a - b),
}

/** a ∘ b of one dtype, with broadcasting; integers wrap around. */
export function hostBinary(
  context: LowerContext,
  layer: Layer,
  name: BinaryName,
  a: Value,
  b: Value,
): Value {
  const plain = name.replace('int_', '')
  const comparison = comparisons[plain]
  if (comparison) return combineElements(context, layer, plain, [a, b], 'bool', comparison)
  const { dtype } = a
  const wraps =
    plain === 'multiply' && !isFloating(dtype) && dtype !== 'int64' && dtype !== 'uint64'
  const operation = wraps ? Math.imul : operations[plain]
  if (operation) return combineElements(context, layer, plain, [a, b], dtype, operation)
  if (plain === 'divide' && isFloating(dtype))
    return combineElements(context, layer, plain, [a, b], dtype, (x: number, y: number) => x / y)
  throw unsupported(layer, `${plain} of`, dtype)
}
