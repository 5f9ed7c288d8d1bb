import { elementCount, type Layer } from '@dotplus/core'

import { cast } from '../lower/cast.ts'
import type { LowerContext, Value } from '../lower/context.ts'
import type { Band } from '../sequence-records.ts'
import { numericOp } from './numeric.ts'
import { preciseSum } from './ops/reduction.ts'
import { choose } from './ops/selection.ts'
import type { Term } from './terms.ts'

/** Float64 a where the condition is not 0, else b, with NumPy's broadcasting. */
export function hostWhere(
  context: LowerContext,
  layer: Layer,
  condition: Value,
  a: Value | number,
  b: Value | number,
): Value {
  const [first, second] = [a, b].map((each): Term =>
    typeof each === 'number' ? { number: each, weak: 'float' } : each,
  ) as [Term, Term]
  return choose(context, layer, condition, [first, second], 'float64')
}

/** Float64 x where the mask of its row is set, else another tensor of x's shape or a number. */
export function hostSelect(
  context: LowerContext,
  x: Value,
  mask: Value,
  otherwise: Value | number,
): Value {
  const width = elementCount(x.shape) / Math.max(elementCount(mask.shape), 1)
  const other = typeof otherwise === 'number' ? [] : [otherwise]
  const results = [{ shape: x.shape, dtype: x.dtype }]
  return numericOp(context, 'select', [x, mask, ...other], results, ([a, m, b], [y]) => {
    for (let i = 0; i < a!.length; i++) {
      const rest = b ? b[i]! : (otherwise as number)
      y![i] = m![Math.floor(i / width)] ? a![i]! : rest
    }
  })[0] as Value
}

/** Float64 x (…, period, width) where column i of row t lies in [t − below, t + above]; `value` elsewhere. */
export function hostBand(context: LowerContext, x: Value, bounds: Band, value: number): Value {
  const [period = 1, width = 1] = x.shape.slice(-2)
  const results = [{ shape: x.shape, dtype: x.dtype }]
  return numericOp(context, 'band', [x], results, ([a], [y]) => {
    for (let i = 0; i < a!.length; i++) {
      const ahead = (i % width) - (Math.floor(i / width) % period)
      y![i] = ahead >= -bounds.below && ahead <= bounds.above ? a![i]! : value
    }
  })[0] as Value
}

/** Mean of float64 x (batch, steps, features) over the steps whose mask is set; NaN where none is. */
export function hostMaskedMean(context: LowerContext, x: Value, given: Value): Value {
  const [rows = 0, steps = 0, width = 0] = x.shape
  const mask = cast(context, given, 'bool')
  const results = [{ shape: [rows, width], dtype: x.dtype }]
  return numericOp(context, 'masked_mean', [x, mask], results, ([a, m], [y]) => {
    for (let i = 0; i < rows * width; i++) {
      const [row, feature] = [Math.floor(i / width), i % width]
      const kept: number[] = []
      for (let step = 0; step < steps; step++)
        if (m![row * steps + step]) kept.push(a![(row * steps + step) * width + feature]!)
      y![i] = preciseSum(kept) / kept.length
    }
  })[0] as Value
}
