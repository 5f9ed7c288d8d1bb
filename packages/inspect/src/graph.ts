import type { Argument, Call, Graph, Layer, LayerIndex, Model, Value } from '@dotplus/core'
import { familyOf, type LayerFamily } from './family.ts'
import { layerParameters } from './parameters.ts'
import { formatShape } from './numbers.ts'
import type { ShapesByLayer } from './summary.ts'

/** One call of a layer, as it is drawn. */
export interface GraphNode {
  /** Unique in the graph: the layer's name, with "#2" behind it at its second call. */
  readonly id: string
  readonly layer: LayerIndex
  readonly name: string
  /** Class as the source named it, without its package; the name of the function for function nodes. */
  readonly className: string
  readonly family: LayerFamily
  /** "(None, 28, 28, 32)"; empty where it is not known. */
  readonly shape: string
  readonly parameters: number
  /** Number of calls of the same layer; more than 1 for shared layers. */
  readonly calls: number
  /** A nested model: the name it is unfolded under. */
  readonly nested: string | undefined
  /** Calls of unfolded models that it lies in, outermost first: their names, with "#2" behind a second call. */
  readonly inside: readonly string[]
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
}

export interface ModelGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Where a value comes from: the node that gives it. */
type Sources = readonly (string | undefined)[]

/**
 * Nodes and edges of a model.
 *
 * @param shapes of the layers' outputs by name, as far as they are known
 * @param unfolded names of nested models whose layers are shown in place of one node
 */
export function modelGraph(
  model: Model,
  shapes: ShapesByLayer,
  unfolded: ReadonlySet<string> = new Set(),
): ModelGraph {
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const calls = new Map<LayerIndex, number>()
  for (const graph of graphsOf(model))
    for (const { layer } of graph.calls) calls.set(layer, (calls.get(layer) ?? 0) + 1)
  const seen = new Map<string, number>()

  function walk(graph: Graph, inputs: Sources, inside: readonly string[]): Sources {
    const results: Sources[] = []
    for (const call of graph.calls) results.push(walkCall(call, results, inputs, graph, inside))
    return graph.outputs.map(({ value }) => value && results[value.call]?.[value.output])
  }

  function walkCall(
    call: Call,
    results: readonly Sources[],
    inputs: Sources,
    graph: Graph,
    inside: readonly string[],
  ): Sources {
    const layer = model.layers[call.layer]
    if (!layer) return []
    // Inside a nested model its inputs are what it is called with.
    const port = graph.inputs.findIndex(({ value }) => results.length === value?.call)
    if (inside.length > 0 && layer.kind === 'input' && port >= 0) return [inputs[port]]
    const from = call.arguments.flatMap(({ value }) => references(value, results))
    const count = (seen.get(layer.name) ?? 0) + 1
    seen.set(layer.name, count)
    const id = count > 1 ? `${layer.name}#${count}` : layer.name
    if (layer.kind === 'submodel' && layer.submodel.graph && unfolded.has(layer.name))
      return walk(layer.submodel.graph, from, [...inside, id])
    nodes.push(nodeOf(layer, call.layer, id, inside))
    for (const source of new Set(from))
      if (source !== undefined) edges.push({ from: source, to: id })
    return Array<string>(outputCount(layer, shapes)).fill(id)
  }

  function nodeOf(
    layer: Layer,
    index: LayerIndex,
    id: string,
    inside: readonly string[],
  ): GraphNode {
    const [shape] = shapes.get(layer.name) ?? []
    return {
      id,
      layer: index,
      name: layer.name,
      className: layer.kind === 'op' ? layer.op.name : (layer.className.split('>').at(-1) ?? ''),
      family: familyOf(layer.kind),
      shape: shape ? formatShape(shape) : '',
      parameters: layerParameters(model, index).count,
      calls: calls.get(index) ?? 1,
      nested: layer.kind === 'submodel' ? layer.name : undefined,
      inside,
    }
  }

  if (model.graph) walk(model.graph, [], [])
  return { nodes, edges }
}

function graphsOf(model: Model): Graph[] {
  const nested = model.layers.flatMap((layer) =>
    layer.kind === 'submodel' && layer.submodel.graph ? [layer.submodel.graph] : [],
  )
  return model.graph ? [model.graph, ...nested] : nested
}

/** Layers of unknown shapes may have any number of outputs: enough for every reference in practice. */
function outputCount(layer: Layer, shapes: ShapesByLayer): number {
  return Math.max(shapes.get(layer.name)?.length ?? 0, 8)
}

function references(value: Value | undefined, results: readonly Sources[]): (string | undefined)[] {
  if (value?.kind === 'ref') return [results[value.ref.call]?.[value.ref.output]]
  if (value?.kind === 'list') return value.list.items.flatMap((item) => references(item, results))
  if (value?.kind === 'dict') {
    return value.dict.entries.flatMap(({ value: entry }: Argument) => references(entry, results))
  }
  return []
}
