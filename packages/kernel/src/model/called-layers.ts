import { wrappedLayersOf, type Graph, type Model } from '@dotplus/core'

/** Layers that some graph of the model calls, itself or through a submodel. */
export function calledLayers(model: Model): Set<number> {
  const called = new Set<number>()
  const visitLayer = (index: number): void => {
    const layer = model.layers[index]
    if (!layer || called.has(index)) return
    called.add(index)
    if (layer.kind === 'submodel') visit(layer.submodel.graph)
    else for (const wrapped of wrappedLayersOf(layer)) visitLayer(wrapped.index)
  }
  const visit = (graph: Graph | undefined): void => {
    for (const call of graph?.calls ?? []) visitLayer(call.layer)
  }
  visit(model.graph)
  return called
}
