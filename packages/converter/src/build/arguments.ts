import {
  ModelError,
  type Argument,
  type TensorIndex,
  type Value,
  type ValueRef,
} from '@dotplus/core'
import type { SpecValue, TensorRef } from '../keras/model-spec.ts'
import type { TensorTable } from './tensor-table.ts'

/** Turns values of the config into values of the model. */
export interface ValueScope {
  readonly file: string
  readonly layer: string
  readonly tensors: TensorTable
  /** Where a tensor is computed, or undefined when nothing computes it. */
  find(tensor: TensorRef): ValueRef | undefined
  /** A variable of the layer around the call. */
  variable?(name: string): TensorIndex | undefined
}

export function valueOf(value: SpecValue, scope: ValueScope): Value {
  switch (value.kind) {
    case 'none':
      return { kind: 'none', none: true }
    case 'boolean':
      return { kind: 'boolean', boolean: value.value }
    case 'number':
      return !value.isFloat && Number.isSafeInteger(value.value) && !Object.is(value.value, -0)
        ? { kind: 'integer', integer: value.value }
        : { kind: 'number', number: value.value }
    case 'text':
      return { kind: 'text', text: value.value }
    case 'tensor':
      return { kind: 'ref', ref: refOf(value.value, scope) }
    case 'array':
      return {
        kind: 'tensor',
        tensor: scope.tensors.addConstant(`${scope.layer}/constant`, value.value),
      }
    case 'variable':
      // One that the file does not hold has been reported when it was looked for.
      return { kind: 'tensor', tensor: scope.variable?.(value.name) ?? 0 }
    case 'list':
      return { kind: 'list', list: { items: value.items.map((item) => valueOf(item, scope)) } }
    case 'dict':
      return {
        kind: 'dict',
        dict: { entries: value.entries.map(([name, entry]) => argument(name, entry, scope)) },
      }
    case 'slice':
      return {
        kind: 'slice',
        slice: {
          start: bound(value.start, scope),
          stop: bound(value.stop, scope),
          step: bound(value.step, scope),
        },
      }
    case 'ellipsis':
      return { kind: 'ellipsis', ellipsis: true }
    default:
      return { kind: 'dtype', dtype: value.value }
  }
}

function bound(value: SpecValue, scope: ValueScope): Value | undefined {
  return value.kind === 'none' ? undefined : valueOf(value, scope)
}

export function argument(name: string, value: SpecValue, scope: ValueScope): Argument {
  return { name, value: valueOf(value, scope) }
}

export function refOf(tensor: TensorRef, scope: ValueScope): ValueRef {
  const found = scope.find(tensor)
  if (found) return found
  throw new ModelError('an argument is a tensor that nothing computes', {
    file: scope.file,
    layer: scope.layer,
    got: `output ${tensor.output} of call ${tensor.node} of ${tensor.layer}`,
  })
}

/** True when a value holds nothing but None. */
export function isNothing(value: SpecValue): boolean {
  if (value.kind === 'none') return true
  return (
    value.kind === 'list' && value.items.length > 0 && value.items.every((item) => isNothing(item))
  )
}
