import type { Argument, Call, Graph, LayerIndex, Model, Value, ValueRef } from '@dotplus/core'
import { layerParameters, modelParameters, type ParameterCount } from './parameters.ts'

/** One row of a summary: a layer of the outermost graph. */
export interface LayerSummary {
  readonly name: string
  /** Class as the source named it. */
  readonly className: string
  readonly parameters: number
  /** Names of the layers whose outputs it takes, in order, for each of its calls. */
  readonly connectedTo: readonly string[]
  /** Shapes of its first call's outputs, -1 where free; undefined where the layer cannot run yet. */
  readonly outputShapes: readonly (readonly number[])[] | undefined
}

export interface ModelSummary {
  readonly name: string
  /** In the order of their first call. */
  readonly layers: readonly LayerSummary[]
  /** Every layer takes just the output of the one before. */
  readonly sequential: boolean
  readonly parameters: ParameterCount
  readonly inputs: readonly PortSummary[]
  readonly outputs: readonly PortSummary[]
}

export interface PortSummary {
  readonly name: string
  readonly dtype: string | undefined
  /** Undefined where it is not known. */
  readonly shape: readonly number[] | undefined
}

/** Shapes of the outputs of layers by name, -1 where free. */
export type ShapesByLayer = ReadonlyMap<string, readonly (readonly number[])[]>

/** What `model.summary()` tells of a model. */
export function summarize(model: Model, shapes: ShapesByLayer): ModelSummary {
  const graph: Graph = model.graph ?? { calls: [], inputs: [], outputs: [] }
  const callsByLayer = new Map<LayerIndex, Call[]>()
  for (const call of graph.calls)
    callsByLayer.set(call.layer, [...(callsByLayer.get(call.layer) ?? []), call])
  return {
    name: model.name,
    layers: [...callsByLayer].map(([index, calls]) =>
      summarizeLayer(model, graph, index, calls, shapes),
    ),
    sequential: isSequential(graph),
    parameters: modelParameters(model),
    inputs: graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    outputs: graph.outputs.map(({ name, value }) => {
      const shape = value && shapes.get(sourceLayer(model, graph, value))?.[value.output]
      return { name, dtype: undefined, shape }
    }),
  }
}

function summarizeLayer(
  model: Model,
  graph: Graph,
  index: LayerIndex,
  calls: readonly Call[],
  shapes: ShapesByLayer,
): LayerSummary {
  const layer = model.layers[index]
  const name = layer?.name ?? ''
  return {
    name,
    className: layer?.className.split('>').at(-1) ?? '',
    parameters: layerParameters(model, index).count,
    connectedTo: calls
      .flatMap((call) => referencesOf(call))
      .map((ref) => referenceText(model, graph, ref)),
    outputShapes: shapes.get(name),
  }
}

/** "dense_1", or "lstm[1]" for an output that is not the first. */
function referenceText(model: Model, graph: Graph, ref: ValueRef): string {
  return sourceLayer(model, graph, ref) + (ref.output > 0 ? `[${ref.output}]` : '')
}

function sourceLayer(model: Model, graph: Graph, ref: ValueRef): string {
  return model.layers[graph.calls[ref.call]?.layer ?? -1]?.name ?? ''
}

function isSequential(graph: Graph): boolean {
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1) return false
  return graph.calls.every((call, position) => {
    const references = referencesOf(call)
    return position === 0
      ? references.length === 0
      : references.length === 1 && references[0]?.call === position - 1
  })
}

function referencesOf(call: Call): ValueRef[] {
  return call.arguments.flatMap((argument: Argument) => valueReferences(argument.value))
}

function valueReferences(value: Value | undefined): ValueRef[] {
  if (value?.kind === 'ref') return [value.ref]
  if (value?.kind === 'list') return value.list.items.flatMap(valueReferences)
  if (value?.kind === 'dict')
    return value.dict.entries.flatMap((entry) => valueReferences(entry.value))
  return []
}
