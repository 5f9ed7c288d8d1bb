import { UnsupportedError } from '@dotplus/core'
import { readDTypePolicy } from '../keras/dtype-policy.ts'
import { LayerConfig } from '../keras/layer-config.ts'
import type { LayerSpec, ModelSpec } from '../keras/model-spec.ts'
import { describeJson, type JsonObject } from '../keras/python-json.ts'
import { readLayer, type ModelOrigin } from '../keras/read-model.ts'
import { snakeCase } from '../keras/snake-case.ts'
import { isTensorflowNode } from '../keras/tensorflow-functions.ts'
import type { LayerConverter, LayerScope } from '../layers/layer-converter.ts'
import { registry } from '../layers/registry.ts'
import type { Problems } from '../problems.ts'
import { noWeights, type WeightChild, type WeightNode } from '../weights/weight-tree.ts'
import { withStoredLayout } from '../weights/stored-layout.ts'
import type { PlannedLayer } from './planned-layer.ts'

const float32 = {
  compute: 'float32',
  variable: 'float32',
  quantization: undefined,
  blockSize: undefined,
} as const

/** Chooses a converter for every layer and works out which variables each one stores. */
export class Planner {
  readonly #origin: ModelOrigin
  readonly #problems: Problems
  readonly #converters: ReadonlyMap<string, LayerConverter>
  readonly #paths = new Set<string>()

  constructor(origin: ModelOrigin, problems: Problems) {
    this.#origin = origin
    this.#problems = problems
    this.#converters = new Map(
      registry.flatMap((converter) =>
        converter.classNames.map((name) => [name, converter] as const),
      ),
    )
  }

  /** Plans every layer of a model; `prefix` is the path of the model itself, empty for the outermost. */
  model(model: ModelSpec, prefix: string): PlannedLayer[] {
    return model.layers.map((spec) =>
      this.layer(spec, prefix ? `${prefix}/${spec.name}` : spec.name),
    )
  }

  layer(spec: LayerSpec, wantedPath: string): PlannedLayer {
    const path = this.#uniquePath(wantedPath)
    const { className } = spec
    const { kerasMajor, file } = this.#origin
    const place = { file, layer: path, className, kerasMajor }
    const config = new LayerConfig(spec.config, place, this.#problems)
    const policy = readDTypePolicy(spec.config.dtype)
    if (!policy) {
      config.reject('dtype', 'a dtype or dtype policy of Keras')
    }
    const wrapped = new Map<JsonObject, PlannedLayer>()
    const base = { spec, path, config, policy: policy ?? float32, wrapped }
    if (spec.model) {
      const layers = this.model(spec.model, path)
      return {
        ...base,
        body: { type: 'model', layers },
        weights: modelWeights(layers, spec.config.trainable !== false),
      }
    }
    if (spec.op !== undefined) return { ...base, body: { type: 'op' }, weights: noWeights }
    const converter = this.#converters.get(className)
    if (!converter || isCustom(spec)) {
      this.#problems.add(this.#unknownLayer(spec, path))
      return { ...base, body: { type: 'unknown' }, weights: noWeights }
    }
    const weights = withStoredLayout(
      converter.weights?.(config, this.scope(base)) ?? noWeights,
      spec,
      kerasMajor,
    )
    const trainable = spec.config.trainable !== false
    return {
      ...base,
      body: { type: 'layer', converter },
      weights: { ...weights, trainable: weights.trainable && trainable },
    }
  }

  /** What a converter may ask while the layer is planned. */
  scope(
    layer: Pick<PlannedLayer, 'spec' | 'path' | 'policy'> & {
      wrapped: Map<JsonObject, PlannedLayer>
    },
  ): LayerScope {
    return {
      path: layer.path,
      inputShape: layer.spec.inputShape,
      policy: layer.policy,
      weightsOf: (serialized) => this.wrapped(layer, serialized).weights,
    }
  }

  /** A layer inside another one's config, planned once. */
  wrapped(
    outer: { readonly path: string; readonly wrapped: Map<JsonObject, PlannedLayer> },
    serialized: JsonObject,
  ): PlannedLayer {
    const known = outer.wrapped.get(serialized)
    if (known) return known
    const spec: LayerSpec = { ...readLayer(serialized, this.#origin, outer.path), calls: [] }
    const planned = this.layer(spec, `${outer.path}/${spec.name}`)
    outer.wrapped.set(serialized, planned)
    return planned
  }

  #uniquePath(path: string): string {
    let unique = path
    for (let i = 1; this.#paths.has(unique); i++) unique = `${path}_${i}`
    this.#paths.add(unique)
    return unique
  }

  #unknownLayer(spec: LayerSpec, path: string): UnsupportedError {
    const where = { file: this.#origin.file, layer: path }
    if (spec.className === 'Lambda') {
      return new UnsupportedError('a Lambda layer holds Python code, which is never run', {
        ...where,
        got: describeJson(spec.config.function),
        hint: 'Write the layer with keras.layers or keras.ops and save the model again',
      })
    }
    if (isTensorflowNode(spec)) {
      return new UnsupportedError('a TensorFlow function that keras.ops has no counterpart for', {
        ...where,
        got: describeJson(spec.config.function),
        hint: 'Write it with keras layers and save the model again',
      })
    }
    return new UnsupportedError(isCustom(spec) ? 'a custom layer' : 'unknown layer', {
      ...where,
      got:
        spec.registeredName ?? (spec.module ? `${spec.module}.${spec.className}` : spec.className),
      hint: 'Only layers of Keras itself convert',
    })
  }
}

/** A class of the user's own that happens to have the name of a layer of Keras. */
function isCustom({ module, registeredName }: LayerSpec): boolean {
  if (registeredName?.includes('>')) return !registeredName.startsWith('keras')
  return (
    module !== undefined &&
    !/^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(\.|$)/.test(module)
  )
}

/**
 * The variables of a model: its layers under their class names, numbered in order. Op nodes are no layers, and the input
 * that Keras makes up for a Sequential model is not listed.
 */
export function modelWeights(layers: readonly PlannedLayer[], trainable: boolean): WeightNode {
  const counts = new Map<string, number>()
  const children: WeightChild[] = []
  for (const { spec, body, weights } of layers) {
    if (body.type === 'op' || spec.implicit) continue
    const name = snakeCase(
      (body.type === 'layer' ? body.converter.pythonName : undefined) ?? spec.className,
    )
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    const group = count === 0 ? name : `${name}_${count}`
    children.push({
      key: spec.name,
      // Keras 2.12 to 2.15 kept layers under the second name.
      paths: [`layers/${group}`, `_layer_checkpoint_dependencies/${group}`],
      layerName: spec.name,
      node: weights,
    })
  }
  return { own: [], children, trainable }
}
