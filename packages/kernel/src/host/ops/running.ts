import { elementCount } from '@dotplus/core'
import { isFloating } from '../../dtype/element-type.ts'
import { cast } from '../../lower/cast.ts'
import { resolveAxis, type Value } from '../../lower/context.ts'
import { isWide } from '../../lower/host-op.ts'
import { linesOf, mapLines, reducedShape } from '../lines.ts'
import { numericOp } from '../numeric.ts'
import { dtypeArgument, floatOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { preciseSum } from './reduction.ts'

const cumulative = (name: string, product: boolean, skipNaN = false): GeneralOps => ({
  [name]: general('x', 'axis dtype', (context, layer, given) => {
    const own = given.tensor('x')
    const dtype = dtypeArgument(given, layer) ?? (own.dtype === 'bool' ? 'int32' : own.dtype)
    const flat = given.value('axis') === undefined
    const cut = flat ? context.view(own, [elementCount(own.shape)]) : own
    const x = cast(context, cut, dtype)
    const axis = resolveAxis(given.number('axis', 0), x.shape.length, layer)
    const length = x.shape[axis] as number
    const wraps = !isFloating(dtype) && !isWide(dtype)
    const neutral = product ? 1 : 0
    return mapLines(context, layer, name, x, axis, [{ length, dtype }], (line, [y]) => {
      let value = neutral
      for (let i = 0; i < line.length; i++) {
        const e = skipNaN && line[i] !== line[i] ? neutral : line[i]!
        value = product ? (wraps ? Math.imul(value, e) : value * e) : value + e
        y![i] = value
      }
    })
  }),
})

export const runningTotals: GeneralOps = {
  ...cumulative('cumsum', false),
  ...cumulative('cumprod', true),
  ...cumulative('nancumsum', false, true),
  ...cumulative('nancumprod', true, true),
  trapezoid: general('y x', 'x dx axis', (context, layer, given) => {
    const own = given.tensor('y')
    const y = cast(context, own, floatOf(own))
    const axis = resolveAxis(given.number('axis', -1), y.shape.length, layer)
    const places = given.optionalTensor('x')
    const { lines, length } = linesOf(context, layer, y, [axis])
    const at = places && cast(context, places, y.dtype)
    const whole = at && at.shape.length === y.shape.length
    const inputs = at ? [lines, whole ? linesOf(context, layer, at, [axis]).lines : at] : [lines]
    const dx = given.number('dx', 1)
    const shape = reducedShape(y.shape, [axis], false)
    return numericOp(context, 'trapezoid', inputs, [{ shape, dtype: y.dtype }], ([a, b], [out]) => {
      for (let i = 0; i < out!.length; i++) {
        const from = whole ? i * length : 0
        const step = (k: number): number => (b ? b[from + k + 1]! - b[from + k]! : dx)
        out![i] = preciseSum(
          Array.from({ length: Math.max(length - 1, 0) }, (_, k) => {
            const [p, q] = [a![i * length + k]!, a![i * length + k + 1]!]
            return 0.5 * (p + q) * step(k)
          }),
        )
      }
    })
  }),
  diff: general('a', 'n axis', (context, layer, given) => {
    let x = given.tensor('a')
    const axis = resolveAxis(given.number('axis', -1), x.shape.length, layer)
    for (let n = given.number('n', 1); n > 0; n--) {
      const length = Math.max((x.shape[axis] as number) - 1, 0)
      const { dtype } = x
      x = mapLines(context, layer, 'diff', x, axis, [{ length, dtype }], (line, [y]) => {
        for (let i = 0; i < length; i++) y![i] = line[i + 1]! - line[i]!
      })[0] as Value
    }
    return x
  }),
}
