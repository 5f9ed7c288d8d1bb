import type { Argument, Call, Graph, Model, Value as GraphValue, ValueRef } from '@dotplus/core'

/** Whether a call finds no mask on a tensor that had one. */
export type DroppedMasks = (call: number, ref: ValueRef) => boolean

const keyOf = ({ call, output }: ValueRef): string => `${call}:${output}`

/**
 * Which masks are gone. MultiHeadAttention of Keras 3 takes the masks off the tensors that it is called with, so that
 * implicit masks depend on the order in which Keras runs the calls of a graph.
 *
 * @returns undefined where nothing takes any
 */
export function droppedMasks(model: Model, graph: Graph): DroppedMasks | undefined {
  if (/^[12]\./.test(model.provenance?.kerasVersion ?? '')) return undefined
  const takers = takersOf(model, graph)
  if (takers.length === 0) return undefined
  const positions = executionOrder(graph)
  const taken = new Map<string, number>()
  for (const { call, keys } of takers) {
    const position = positions.get(call) ?? 0
    for (const key of keys) taken.set(key, Math.min(taken.get(key) ?? Infinity, position))
  }
  return (call, ref) =>
    (taken.get(keyOf(sourceOf(model, graph, ref))) ?? Infinity) < (positions.get(call) ?? Infinity)
}

/** The calls of a graph that take masks away, with the tensors that they take them from. */
function takersOf(model: Model, graph: Graph): { call: number; keys: string[] }[] {
  return graph.calls.flatMap((call, index) => {
    const refs = takenBy(model, call)
    if (refs.length === 0) return []
    return [{ call: index, keys: refs.map((ref) => keyOf(sourceOf(model, graph, ref))) }]
  })
}

/** The tensors that a call takes the masks from; a model takes them from its inputs if a layer in it does. */
function takenBy(model: Model, { layer, arguments: given }: Call): ValueRef[] {
  const definition = model.layers[layer]
  if (definition?.kind === 'multiHeadAttention' && !definition.multiHeadAttention.grouped)
    return refsOf(
      given.filter(
        ({ name }, i) => (name === '' && i < 3) || ['query', 'value', 'key'].includes(name),
      ),
    )
  const inner = definition?.kind === 'submodel' ? definition.submodel.graph : undefined
  if (!inner) return []
  const keys = new Set(takersOf(model, inner).flatMap((taker) => taker.keys))
  const refs = refsOf(given.filter(({ name }) => name !== 'mask'))
  return refs.filter((_, i) => {
    const port = inner.inputs[i]?.value
    return port !== undefined && keys.has(keyOf(port))
  })
}

/** Where a tensor comes from: layers that do nothing outside of training give back the tensor itself. */
function sourceOf(model: Model, graph: Graph, ref: ValueRef): ValueRef {
  const call = graph.calls[ref.call]
  if (!call || model.layers[call.layer]?.kind !== 'identity') return ref
  const [given] = refsOf(call.arguments)
  return given ? sourceOf(model, graph, given) : ref
}

/** Place of each call among all: by decreasing distance to the outputs, ties as Keras meets them. */
function executionOrder({ calls, outputs }: Graph): Map<number, number> {
  const visited: number[] = []
  const state = new Set<number>()
  for (const { value } of outputs) {
    const stack = value ? [{ call: value.call, pending: undefined as number[] | undefined }] : []
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (!top.pending) {
        if (state.has(top.call)) {
          stack.pop()
          continue
        }
        state.add(top.call)
        top.pending = parentsOf(calls[top.call] as Call)
      }
      const next = top.pending.shift()
      if (next !== undefined) stack.push({ call: next, pending: undefined })
      else {
        visited.push(top.call)
        stack.pop()
      }
    }
  }
  const depths = new Map<number, number>()
  const layers = new Map<number, number>()
  for (const index of visited.toReversed()) {
    const call = calls[index] as Call
    const depth = Math.max(depths.get(index) ?? 0, layers.get(call.layer) ?? 0)
    layers.set(call.layer, depth)
    depths.set(index, depth)
    for (const parent of parentsOf(call))
      depths.set(parent, Math.max(depths.get(parent) ?? 0, depth + 1))
  }
  const order = [...depths].toSorted(([, a], [, b]) => b - a)
  return new Map(order.map(([call], position) => [call, position]))
}

/** Calls whose results a call takes, positional arguments first, then keywords in the order of their names. */
function parentsOf({ arguments: given }: Call): number[] {
  const keywords = given.filter(({ name }) => name !== '')
  const sorted = keywords.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return refsOf([...given.filter(({ name }) => name === ''), ...sorted]).map(({ call }) => call)
}

function refsOf(given: readonly Argument[]): ValueRef[] {
  const found: ValueRef[] = []
  const visit = (value: GraphValue | undefined): void => {
    if (value?.kind === 'ref') found.push(value.ref)
    if (value?.kind === 'list') for (const item of value.list.items) visit(item)
    if (value?.kind === 'dict') for (const { value: entry } of value.dict.entries) visit(entry)
  }
  for (const { value } of given) visit(value)
  return found
}
