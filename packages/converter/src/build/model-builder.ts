import { DotplusError, type Layer, type LayerIndex } from '@dotplus/core'
import type { LazyArray } from '../array.ts'
import type { Composed } from '../custom/compose.ts'
import type { ModelSpec } from '../keras/model-spec.ts'
import type { JsonObject } from '../keras/python-json.ts'
import type { ConvertScope, LayerBody, LayerWeights } from '../layers/layer-converter.ts'
import type { Problems } from '../problems.ts'
import type { BoundWeights } from '../weights/bound-weights.ts'
import type { ValueScope } from './arguments.ts'
import { buildGraph } from './graph-builder.ts'
import { convertOp } from './op-layer.ts'
import type { Planner } from './plan.ts'
import type { PlannedLayer } from './planned-layer.ts'
import { layerWeights, type TensorTable } from './tensor-table.ts'

/** What a model's layers are made from. */
export interface BuildInput {
  readonly file: string
  readonly kerasMajor: number
  readonly planner: Planner
  readonly problems: Problems
  readonly tensors: TensorTable
  /** Text stored beside the weights, by path: "layers/string_lookup/vocabulary.txt". */
  readonly assets: ReadonlyMap<string, string>
}

/** Turns planned layers, with the variables found for them, into the layers of a core model. */
export class ModelBuilder {
  readonly layers: Layer[] = []
  readonly input: BuildInput

  constructor(input: BuildInput) {
    this.input = input
  }

  /**
   * Adds every layer of a model.
   *
   * @param assetPath where the model's layers keep their files: "" or "layers/functional"
   * @returns their indices, by name
   */
  addLayers(
    planned: readonly PlannedLayer[],
    bound: BoundWeights | undefined,
    assetPaths: ReadonlyMap<string, string>,
  ): Map<string, LayerIndex> {
    const indices = new Map<string, LayerIndex>()
    for (const layer of planned) {
      const { name } = layer.spec
      indices.set(name, this.add(layer, bound?.children.get(name), assetPaths.get(name) ?? ''))
    }
    return indices
  }

  /** Adds one layer and those inside it, and answers its index. */
  add(planned: PlannedLayer, bound: BoundWeights | undefined, assetPath: string): LayerIndex {
    const { path, policy, spec, config } = planned
    const index = this.layers.length
    const head = {
      name: path,
      className: spec.registeredName?.includes('>') ? spec.registeredName : spec.className,
      // Functions compute in the dtype of what they are called with.
      ...(spec.op === undefined && {
        computeDtype: policy.compute,
        variableDtype: policy.variable,
      }),
    }
    this.layers.push(head)
    try {
      const body = this.#convert(planned, bound, assetPath)
      if (body) this.layers[index] = { ...head, ...body } as Layer
    } catch (error) {
      if (!(error instanceof DotplusError)) throw error
      this.input.problems.add(error)
    }
    if (planned.body.type === 'layer') config.finish()
    return index
  }

  #convert(
    planned: PlannedLayer,
    bound: BoundWeights | undefined,
    assetPath: string,
  ): LayerBody | undefined {
    const { body, spec, path } = planned
    const weights = layerWeights(this.input.tensors, bound, path)
    switch (body.type) {
      case 'model': {
        const inner = this.addLayers(
          body.layers,
          bound,
          assetPathsOf(planned.weights.children, assetPath),
        )
        return {
          kind: 'submodel',
          submodel: { graph: this.graph(spec.model as ModelSpec, body.layers, inner) },
        }
      }
      case 'composed': {
        const { composed, layers } = body
        const inner = this.addLayers(
          layers,
          redistributed(composed, bound),
          assetPathsOf(planned.weights.children, assetPath),
        )
        const graph = this.graph(composed.model, layers, inner, (name) => weights.index(name))
        return { kind: 'submodel', submodel: { graph } }
      }
      case 'op':
        return convertOp(planned, this.input)
      case 'layer':
        return body.converter.convert(planned.config, weights, this.#scope(planned, assetPath))
      default:
        return undefined
    }
  }

  /** The graph of a model whose layers have been added. */
  graph(
    model: ModelSpec,
    planned: readonly PlannedLayer[],
    indices: ReadonlyMap<string, LayerIndex>,
    variable?: ValueScope['variable'],
  ): ReturnType<typeof buildGraph> {
    return buildGraph(model, planned, indices, this.input, variable)
  }

  #scope(planned: PlannedLayer, assetPath: string): ConvertScope {
    const { input } = this
    const outer = { ...planned, wrapped: planned.wrapped as Map<JsonObject, PlannedLayer> }
    return {
      ...input.planner.scope(outer),
      values: {
        file: input.file,
        layer: planned.path,
        tensors: input.tensors,
        find: () => undefined,
      },
      addLayer: (serialized: JsonObject, weights: LayerWeights) => {
        const inner = input.planner.wrapped(outer, serialized)
        return this.add(inner, weights.bound, `${assetPath}/layer`)
      },
      addTensor: (name, array) => input.tensors.addConstant(`${planned.path}/${name}`, array),
      asset: (name) => input.assets.get(`${assetPath}/${name}`),
    }
  }
}

/** The variables of a composed layer's class given to the layers that take them. */
function redistributed(
  { homes }: Composed,
  bound: BoundWeights | undefined,
): BoundWeights | undefined {
  if (!bound) return undefined
  const children = new Map(bound.children)
  for (const [layer, home] of homes) {
    if (typeof home === 'string') continue
    const own = new Map<string, LazyArray>()
    for (const [name, { weight }] of Object.entries(home)) {
      const array = bound.own.get(weight)
      if (array) own.set(name, array)
    }
    children.set(layer, { own, children: new Map() })
  }
  return { own: bound.own, children }
}

/** Where each layer of a model keeps its files, by the layer's name. */
export function assetPathsOf(
  children: PlannedLayer['weights']['children'],
  modelPath: string,
): ReadonlyMap<string, string> {
  return new Map(
    children.map(({ key, paths }) => [
      key,
      modelPath ? `${modelPath}/${paths[0]}` : (paths[0] ?? ''),
    ]),
  )
}
