import { ModelError, type Layer } from '@dotplus/core'

import { isFloating, isInteger } from '../../dtype/element-type.ts'
import { cast, logicalNot } from '../../lower/cast.ts'
import {
  type ElementType,
  type LowerContext,
  unsupported,
  type Value,
} from '../../lower/context.ts'
import { type Float64Function, hostOp, isWide } from '../../lower/host-op.ts'
import { map, unaryNames } from '../../lower/ops/elementwise.ts'
import { arrayOf, type ElementArray } from '../../model/element-type.ts'
import type { ActivationName } from '../../program.ts'
import * as L from '../../wasm/layout.ts'
import { doubleFunctions, log } from '../double.ts'
import { mapElements } from '../elementwise.ts'
import { numericOp } from '../numeric.ts'
import { floatOf, single, type Term } from '../terms.ts'
import { arithmetic, meeting } from './arithmetic.ts'
import { general, type GeneralOps } from './general.ts'

/** A function of float64 elements. */
export function mapDouble(
  context: LowerContext,
  name: string,
  x: Value,
  parameters: readonly number[] = [],
): Value {
  const f = doubleFunctions[name]
  if (!f) throw new TypeError(`no float64 function ${name}`)
  return numericOp(
    context,
    name,
    [x],
    [{ shape: x.shape, dtype: x.dtype }],
    ([a], [y], float64) => {
      for (let i = 0; i < a!.length; i++) y![i] = f(a![i]!, float64, parameters)
    },
  )[0] as Value
}

/** A function of x, of any floating dtype. */
export function mapFloat(context: LowerContext, name: string, x: Value): Value {
  if (x.dtype === 'float64') return mapDouble(context, name, x)
  const code = unaryNames[name] ?? (name as ActivationName)
  return cast(context, map(context, code, single(context, x)), x.dtype)
}

/** Functions that give floats for integers too. */
const floating = (name: string, code: string): GeneralOps => ({
  [name]: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    const dtype = x.dtype === 'int64' && name === 'cbrt' ? 'float64' : floatOf(x)
    const own = cast(context, x, dtype)
    if (dtype === 'float64') return mapDouble(context, code, own)
    return cast(context, map(context, code as ActivationName, single(context, own)), dtype)
  }),
})

const integral: Readonly<Record<string, (x: number) => number>> = {
  negative: (x) => -x,
  absolute: (x) => (x < 0 ? -x : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
}

/** Functions that give integers for integers. */
const keeping = (name: string, code: string): GeneralOps => ({
  [name]: general('x', '', (context, layer, given) => {
    let x = given.tensor('x')
    if (x.dtype === 'bool') x = name === 'square' ? cast(context, x, 'int32') : x
    if (isFloating(x.dtype)) return mapFloat(context, code, x)
    if (code === 'square') return arithmetic(context, layer, 'multiply', x, x)
    if (['round', 'trunc'].includes(code)) return x
    if (isWide(x.dtype))
      return mapElements(context, name, x, x.dtype, (e: bigint) => wideOf(code, e))
    return mapElements(context, name, x, x.dtype, integral[code] as (e: number) => number)
  }),
})

function wideOf(code: string, x: bigint): bigint {
  if (code === 'negative') return -x
  if (code === 'absolute') return x < 0n ? -x : x
  return x > 0n ? 1n : x < 0n ? -1n : 0n
}

/** A test of one floating element; integers all have the answer `whole`. */
export const test = (name: string, f: (x: number) => boolean, whole: boolean): GeneralOps => ({
  [name]: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    const answer = (e: number): number => Number(isFloating(x.dtype) ? f(e) : whole)
    return mapElements(context, name, x, 'bool', answer)
  }),
})

const largest: Readonly<Partial<Record<ElementType, number>>> = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
}

/** log Σ exp over numbers, kept finite by their maximum. */
export function logSumExp(numbers: readonly number[], f: Float64Function): number {
  const most = numbers.reduce((a, b) => (b > a || b !== b ? b : a), -Infinity)
  if (!Number.isFinite(most)) return most
  return (
    log(
      f,
      numbers.reduce((sum, x) => sum + f(L.EXPONENTIAL, x - most, 0), 0),
    ) + most
  )
}

export const elementwise: GeneralOps = {
  ...Object.fromEntries(
    Object.entries(unaryNames).flatMap(([name, code]) => Object.entries(floating(name, code))),
  ),
  ...keeping('negative', 'negative'),
  ...keeping('absolute', 'absolute'),
  ...keeping('abs', 'absolute'),
  ...keeping('sign', 'sign'),
  ...keeping('square', 'square'),
  ...keeping('trunc', 'trunc'),
  fabs: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    return mapFloat(context, 'absolute', cast(context, x, floatOf(x)))
  }),
  round: general('x', 'decimals', (context, layer, given) => {
    const x = given.tensor('x')
    const decimals = given.number('decimals', 0)
    if (!isFloating(x.dtype) && decimals >= 0) return x
    const own = isFloating(x.dtype) ? x : cast(context, x, 'float32')
    if (decimals === 0) return mapFloat(context, 'round', own)
    const factor: Term = { number: Number(`1e${decimals}`), weak: 'float' }
    const scaled = meeting(context, layer, 'multiply', [own, factor], own.dtype)
    const whole = mapFloat(context, 'round', scaled)
    return cast(context, meeting(context, layer, 'divide', [whole, factor], own.dtype), x.dtype)
  }),
  ...Object.fromEntries(
    ['deg2rad', 'rad2deg'].map((name) => [
      name,
      general('x', '', (context, _layer, given) => {
        const x = given.tensor('x')
        const dtype = x.dtype === 'int64' ? 'float64' : floatOf(x)
        return mapElements(context, name, cast(context, x, dtype), dtype, (e: number) =>
          name === 'deg2rad' ? e * (Math.PI / 180) : e * (180 / Math.PI),
        )
      }),
    ]),
  ),
  angle: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    return mapElements(context, 'angle', x, floatOf(x), (e: number | bigint) =>
      Number(e) < 0 ? Math.PI : Number.isNaN(e) ? Number.NaN : 0,
    )
  }),
  real: general('x', '', (_context, _layer, given) => given.tensor('x')),
  conjugate: general('x', '', (_context, _layer, given) => given.tensor('x')),
  conj: general('x', '', (_context, _layer, given) => given.tensor('x')),
  copy: general('x', '', (_context, _layer, given) => given.tensor('x')),
  imag: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    return mapElements(context, 'imag', x, x.dtype, () => (isWide(x.dtype) ? 0n : 0))
  }),
  ...test('isnan', (x) => x !== x, false),
  ...test('isinf', (x) => x === Infinity || x === -Infinity, false),
  ...test('isfinite', Number.isFinite, true),
  ...test('isposinf', (x) => x === Infinity, false),
  ...test('isneginf', (x) => x === -Infinity, false),
  ...test('isreal', () => true, true),
  signbit: general('x', '', (context, _layer, given) => {
    const x = given.tensor('x')
    return mapElements(context, 'signbit', x, 'bool', (e: number | bigint) =>
      Number(e < 0 || Object.is(e, -0)),
    )
  }),
  logical_not: general('x', '', (context, _layer, given) => logicalNot(context, given.tensor('x'))),
  ...Object.fromEntries(
    ['bitwise_not', 'bitwise_invert'].map((name) => [
      name,
      general('x', '', (context, layer, given) => {
        const x = given.tensor('x')
        if (x.dtype === 'bool') return logicalNot(context, x)
        if (!isInteger(x.dtype)) throw unsupported(layer, `${name} of`, x.dtype)
        return mapElements(context, name, x, x.dtype, (e: number) => ~e)
      }),
    ]),
  ),
  nan_to_num: general('x nan posinf neginf', 'nan posinf neginf', (context, _layer, given) => {
    const x = given.tensor('x')
    const most = largest[x.dtype]
    if (most === undefined) return x
    const [nan, up, down] = [
      given.number('nan', 0),
      given.number('posinf', most),
      given.number('neginf', -most),
    ]
    return mapElements(context, 'nan_to_num', x, x.dtype, (e: number) =>
      e !== e ? nan : e === Infinity ? up : e === -Infinity ? down : e,
    )
  }),
  view: general('x', 'dtype', (context, layer, given) => {
    const x = given.tensor('x')
    const text = given.text('dtype', x.dtype) as ElementType
    const words: readonly string[] = ['float32', 'int32', 'uint32']
    const wide: readonly string[] = ['float64', 'int64', 'uint64']
    if ([words, wide].some((set) => set.includes(x.dtype) && set.includes(text)))
      return { ...context.view(x, x.shape), dtype: text }
    return viewed(context, layer, x, text)
  }),
}

/** Dtypes whose elements are held in another form than their bytes. */
const withoutBytes: ReadonlySet<ElementType> = new Set(['float16', 'bfloat16', 'bool', 'string'])

/** What holds elements of a dtype whose bytes can be looked at. */
function viewable(dtype: ElementType): ElementArray | undefined {
  return withoutBytes.has(dtype) ? undefined : arrayOf(dtype)
}

/** The bytes of x as another dtype: narrower elements make the last axis longer, wider ones shorter. */
function viewed(context: LowerContext, layer: Layer, x: Value, dtype: ElementType): Value {
  const [from, to] = [viewable(x.dtype), viewable(dtype)]
  const last = x.shape.at(-1)
  if (!from || !to || last === undefined) throw unsupported(layer, `a view of ${x.dtype} as`, dtype)
  const length = (last * from.BYTES_PER_ELEMENT) / to.BYTES_PER_ELEMENT
  if (!Number.isInteger(length)) {
    throw new ModelError('a view', {
      layer: layer.name,
      expected: `a multiple of ${to.BYTES_PER_ELEMENT} bytes along the last axis`,
      got: `${last} of ${x.dtype}`,
    })
  }
  const result = { shape: [...x.shape.slice(0, -1), length], dtype }
  return hostOp(context, 'view', [x], [result], ([elements], [y]) => {
    const packed = from.from(elements as ArrayLike<number | bigint>)
    const seen = new to(packed.buffer)
    for (let i = 0; i < seen.length; i++) (y as unknown as (number | bigint)[])[i] = seen[i]!
  })[0] as Value
}
