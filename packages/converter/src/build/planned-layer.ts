import type { Composed } from '../custom/compose.ts'
import type { LayerConverter } from '../layers/layer-converter.ts'
import type { DTypePolicy } from '../keras/dtype-policy.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import type { LayerSpec } from '../keras/model-spec.ts'
import type { JsonObject } from '../keras/python-json.ts'
import type { WeightNode } from '../weights/weight-tree.ts'

/** A layer of the config with the converter that takes it and the variables it stores. */
export interface PlannedLayer {
  readonly spec: LayerSpec
  /** Path in the model, unique: "encoder/dense_1". */
  readonly path: string
  readonly config: LayerConfig
  readonly policy: DTypePolicy
  readonly body:
    | { readonly type: 'layer'; readonly converter: LayerConverter }
    | { readonly type: 'model'; readonly layers: readonly PlannedLayer[] }
    /** A class of the user's own, written as a model of layers that convert. */
    | {
        readonly type: 'composed'
        readonly layers: readonly PlannedLayer[]
        readonly composed: Composed
      }
    | { readonly type: 'op' }
    /** Reported already; stands in the model without a kind. */
    | { readonly type: 'unknown' }
  readonly weights: WeightNode
  /** Layers that this one wraps, by their serialized form. */
  readonly wrapped: ReadonlyMap<JsonObject, PlannedLayer>
}
