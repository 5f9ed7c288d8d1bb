import { ModelError, type Layer, type Value as GraphValue } from '@dotplus/core'

import { isFloating, storageOf } from '../dtype/element-type.ts'
import { resultType, type WeakType } from '../dtype/result-type.ts'
import { cast } from '../lower/cast.ts'
import { unsupported, type ElementType, type LowerContext, type Value } from '../lower/context.ts'
import type { OpArguments } from '../lower/ops/arguments.ts'
import { constant, elementOf } from './numeric.ts'

/** A Python number, whose dtype gives way to that of tensors unless a function makes a tensor of it first. */
export interface Scalar {
  readonly number: number
  readonly weak: WeakType | ElementType
}

/** An operand: a tensor or a number. */
export type Term = Value | Scalar

export function isScalar(term: Term): term is Scalar {
  return 'weak' in term
}

function scalarOf(value: GraphValue | undefined): Scalar | undefined {
  if (value?.kind === 'integer') return { number: value.integer, weak: 'int' }
  if (value?.kind === 'number') return { number: value.number, weak: 'float' }
  if (value?.kind === 'boolean') return { number: Number(value.boolean), weak: 'bool' }
  return undefined
}

function flatNumbers(value: GraphValue): Scalar[] | undefined {
  if (value.kind !== 'list') {
    const scalar = scalarOf(value)
    return scalar && [scalar]
  }
  const items = value.list.items.map(flatNumbers)
  return items.every((item) => item !== undefined) ? items.flat() : undefined
}

/** The argument `name`: a tensor, or a number. */
export function termOf(context: LowerContext, given: OpArguments, name: string): Term {
  const value = given.value(name)
  const scalar = scalarOf(value)
  if (scalar) return scalar
  const numbers = value?.kind === 'list' ? flatNumbers(value) : undefined
  if (!numbers || value?.kind !== 'list') return given.tensor(name)
  // A list of numbers is a tensor of them, as convert_to_tensor makes it.
  const shape: number[] = []
  for (
    let level: GraphValue | undefined = value;
    level?.kind === 'list';
    level = level.list.items[0]
  )
    shape.push(level.list.items.length)
  const dtype = numbers.some(({ weak }) => weak === 'float') ? 'float32' : 'int32'
  return constant(
    context,
    dtype,
    shape,
    numbers.map(({ number }) => number),
  )
}

/** The argument `name` as a tensor; a number is one of int32 or float32. */
export function tensorOf(context: LowerContext, given: OpArguments, name: string): Value {
  const term = termOf(context, given, name)
  if (!isScalar(term)) return term
  const dtype = term.weak === 'float' ? 'float32' : term.weak === 'int' ? 'int32' : 'bool'
  return constant(context, dtype, [], [term.number])
}

/** A term as a tensor of a dtype. */
export function valueOf(context: LowerContext, term: Term, dtype: ElementType): Value {
  if (!isScalar(term)) return cast(context, term, dtype)
  return constant(context, dtype, [], [elementOf(dtype, term.number)])
}

const strong: Readonly<Record<string, ElementType>> = { int: 'int32', float: 'float32' }

/** A number as convert_to_tensor makes a tensor of it: one of int32 or float32, which does not give way. */
export function converted(term: Term): Term {
  if (!isScalar(term)) return term
  const number = term.weak === 'float' ? Math.fround(term.number) : term.number
  return { number, weak: strong[term.weak] ?? term.weak }
}

/** The dtype in which terms meet. */
export function meet(
  layer: Layer,
  terms: readonly Term[],
  ...others: readonly (WeakType | ElementType)[]
): ElementType {
  const dtypes = terms.map((term) => (isScalar(term) ? term.weak : term.dtype))
  const dtype = resultType(...dtypes, ...others)
  if (dtype === undefined || dtype === 'string')
    throw unsupported(layer, 'this function of', dtypes.join(' and '))
  return dtype
}

/** The floating dtype in which Keras computes a function of x. */
export function floatOf(x: Value): ElementType {
  return isFloating(x.dtype) ? x.dtype : 'float32'
}

/** x as float32, exact for half floats. */
export function single(context: LowerContext, x: Value): Value {
  return cast(context, x, 'float32')
}

/** True for dtypes that WebAssembly computes with as float32. */
export function isSingle(dtype: ElementType): boolean {
  return storageOf(dtype) === 'f32'
}

/** The dtype that an argument names, or undefined. */
export function dtypeArgument(
  given: OpArguments,
  layer: Layer,
  name = 'dtype',
): ElementType | undefined {
  const value = given.value(name)
  if (value === undefined) return undefined
  const text = value.kind === 'text' ? value.text : value.kind === 'dtype' ? value.dtype : undefined
  const dtype = text === 'int' ? 'int32' : text === 'float' ? 'float32' : text
  if (dtype !== undefined && dtype in known) return dtype as ElementType
  throw new ModelError('dtype', { layer: layer.name, got: text ?? value.kind })
}

const known: Readonly<Partial<Record<string, true>>> = Object.fromEntries(
  ['float32', 'float64', 'float16', 'bfloat16', 'int8', 'uint8', 'int16', 'uint16']
    .concat(['int32', 'uint32', 'int64', 'uint64', 'bool', 'string'])
    .map((name) => [name, true]),
)
