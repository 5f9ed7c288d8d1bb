import type { Call, Graph, Layer, Model, Port, Value } from '@dotplus/core'

import { isElementType, type ElementType } from '../dtype/element-type.ts'

function* references(value: Value | undefined): Generator<number> {
  if (value?.kind === 'ref') yield value.ref.call
  else if (value?.kind === 'list') for (const item of value.list.items) yield* references(item)
  else if (value?.kind === 'dict')
    for (const entry of value.dict.entries) yield* references(entry.value)
}

/** Layers that use an input directly; undefined when it is one of the outputs itself. */
function usersOf(model: Model, graph: Graph, { value }: Port): Layer[] | undefined {
  if (!value || graph.outputs.some((output) => output.value?.call === value.call)) return undefined
  const uses = ({ arguments: given }: Call): boolean =>
    given.some((argument) => [...references(argument.value)].includes(value.call))
  return graph.calls.filter(uses).flatMap((call) => model.layers[call.layer] ?? [])
}

/**
 * The dtype in which an input's elements are held: its own, or a shorter one that says all that the model uses of it.
 * Layers that compute in float32 cast a float64 that they are called with, and an embedding an index; functions do not.
 */
export function heldAs(model: Model, graph: Graph, port: Port | undefined): ElementType {
  const dtype = port?.dtype ?? 'float32'
  if (!port || !isElementType(dtype)) return 'float32'
  if (dtype !== 'float64' && dtype !== 'int64') return dtype
  const users = usersOf(model, graph, port)
  if (!users) return dtype
  const narrow = users.every(({ kind, computeDtype }) =>
    dtype === 'int64'
      ? kind === 'embedding'
      : kind !== 'op' && kind !== 'submodel' && computeDtype === 'float32',
  )
  if (!narrow) return dtype
  return dtype === 'int64' ? 'int32' : 'float32'
}
