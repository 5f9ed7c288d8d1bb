import type { Layer } from '@dotplus/core'
import { isFloating, isInteger } from '../../dtype/element-type.ts'
import { rounded } from '../../dtype/half.ts'
import { cast } from '../../lower/cast.ts'
import {
  type ElementType,
  type LowerContext,
  unsupported,
  type Value,
} from '../../lower/context.ts'
import { type Float64Function, hostOp, isWide } from '../../lower/host-op.ts'
import { binary } from '../../lower/merge.ts'
import { combine } from '../../lower/ops/elementwise.ts'
import { withRank } from '../../lower/where.ts'
import type { BinaryName } from '../../records.ts'
import * as L from '../../wasm/layout.ts'
import { power } from '../double.ts'
import { combineElements } from '../elementwise.ts'
import {
  isScalar,
  isSingle,
  meet,
  single,
  type Term,
  termOf,
  valueOf,
  converted,
} from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

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

/** Functions in which a Python number gives way to the other operand's dtype; others make a tensor of it first. */
const givingWay = new Set(
  (
    'add subtract multiply divide true_divide divide_no_nan floor_divide power maximum minimum fmax fmin ' +
    'bitwise_left_shift bitwise_right_shift ' +
    'left_shift right_shift'
  ).split(' '),
)

const pair = (
  name: string,
  lower: (context: LowerContext, layer: Layer, terms: [Term, Term]) => Value,
  parameters = 'x1 x2',
): GeneralOps => ({
  [name]: {
    ...general(parameters, '', (context, layer, given) => {
      const terms = parameters.split(' ').map((each) => termOf(context, given, each))
      const own = givingWay.has(name) ? terms : terms.map(converted)
      return lower(context, layer, own as [Term, Term])
    }),
    convertsNumbers: !givingWay.has(name),
  },
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

/** Equality, of strings too; a text of the graph is one string. */
const matching = (name: 'equal' | 'not_equal'): GeneralOps => {
  const { [name]: numeric } = comparing(name, name)
  return {
    [name]: {
      ...numeric!,
      ...general('x1 x2', '', (context, layer, given) => {
        const values = ['x1', 'x2'].map((each) => given.value(each))
        const hasText = values.some((value) => value?.kind === 'text')
        if (!hasText && !given.allTensors().some(({ dtype }) => dtype === 'string'))
          return numeric!.lower(context, layer, given)[0] as Value
        const texts = ['x1', 'x2'].map((each, i) => {
          const value = values[i]
          return value?.kind === 'text' ? textConstant(context, value.text) : given.tensor(each)
        })
        if (texts.some(({ dtype }) => dtype !== 'string'))
          throw unsupported(layer, `${name} of`, texts.map(({ dtype }) => dtype).join(' and '))
        return combineElements(context, layer, name, texts, 'bool', (a: string, b: string) =>
          Number((a === b) === (name === 'equal')),
        )
      }),
    },
  }
}

function textConstant(context: LowerContext, text: string): Value {
  return hostOp(context, 'text', [], [{ shape: [], dtype: 'string' }], (_, [to]) => {
    ;(to as string[])[0] = text
  })[0] as Value
}

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
export function both(
  context: LowerContext,
  terms: readonly Term[],
  dtype: ElementType,
): [Value, Value] {
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

export const arithmetics: GeneralOps = {
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
  ...matching('equal'),
  ...matching('not_equal'),
  ...comparing('less', 'less'),
  ...comparing('less_equal', 'less_equal'),
  ...comparing('greater', 'less', true),
  ...comparing('greater_equal', 'less_equal', true),
  ...logical('logical_and', 'int_minimum'),
  ...logical('logical_or', 'int_maximum'),
  ...logical('logical_xor', 'int_not_equal'),
}
