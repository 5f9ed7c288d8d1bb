import { ModelError } from '@dotplus/core'
import { tensorsOf, type CallSpec, type LayerSpec } from '../keras/model-spec.ts'

/** The n-th call of a layer. */
export interface OrderedCall {
  readonly layer: LayerSpec
  readonly node: number
  readonly call: CallSpec
}

/**
 * All calls of a model in an order in which every value is computed before it is used; Keras's order wherever that will do.
 *
 * @throws {ModelError} when a call uses a layer that is not there, or the calls form a loop
 */
export function orderCalls(layers: readonly LayerSpec[], file: string): OrderedCall[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const ordered: OrderedCall[] = []
  const state = new Map<string, 'open' | 'done'>()
  const keyOf = (layer: string, node: number): string => `${node}:${layer}`

  const dependencies = (layer: LayerSpec, node: number): { layer: LayerSpec; node: number }[] => {
    const call = layer.calls[node]
    if (!call) return []
    const found: { layer: LayerSpec; node: number }[] = []
    for (const value of [...call.positional, ...call.keywords.map(([, keyword]) => keyword)]) {
      for (const tensor of tensorsOf(value)) {
        const source = byName.get(tensor.layer)
        if (!source || !source.calls[tensor.node]) {
          throw new ModelError('a call uses a layer that is not there', {
            file,
            layer: layer.name,
            got: `call ${tensor.node} of ${tensor.layer}`,
          })
        }
        found.push({ layer: source, node: tensor.node })
      }
    }
    return found
  }

  for (const layer of layers) {
    for (const start of layer.calls.keys()) {
      // A stack of its own: models are deeper than the engine's.
      const stack = [
        {
          layer,
          node: start,
          pending: undefined as { layer: LayerSpec; node: number }[] | undefined,
        },
      ]
      for (let top = stack.at(-1); top; top = stack.at(-1)) {
        const key = keyOf(top.layer.name, top.node)
        if (top.pending === undefined) {
          if (state.get(key) === 'done') {
            stack.pop()
            continue
          }
          if (state.get(key) === 'open')
            throw new ModelError('the calls form a loop', { file, layer: top.layer.name })
          state.set(key, 'open')
          top.pending = dependencies(top.layer, top.node)
        }
        const next = top.pending.shift()
        if (next) {
          stack.push({ ...next, pending: undefined })
          continue
        }
        state.set(key, 'done')
        ordered.push({
          layer: top.layer,
          node: top.node,
          call: top.layer.calls[top.node] as CallSpec,
        })
        stack.pop()
      }
    }
  }
  return ordered
}
