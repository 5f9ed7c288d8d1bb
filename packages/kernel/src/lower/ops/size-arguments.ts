import type { Value as GraphValue } from '@dotplus/core'

import { elementCount } from '@dotplus/core'
import { isInteger } from '../../dtype/element-type.ts'
import type { CallArguments, LowerContext, Operands, Value } from '../context.ts'
import { dynamicSize } from '../dynamic-size.ts'

/** Arguments that decide shapes: tensors among them are read before the shapes are settled. */
const sizeArguments: Readonly<Record<string, readonly string[]>> = {
  reshape: ['newshape'],
  broadcast_to: ['shape'],
  full: ['shape'],
  tile: ['repeats'],
  slice: ['shape'],
  arange: ['start', 'stop', 'step'],
  get_item: ['key'],
  'image.resize': ['size'],
  'nn.one_hot': ['num_classes'],
}

/**
 * A call in which tensors of whole numbers that decide shapes stand as numbers: `x.reshape(shape)`, `x[:, :n]`. An index
 * that is the whole key of get_item stays: it gathers.
 *
 * @param parameters names of the function's arguments by position
 * @throws {SizeUnknown} caught where plans are made
 */
export function withKnownSizes(
  context: LowerContext,
  name: string,
  parameters: readonly string[],
  call: CallArguments,
): CallArguments {
  const names = Object.hasOwn(sizeArguments, name) ? sizeArguments[name] : undefined
  if (!names) return call
  const operands = call.operands.map((operand, position): Operands => {
    const own = operand.name === '' ? parameters[position] : operand.name
    const { value, tensors } = operand
    if (own === undefined || !names.includes(own) || !value || tensors.length === 0) return operand
    if (own === 'key' && value.kind !== 'list' && value.kind !== 'slice') return operand
    if (own === 'key' && value.kind === 'list' && value.list.items.length === 1) return operand
    if (!tensors.every(({ dtype, shape }) => isInteger(dtype) && shape.length <= 1)) return operand
    const rest = [...tensors]
    const known = settled(context, value, rest)
    const number = known.kind === 'integer' ? known.integer : undefined
    return { ...operand, value: known, tensors: rest, number }
  })
  return { ...call, operands, tensors: operands.flatMap(({ tensors }) => tensors) }
}

/** The value with numbers in place of tensors, which are taken from the front of `tensors` in order. */
function settled(context: LowerContext, value: GraphValue, tensors: Value[]): GraphValue {
  switch (value.kind) {
    case 'ref':
    case 'tensor':
      return numbersOf(context, tensors.shift() as Value)
    case 'list':
      return {
        kind: 'list',
        list: { items: value.list.items.map((item) => settled(context, item, tensors)) },
      }
    case 'slice': {
      const end = (part: GraphValue | undefined): GraphValue | undefined =>
        part && settled(context, part, tensors)
      const { start, stop, step } = value.slice
      return { kind: 'slice', slice: { start: end(start), stop: end(stop), step: end(step) } }
    }
    default:
      return value
  }
}

function numbersOf(context: LowerContext, x: Value): GraphValue {
  const items = Array.from({ length: elementCount(x.shape) }, (_, index): GraphValue => ({
    kind: 'integer',
    integer: dynamicSize(context, x, (elements) => Number(elements[index])),
  }))
  return x.shape.length === 0 ? (items[0] as GraphValue) : { kind: 'list', list: { items } }
}
