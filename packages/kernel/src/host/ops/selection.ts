import type { Layer } from '@dotplus/core'
import { rounded } from '../../dtype/half.ts'
import { cast } from '../../lower/cast.ts'
import type { ElementType, LowerContext, Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { where } from '../../lower/where.ts'
import { combineElements } from '../elementwise.ts'
import { numericOp, type Target } from '../numeric.ts'
import { isScalar, isSingle, meet, single, type Term, termOf } from '../terms.ts'
import { both, meeting, pairwise } from './arithmetic.ts'
import { general, type GeneralOps } from './general.ts'
import { nonzero } from './nonzero.ts'

function clip(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = own.dtype === 'bool' ? cast(context, own, 'int32') : own
  const [least, most] = ['x_min', 'x_max'].map((name) => {
    const term = termOf(context, given, name)
    return isScalar(term) ? term : cast(context, term, x.dtype)
  }) as [Term, Term]
  const raised = meeting(context, layer, 'maximum', [x, least], x.dtype)
  return meeting(context, layer, 'minimum', [raised, most], x.dtype)
}

/** numpy.where of tensors of any dtype. */
export function choose(
  context: LowerContext,
  layer: Layer,
  condition: Value,
  terms: readonly [Term, Term],
  dtype: ElementType,
): Value {
  const test = cast(context, condition, 'bool')
  if (isSingle(dtype)) {
    const [a, b] = terms.map((term) =>
      isScalar(term) ? rounded(dtype, term.number) : single(context, cast(context, term, dtype)),
    ) as [Value | number, Value | number]
    return cast(context, where(context, layer, test, a, b), dtype)
  }
  const [a, b] = both(context, terms, dtype)
  return combineElements(
    context,
    layer,
    'where',
    [test, a, b],
    dtype,
    (c: number, x: number, y: number) => (c ? x : y),
  )
}

function isClose(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const terms: [Term, Term] = [termOf(context, given, 'x1'), termOf(context, given, 'x2')]
  const met = meet(layer, terms, 'float')
  const [rtol, atol] = [given.number('rtol', 1e-5), given.number('atol', 1e-8)]
  const nan = given.flag('equal_nan')
  return pairwise(context, layer, 'isclose', both(context, terms, met), 'bool', (a, b) => {
    if (a !== a || b !== b) return Number(nan && a !== a && b !== b)
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Number(a === b)
    return Number(Math.abs(a - b) <= atol + rtol * Math.abs(b))
  })
}

export const selections: GeneralOps = {
  clip: general('x x_min x_max', 'x_min x_max', clip),
  isclose: general('x1 x2 rtol atol', 'rtol atol equal_nan', (context, layer, given) =>
    isClose(context, layer, given),
  ),
  allclose: general('x1 x2', 'rtol atol equal_nan', (context, layer, given) => {
    const close = isClose(context, layer, given)
    return numericOp(context, 'all', [close], [{ shape: [], dtype: 'bool' }], ([a], [y]) => {
      ;(y as Target)[0] = Number(a!.every((e) => e !== 0))
    })[0] as Value
  }),
  where: general('condition x1 x2', '', (context, layer, given) => {
    if (given.value('x1') === undefined) return nonzero(context, given.tensor('condition'))
    const terms: [Term, Term] = [termOf(context, given, 'x1'), termOf(context, given, 'x2')]
    const condition = given.tensor('condition')
    return choose(context, layer, condition, terms, meet(layer, terms))
  }),
  select: general('condlist choicelist default', 'default', (context, layer, given) => {
    const conditions = given.tensors('condlist')
    const choices = given.tensors('choicelist')
    const fallback: Term = given.value('default')
      ? termOf(context, given, 'default')
      : { number: 0, weak: 'int' }
    const dtype = meet(layer, [...choices, fallback])
    return choices.reduceRight<Term>(
      (rest, choice, i) => choose(context, layer, conditions[i] as Value, [choice, rest], dtype),
      fallback,
    ) as Value
  }),
}
