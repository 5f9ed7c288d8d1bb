import type { Graph, Model, Port, Value } from '@dotplus/core'

const floating: ReadonlySet<string> = new Set(['float64', 'float16', 'bfloat16'])

function* references(value: Value | undefined): Generator<number> {
  if (value?.kind === 'ref') yield value.ref.call
  else if (value?.kind === 'list') for (const item of value.list.items) yield* references(item)
  else if (value?.kind === 'dict')
    for (const entry of value.dict.entries) yield* references(entry.value)
}

/**
 * True when float32 elements say all that the model uses of this input: they have that dtype, or another floating one and
 * only go to layers that compute in float32, which cast what they are called with. Operations do not cast.
 */
export function isFloat32Input(model: Model, graph: Graph, { dtype, value }: Port): boolean {
  if (dtype === undefined || dtype === 'float32') return true
  if (!floating.has(dtype) || !value) return false
  if (graph.outputs.some((output) => output.value?.call === value.call)) return false
  return graph.calls
    .filter((call) =>
      call.arguments.some((argument) => [...references(argument.value)].includes(value.call)),
    )
    .every((call) => {
      const layer = model.layers[call.layer]
      const casts = layer !== undefined && layer.kind !== 'op' && layer.kind !== 'submodel'
      return casts && (layer.computeDtype ?? 'float32') === 'float32'
    })
}
