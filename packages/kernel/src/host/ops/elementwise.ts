import type { Layer } from '@dotplus/core'

import { isFloating, isInteger } from '../../dtype/element-type.ts'
import { rounded } from '../../dtype/half.ts'
import { type ActivationName, type BinaryName } from '../../program.ts'
import { cast, logicalNot } from '../../lower/cast.ts'
import {
  unsupported,
  type ElementType,
  type LowerContext,
  type Value,
} from '../../lower/context.ts'
import { isWide, type Float64Function } from '../../lower/host-op.ts'
import { binary } from '../../lower/merge.ts'
import { combine, map, unaryNames } from '../../lower/ops/elementwise.ts'
import { where, withRank } from '../../lower/where.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { doubleFunctions, log, power } from '../double.ts'
import { combineElements, mapElements } from '../elementwise.ts'
import { numericOp, type Target } from '../numeric.ts'
import * as L from '../../wasm/layout.ts'
import { nonzero } from './nonzero.ts'
import { floatOf, isScalar, isSingle, meet, single, termOf, valueOf, type Term } from '../terms.ts'
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

/** a ∘ b of tensors of one dtype. */
export function arithmetic(
  context: LowerContext,
  layer: Layer,
  operation: BinaryName,
  a: Value,
  b: Value,
): Value {
  const rank = Math.max(a.shape.length, b.shape.length)
  return binary(context, layer, operation, withRank(context, a, rank), withRank(context, b, rank))
}

/** a ∘ b in a dtype that both are cast to. */
export function meeting(
  context: LowerContext,
  layer: Layer,
  operation: BinaryName,
  terms: readonly [Term, Term],
  dtype: ElementType,
): Value {
  if (!isSingle(dtype)) {
    const [a, b] = terms.map((term) => valueOf(context, term, dtype)) as [Value, Value]
    return arithmetic(context, layer, operation, a, b)
  }
  const [a, b] = terms.map((term) =>
    isScalar(term) ? rounded(dtype, term.number) : single(context, cast(context, term, dtype)),
  ) as [Value | number, Value | number]
  const y = combine(context, layer, operation, a, b)
  return y.dtype === 'float32' ? cast(context, y, dtype) : y
}

const pair = (
  name: string,
  lower: (context: LowerContext, layer: Layer, terms: [Term, Term]) => Value,
  parameters = 'x1 x2',
): GeneralOps => ({
  [name]: general(parameters, '', (context, layer, given) => {
    const [first, second] = parameters.split(' ') as [string, string]
    return lower(context, layer, [termOf(context, given, first), termOf(context, given, second)])
  }),
})

const promoting = (name: string, operation: BinaryName, bools?: BinaryName): GeneralOps =>
  pair(name, (context, layer, terms) => {
    const dtype = meet(layer, terms)
    if (dtype !== 'bool') return meeting(context, layer, operation, terms, dtype)
    if (bools) return meeting(context, layer, bools, terms, dtype)
    throw unsupported(layer, `${name} of`, 'bool')
  })

const comparing = (name: string, operation: BinaryName, swapped = false): GeneralOps =>
  pair(name, (context, layer, [a, b]) =>
    meeting(context, layer, operation, swapped ? [b, a] : [a, b], meet(layer, [a, b])),
  )

type Pairwise = (a: number, b: number, float64: Float64Function) => number
type WidePairwise = (a: bigint, b: bigint) => bigint

/** Functions of two numbers in float64, or of two integers, element by element. */
export function pairwise(
  context: LowerContext,
  layer: Layer,
  kind: string,
  [a, b]: readonly [Value, Value],
  dtype: ElementType,
  f: Pairwise,
  wide?: WidePairwise,
): Value {
  if (wide && isWide(a.dtype)) return combineElements(context, layer, kind, [a, b], dtype, wide)
  return combineElements(context, layer, kind, [a, b], dtype, f)
}

/** Two terms as tensors of one dtype. */
function both(context: LowerContext, terms: readonly Term[], dtype: ElementType): [Value, Value] {
  return terms.map((term) => valueOf(context, term, dtype)) as [Value, Value]
}

/** A function of two floats that the kernel has to float64 accuracy. */
const doublePair = (name: string, operation: BinaryName, code: number): GeneralOps =>
  pair(name, (context, layer, terms) => {
    const dtype = meet(layer, terms, 'float')
    if (isSingle(dtype)) return meeting(context, layer, operation, terms, dtype)
    return pairwise(context, layer, name, both(context, terms, dtype), dtype, (a, b, f) =>
      f(code, a, b),
    )
  })

const floorDivide: Pairwise = (a, b) => (b === 0 ? 0 : Math.floor(a / b))
const floorDivideWide: WidePairwise = (a, b) => {
  if (b === 0n) return 0n
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}
const modulo: Pairwise = (a, b) => {
  const rest = b === 0 ? 0 : a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}
const moduloWide: WidePairwise = (a, b) => {
  const rest = b === 0n ? 0n : a % b
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
}

/** Division and remainders, for integers and floats. */
const dividing = (
  name: string,
  operation: BinaryName,
  code: number,
  integers: Pairwise,
  wide: WidePairwise,
): GeneralOps =>
  pair(name, (context, layer, terms) => {
    const met = meet(layer, terms)
    const dtype = met === 'bool' && operation !== 'floor_divide' ? 'int32' : met
    if (isSingle(dtype)) return meeting(context, layer, operation, terms, dtype)
    const values = both(context, terms, dtype)
    const f: Pairwise = isFloating(dtype) ? (a, b, float64) => float64(code, a, b) : integers
    return pairwise(context, layer, name, values, dtype, f, wide)
  })

function wholePower(x: bigint, y: bigint): bigint {
  if (y < 0n) return x === 1n ? 1n : x === -1n ? (y % 2n === 0n ? 1n : -1n) : 0n
  let [result, base] = [1n, x]
  for (let rest = y; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * base)
    base = BigInt.asIntN(64, base * base)
  }
  return result
}

const powers = pair('power', (context, layer, terms) => {
  const dtype = meet(layer, terms)
  if (isSingle(dtype)) return meeting(context, layer, 'power', terms, dtype)
  const values = both(context, terms, dtype)
  if (dtype === 'float64')
    return pairwise(context, layer, 'power', values, dtype, (a, b, f) => power(f, a, b))
  const whole = (a: number, b: number): number =>
    Number(BigInt.asIntN(32, wholePower(BigInt(a), BigInt(b))))
  return pairwise(context, layer, 'power', values, dtype, whole, wholePower)
})

const bitwise = (name: string, f: Pairwise, wide: WidePairwise): GeneralOps =>
  pair(
    name,
    (context, layer, [a, b]) => {
      const dtype = meet(layer, [a, b])
      if (!isInteger(dtype) && dtype !== 'bool') throw unsupported(layer, `${name} of`, dtype)
      return pairwise(context, layer, name, both(context, [a, b], dtype), dtype, f, wide)
    },
    'x y',
  )

const and = bitwise(
  'bitwise_and',
  (a, b) => a & b,
  (a, b) => a & b,
)
const shifts = (direction: 'left' | 'right'): GeneralOps => {
  const lower = bitwise(
    `bitwise_${direction}_shift`,
    (a, b) => (direction === 'left' ? a << b : a > 2 ** 31 ? a >>> b : a >> b),
    (a, b) => (direction === 'left' ? a << (b & 63n) : a >> (b & 63n)),
  )
  const [shift] = Object.values(lower)
  return { ...lower, [`${direction}_shift`]: shift! }
}

const logical = (name: string, operation: BinaryName): GeneralOps =>
  pair(name, (context, layer, terms) => {
    const [a, b] = both(context, terms, 'bool')
    return arithmetic(context, layer, operation, a, b)
  })

/** A test of one floating element; integers all have the answer `whole`. */
const test = (name: string, f: (x: number) => boolean, whole: boolean): GeneralOps => ({
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

const nextBits = new DataView(new ArrayBuffer(8))

function nextAfter(x: number, towards: number): number {
  if (x !== x || towards !== towards) return Number.NaN
  if (x === towards) return towards
  if (x === 0) return towards > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE
  nextBits.setFloat64(0, x)
  const up = towards > x === x > 0
  nextBits.setBigInt64(0, nextBits.getBigInt64(0) + (up ? 1n : -1n))
  return nextBits.getFloat64(0)
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y) [x, y] = [y, x % y]
  return x
}
const lcm: WidePairwise = (a, b) => {
  const product = a * b
  return product === 0n ? 0n : (product < 0n ? -product : product) / gcd(a, b)
}
const byBigints =
  (f: WidePairwise): Pairwise =>
  (a, b) =>
    Number(f(BigInt(a), BigInt(b)))

const fraction: Pairwise = (a, b) => (b === 0 ? 0 : a / b)

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
  clip: general('x x_min x_max', 'x_min x_max', clip),
  view: general('x', 'dtype', (context, layer, given) => {
    const x = given.tensor('x')
    const text = given.text('dtype', x.dtype) as ElementType
    const words: readonly string[] = ['float32', 'int32', 'uint32']
    const wide: readonly string[] = ['float64', 'int64', 'uint64']
    if (![words, wide].some((set) => set.includes(x.dtype) && set.includes(text)))
      throw unsupported(layer, `a view of ${x.dtype} as`, text)
    return { ...context.view(x, x.shape), dtype: text }
  }),
  ...promoting('add', 'add', 'int_maximum'),
  ...promoting('subtract', 'subtract'),
  ...promoting('multiply', 'multiply', 'int_minimum'),
  ...promoting('maximum', 'maximum', 'int_maximum'),
  ...promoting('minimum', 'minimum', 'int_minimum'),
  ...Object.fromEntries(
    ['divide', 'true_divide'].flatMap((name) =>
      Object.entries(
        pair(name, (context, layer, terms) =>
          meeting(context, layer, 'divide', terms, meet(layer, terms, 'float')),
        ),
      ),
    ),
  ),
  ...pair('divide_no_nan', (context, layer, terms) => {
    const dtype = meet(layer, terms, 'float')
    return pairwise(context, layer, 'divide_no_nan', both(context, terms, dtype), dtype, fraction)
  }),
  ...dividing('floor_divide', 'floor_divide', L.FLOOR_DIVIDE, floorDivide, floorDivideWide),
  ...dividing('mod', 'modulo', L.MODULO, modulo, moduloWide),
  ...dividing('remainder', 'modulo', L.MODULO, modulo, moduloWide),
  ...dividing(
    'fmod',
    'remainder',
    L.REMAINDER,
    (a, b) => (b === 0 ? 0 : a % b),
    (a, b) => (b === 0n ? 0n : a % b),
  ),
  ...powers,
  ...Object.fromEntries(
    ['fmax', 'fmin'].flatMap((name) =>
      Object.entries(
        pair(name, (context, layer, terms) => {
          const dtype = meet(layer, terms)
          const above = name === 'fmax'
          const f: Pairwise = (a, b) => (a !== a ? b : b !== b ? a : above === a > b ? a : b)
          return pairwise(context, layer, name, both(context, terms, dtype), dtype, f, f as never)
        }),
      ),
    ),
  ),
  ...doublePair('arctan2', 'atan2', L.ATAN2),
  ...doublePair('hypot', 'hypot', L.HYPOT),
  ...doublePair('logaddexp', 'logaddexp', L.LOG_ADD_EXP),
  ...doublePair('logaddexp2', 'logaddexp2', L.LOG_ADD_EXP2),
  ...pair('heaviside', (context, layer, terms) => {
    const met = meet(layer, terms)
    const dtype = isFloating(met) ? met : met === 'int64' ? 'float64' : 'float32'
    return pairwise(context, layer, 'heaviside', both(context, terms, dtype), dtype, (a, b) =>
      a < 0 ? 0 : a > 0 ? 1 : b,
    )
  }),
  ...pair('ldexp', (context, layer, terms) => {
    const dtype = meet(layer, terms, 'float')
    return pairwise(context, layer, 'ldexp', both(context, terms, dtype), dtype, (a, b, f) =>
      a === 0 || !Number.isFinite(a) ? a : a * power(f, 2, b),
    )
  }),
  ...pair('nextafter', (context, layer, terms) => {
    const dtype = meet(layer, terms, 'float')
    // Keras takes the step in float64, whatever the dtype is.
    return pairwise(context, layer, 'nextafter', both(context, terms, dtype), dtype, nextAfter)
  }),
  ...Object.fromEntries(
    Object.entries({ gcd, lcm }).flatMap(([name, f]) =>
      Object.entries(
        pair(name, (context, layer, terms) => {
          const dtype = meet(layer, terms)
          if (!isInteger(dtype)) throw unsupported(layer, `${name} of`, dtype)
          const values = both(context, terms, dtype)
          return pairwise(context, layer, name, values, dtype, byBigints(f), f)
        }),
      ),
    ),
  ),
  ...and,
  ...bitwise(
    'bitwise_or',
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  ...bitwise(
    'bitwise_xor',
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  ...shifts('left'),
  ...shifts('right'),
  ...comparing('equal', 'equal'),
  ...comparing('not_equal', 'not_equal'),
  ...comparing('less', 'less'),
  ...comparing('less_equal', 'less_equal'),
  ...comparing('greater', 'less', true),
  ...comparing('greater_equal', 'less_equal', true),
  ...logical('logical_and', 'int_minimum'),
  ...logical('logical_or', 'int_maximum'),
  ...logical('logical_xor', 'int_not_equal'),
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
