import { composeLayer, type Composed } from '../custom/compose.ts'
import { compositionFor, type ComposeLayer, type Compositions } from '../custom/composition.ts'
import { splitActivation } from '../custom/split-activation.ts'
import { compositionsOfKeras } from '../custom/of-keras.ts'
import { functionOf } from '../keras/activation-config.ts'
import { readDTypePolicy } from '../keras/dtype-policy.ts'
import { LayerConfig } from '../keras/layer-config.ts'
import type { LayerSpec, ModelSpec } from '../keras/model-spec.ts'
import type { JsonObject } from '../keras/python-json.ts'
import { readLayer, type ModelOrigin } from '../keras/read-model.ts'
import type { LayerConverter, LayerRole, LayerScope } from '../layers/layer-converter.ts'
import { registry } from '../layers/registry.ts'
import type { Problems } from '../problems.ts'
import { noWeights, ofAnyShape, unknownWeights } from '../weights/weight-tree.ts'
import { withStoredLayout } from '../weights/stored-layout.ts'
import { composedWeights, modelWeights } from './model-weights.ts'
import type { PlannedLayer } from './planned-layer.ts'
import { isCustom, unknownLayer } from './unknown-layer.ts'

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
  readonly #register: Compositions | undefined
  readonly #paths = new Set<string>()

  constructor(origin: ModelOrigin, problems: Problems, register?: Compositions) {
    this.#register = register
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
    return model.layers.map((spec, index) => {
      const position = `layer ${index + 1} of ${model.layers.length}`
      return this.layer(spec, prefix ? `${prefix}/${spec.name}` : spec.name, position)
    })
  }

  /**
   * @param position where the layer stands in its model, for errors
   * @param role what the layer is used as
   */
  layer(spec: LayerSpec, wantedPath: string, position?: string, role?: LayerRole): PlannedLayer {
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
      const composed = this.#problems.catch(() => this.#compose(spec, path, role))
      if (composed) return { ...base, ...this.#plannedComposition(composed, path, spec) }
      if (composed === null)
        this.#problems.add(unknownLayer(spec, { file, layer: path, position, role }))
      return { ...base, body: { type: 'unknown' }, weights: unknownWeights }
    }
    const split = splitActivation(spec, this.#register)
    if (split) {
      const composed = this.#problems.catch(() => this.#composedOf(split, spec, path))
      if (composed) return { ...base, ...this.#plannedComposition(composed, path, spec) }
    }
    const slots = converter.weights?.(config, this.scope(base)) ?? noWeights
    const stored = withStoredLayout(slots, spec, kerasMajor)
    const weights = config.isFaulty ? ofAnyShape(stored) : stored
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
      weightsOf: (serialized, role) => this.wrapped(layer, serialized, role).weights,
    }
  }

  /** A layer inside another one's config, planned once. */
  wrapped(
    outer: { readonly path: string; readonly wrapped: Map<JsonObject, PlannedLayer> },
    serialized: JsonObject,
    role?: LayerRole,
  ): PlannedLayer {
    const known = outer.wrapped.get(serialized)
    if (known) return known
    const spec: LayerSpec = { ...readLayer(serialized, this.#origin, outer.path), calls: [] }
    const planned = this.layer(spec, `${outer.path}/${spec.name}`, undefined, role)
    outer.wrapped.set(serialized, planned)
    return planned
  }

  /** The registered composition of a layer that is none of Keras's; null where there is none. */
  #compose(spec: LayerSpec, path: string, role: LayerRole | undefined): Composed | null {
    const names = customNames(spec)
    const compose =
      compositionFor(names, this.#register) ?? compositionFor(names, compositionsOfKeras)
    return compose ? this.#composedOf(compose, spec, path, role) : null
  }

  #composedOf(compose: ComposeLayer, spec: LayerSpec, path: string, role?: LayerRole): Composed {
    return composeLayer(compose, spec, {
      file: this.#origin.file,
      path,
      isCell: role === 'cell',
      readLayer: (serialized) => readLayer(serialized, this.#origin, path),
    })
  }

  #plannedComposition(
    composed: Composed,
    path: string,
    spec: LayerSpec,
  ): Pick<PlannedLayer, 'body' | 'weights'> {
    const layers = this.model(composed.model, path)
    return {
      body: { type: 'composed', layers, composed },
      weights: composedWeights(composed, layers, spec.config.trainable !== false),
    }
  }

  #uniquePath(path: string): string {
    let unique = path
    for (let i = 1; this.#paths.has(unique); i++) unique = `${path}_${i}`
    this.#paths.add(unique)
    return unique
  }
}

/** Names under which a composition may be registered for a layer, the most exact first. */
function customNames({ className, config, registeredName, module, name }: LayerSpec): string[] {
  if (className === 'Lambda') {
    const ofFunction = functionOf(config.function)
    return [`Lambda>${name}`, ...(ofFunction === undefined ? [] : [ofFunction])]
  }
  const names = [registeredName, module && `${module}>${className}`, className]
  return names.filter((each) => each !== undefined)
}
