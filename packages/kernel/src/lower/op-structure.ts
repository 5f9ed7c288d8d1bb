import { elementCount, ModelError, type Layer, type Value as GraphValue } from '@dotplus/core'

import { isElementType } from '../dtype/element-type.ts'
import { cast, logicalNot } from './cast.ts'
import {
  resolveAxis,
  unsupported,
  type CallArguments,
  type ElementType,
  type LowerContext,
  type Value,
} from './context.ts'
import { filled, rowTest } from './masking.ts'
import { binary, concatenate, promoted } from './merge.ts'
import { transpose } from './permute.ts'

type Settings = ReadonlyMap<string, GraphValue>

/** A function of keras.ops that is not a plain elementwise one. */
interface StructuralOp {
  /** Settings it knows. */
  readonly settings: readonly string[]
  lower(context: LowerContext, settings: Settings, call: CallArguments, layer: Layer): Value
}

/** A setting, given statically or as a keyword of the call. */
function settingOf(settings: Settings, call: CallArguments, name: string): GraphValue | undefined {
  const keyword = call.operands.find((operand) => operand.name === name)?.value
  const value = keyword ?? settings.get(name)
  return value?.kind === 'none' ? undefined : value
}

function integersOf(value: GraphValue, layer: Layer, name: string): number[] {
  if (value.kind === 'integer') return [value.integer]
  if (value.kind === 'list')
    return value.list.items.flatMap((item) => integersOf(item, layer, name))
  throw unsupported(layer, `a value of ${name}`, value.kind)
}

function dtypeOf(settings: Settings, call: CallArguments, layer: Layer): ElementType | undefined {
  const value = settingOf(settings, call, 'dtype')
  if (value === undefined) return undefined
  const name = value.kind === 'text' ? value.text : value.kind === 'dtype' ? value.dtype : undefined
  if (!isElementType(name)) throw unsupported(layer, 'dtype', name ?? value.kind)
  return name
}

function firstTensor(call: CallArguments, layer: Layer): Value {
  const [x] = call.tensors
  if (!x || call.tensors.length !== 1)
    throw new ModelError('arguments of the function', {
      layer: layer.name,
      expected: '1 tensor',
      got: `${call.tensors.length}`,
    })
  return x
}

/** Whether any or all of the elements along some axes (none given: all) are not 0. */
function reduction(test: 'any_set' | 'all_set'): StructuralOp {
  return {
    settings: ['axis', 'keepdims'],
    lower(context, settings, call, layer) {
      const x = cast(context, firstTensor(call, layer), 'bool')
      const rank = x.shape.length
      const axis = settingOf(settings, call, 'axis')
      const keepdims = settingOf(settings, call, 'keepdims')
      const axes = axis
        ? integersOf(axis, layer, 'axis').map((each) => resolveAxis(each, rank, layer))
        : [...Array(rank).keys()]
      const rest = [...Array(rank).keys()].filter((each) => !axes.includes(each))
      const moved = transpose(context, layer, x, [...rest, ...axes])
      const outer = rest.map((each) => x.shape[each] as number)
      const inner = elementCount(axes.map((each) => x.shape[each] as number))
      const y = rowTest(context, context.view(moved, [...outer, inner]), test)
      const kept = keepdims?.kind === 'boolean' && keepdims.boolean
      if (!kept) return y
      return context.view(
        y,
        x.shape.map((size, each) => (axes.includes(each) ? 1 : size)),
      )
    },
  }
}

/** Disjunction or conjunction of two tensors as bools. */
function logical(operation: 'int_maximum' | 'int_minimum'): StructuralOp {
  return {
    settings: [],
    lower(context, _settings, call, layer) {
      const [a, b] = call.tensors.map((x) => cast(context, x, 'bool'))
      if (!a || !b || call.operands.length !== 2)
        throw new ModelError('arguments of the function', {
          layer: layer.name,
          expected: '2 tensors',
          got: `${call.tensors.length}`,
        })
      const rank = Math.max(a.shape.length, b.shape.length)
      const [left, right] = [a, b].map((value) =>
        context.view(value, [...Array<number>(rank - value.shape.length).fill(1), ...value.shape]),
      ) as [Value, Value]
      return binary(context, layer, operation, left, right)
    },
  }
}

function like(value: number): StructuralOp {
  return {
    settings: ['dtype'],
    lower(context, settings, call, layer) {
      const x = firstTensor(call, layer)
      const dtype = dtypeOf(settings, call, layer) ?? x.dtype
      return cast(context, filled(context, x.shape, 'int32', value), dtype)
    },
  }
}

const conversion: StructuralOp = {
  settings: ['dtype'],
  lower(context, settings, call, layer) {
    const x = firstTensor(call, layer)
    return cast(context, x, dtypeOf(settings, call, layer) ?? x.dtype)
  },
}

/** By name in keras.ops. */
export const structuralOps: Readonly<Record<string, StructuralOp>> = {
  any: reduction('any_set'),
  all: reduction('all_set'),
  logical_or: logical('int_maximum'),
  logical_and: logical('int_minimum'),
  logical_not: {
    settings: [],
    lower: (context, _settings, call, layer) => logicalNot(context, firstTensor(call, layer)),
  },
  zeros_like: like(0),
  ones_like: like(1),
  cast: conversion,
  convert_to_tensor: {
    settings: ['dtype', 'sparse', 'ragged'],
    lower(context, settings, call, layer) {
      for (const name of ['sparse', 'ragged']) {
        const value = settingOf(settings, call, name)
        if (value?.kind === 'boolean' && value.boolean) throw unsupported(layer, 'tensor', name)
      }
      return conversion.lower(context, settings, call, layer)
    },
  },
  expand_dims: {
    settings: ['axis'],
    lower(context, settings, call, layer) {
      const x = firstTensor(call, layer)
      const axis = settingOf(settings, call, 'axis')
      const rank = x.shape.length
      const added = axis ? integersOf(axis, layer, 'axis') : []
      if (added.length === 0)
        throw new ModelError('expand_dims', { layer: layer.name, expected: 'an axis' })
      const whole = rank + added.length
      const at = new Set(added.map((each) => resolveAxis(each, whole, layer)))
      const kept = [...x.shape]
      const shape = Array.from({ length: whole }, (_, i) =>
        at.has(i) ? 1 : (kept.shift() as number),
      )
      return context.view(x, shape)
    },
  },
  squeeze: {
    settings: ['axis'],
    lower(context, settings, call, layer) {
      const x = firstTensor(call, layer)
      const axis = settingOf(settings, call, 'axis')
      const rank = x.shape.length
      const axes = axis && integersOf(axis, layer, 'axis').map((i) => resolveAxis(i, rank, layer))
      for (const each of axes ?? []) {
        if (x.shape[each] !== 1)
          throw new ModelError(`length of axis ${each} to squeeze`, {
            layer: layer.name,
            expected: '1',
            got: `${x.shape[each]}`,
          })
      }
      const shape = x.shape.filter((size, i) => (axes ? !axes.includes(i) : size !== 1))
      return context.view(x, shape)
    },
  },
  concatenate: {
    settings: ['axis'],
    lower(context, settings, call, layer) {
      const axis = settingOf(settings, call, 'axis')
      const [at = 0] = axis ? integersOf(axis, layer, 'axis') : []
      const tensors = call.operands[0]?.tensors ?? []
      if (tensors.length === 0)
        throw new ModelError('concatenate', { layer: layer.name, expected: 'tensors' })
      return concatenate(context, layer, promoted(context, tensors), at)
    },
  },
}
