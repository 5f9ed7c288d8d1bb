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
  const takers = [...graph.calls.entries()].filter(([, { layer }]) => {
    const definition = model.layers[layer]
    return definition?.kind === 'multiHeadAttention' && !definition.multiHeadAttention.grouped
  })
  if (takers.length === 0) return undefined
  const positions = executionOrder(graph)
  // Layers that do nothing outside of training give back the tensor itself.
  const sourceOf = (ref: ValueRef): ValueRef => {
    const call = graph.calls[ref.call] as Call
    if (model.layers[call.layer]?.kind !== 'identity') return ref
    const [given] = refsOf(call.arguments)
    return given ? sourceOf(given) : ref
  }
  const taken = new Map<string, number>()
  for (const [index, call] of takers) {
    const attended = call.arguments.filter(
      ({ name }, i) => (name === '' && i < 3) || ['query', 'value', 'key'].includes(name),
    )
    const position = positions.get(index) ?? 0
    for (const ref of refsOf(attended)) {
      const key = keyOf(sourceOf(ref))
      taken.set(key, Math.min(taken.get(key) ?? Infinity, position))
    }
  }
  return (call, ref) =>
    (taken.get(keyOf(sourceOf(ref))) ?? Infinity) < (positions.get(call) ?? Infinity)
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
