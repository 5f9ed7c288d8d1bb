import { elementCount, type Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { linesOf, reducedShape } from '../lines.ts'
import { numericOp } from '../numeric.ts'
import { floatOf, tensorOf, valueOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { axesOf } from './reduction.ts'

type Method = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'

/** numpy.quantile of sorted numbers. */
export function quantileOf(sorted: ArrayLike<number>, q: number, method: Method): number {
  if (sorted.length === 0) return Number.NaN
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  const [a, b] = [sorted[low]!, sorted[high]!]
  switch (method) {
    case 'lower':
      return a
    case 'higher':
      return at === low ? a : b
    case 'midpoint':
      return at === low ? a : (a + b) / 2
    case 'nearest': {
      const rest = at - low
      return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? a : b
    }
    default:
      return at === low ? a : a + (b - a) * (at - low)
  }
}

const methods = new Set(['linear', 'lower', 'higher', 'midpoint', 'nearest'])

/** Quantiles along axes; several of them are a first axis. */
function quantiles(
  context: LowerContext,
  layer: Layer,
  own: Value,
  q: Value,
  given: OpArguments,
  options: { scale: number; skipNaN: boolean },
): Value {
  const x = cast(context, own, floatOf(own))
  const method = given.text('method', 'linear')
  if (!methods.has(method)) throw unsupported(layer, 'method of quantile', method)
  const axes = axesOf(given, x, layer)
  const { lines, length } = linesOf(context, layer, x, axes)
  const rest = reducedShape(x.shape, axes, given.flag('keepdims'))
  const shape = [...q.shape, ...rest]
  return numericOp(context, 'quantile', [lines, q], [{ shape, dtype: x.dtype }], ([a, at], [y]) => {
    const count = elementCount(rest)
    for (let i = 0; i < count; i++) {
      const line = a!.slice(i * length, (i + 1) * length)
      const numbers = options.skipNaN ? line.filter((e) => e === e) : line
      const sorted = numbers.some((e) => e !== e) ? undefined : numbers.toSorted()
      for (let k = 0; k < at!.length; k++)
        y![k * count + i] = sorted
          ? quantileOf(sorted, at![k]! / options.scale, method as Method)
          : Number.NaN
    }
  })[0] as Value
}

const quantileOp = (name: string, scale: number, skipNaN: boolean): GeneralOps => ({
  [name]: general('x q', 'q axis method keepdims', (context, layer, given) => {
    const q = cast(context, tensorOf(context, given, 'q'), 'float64')
    return quantiles(context, layer, given.tensor('x'), q, given, { scale, skipNaN })
  }),
})

const medianOp = (name: string, skipNaN: boolean): GeneralOps => ({
  [name]: general('x', 'axis keepdims', (context, layer, given) => {
    const half = valueOf(context, { number: 0.5, weak: 'float' }, 'float64')
    return quantiles(context, layer, given.tensor('x'), half, given, { scale: 1, skipNaN })
  }),
})

export const quantileFunctions: GeneralOps = {
  ...quantileOp('quantile', 1, false),
  ...quantileOp('percentile', 100, false),
  ...quantileOp('nanquantile', 1, true),
  ...quantileOp('nanpercentile', 100, true),
  ...medianOp('median', false),
  ...medianOp('nanmedian', true),
}
