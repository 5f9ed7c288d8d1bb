import type { LayerIndex, LayerKind, LayerKinds, TensorIndex } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { ValueScope } from '../build/arguments.ts'
import type { DTypePolicy } from '../keras/dtype-policy.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import type { CallSpec } from '../keras/model-spec.ts'
import type { JsonObject } from '../keras/python-json.ts'
import type { BoundWeights } from '../weights/bound-weights.ts'
import type { WeightNode } from '../weights/weight-tree.ts'

/** A layer's settings under its kind, without name and dtypes, which the caller knows. */
export type LayerBody = { [K in LayerKind]: { kind: K } & { [P in K]: LayerKinds[K] } }[LayerKind]

/** The variables a file holds for a layer, as indices of the model's tensors. */
export interface LayerWeights {
  /** The variable of this name; undefined when the file has none, which is reported elsewhere where it matters. */
  index(name: string): TensorIndex | undefined
  /** The same, its elements under another shape of as many elements. */
  reshaped(name: string, shape: readonly number[]): TensorIndex | undefined
  /** Shape of the variable, or undefined. */
  shape(name: string): readonly number[] | undefined
  /** The variables of a layer inside this one. */
  child(key: string): LayerWeights
  /** What a file has for the layer, to hand on to a wrapped layer. */
  readonly bound: BoundWeights | undefined
}

/** What a layer inside another one is used as, where that is not any layer: the cell of a recurrent layer. */
export type LayerRole = 'cell'

/** What a converter may ask about the layer and its surroundings. */
export interface LayerScope {
  /** Path in the model: "encoder/dense_1". */
  readonly path: string
  /** Shape of the first input when the layer was built, batch first, where the file says. */
  readonly inputShape: readonly (number | null)[] | undefined
  readonly policy: DTypePolicy
  /** The variables that a wrapped layer stores; `role` says what it is used as. */
  weightsOf(serialized: JsonObject, role?: LayerRole): WeightNode
}

/** What a converter may add to the model. */
export interface ConvertScope extends LayerScope {
  /** Adds a wrapped layer and answers its index. */
  addLayer(serialized: JsonObject, weights: LayerWeights): LayerIndex
  /** How constants in serialized arguments become values of the model. */
  readonly values: ValueScope
  /** Adds a constant, named after the layer. */
  addTensor(name: string, array: NdArray): TensorIndex
  /** Text of a file that Keras stored for this layer beside the weights, such as `vocabulary.txt`. */
  asset(name: string): string | undefined
}

/** How one kind of Keras layer becomes a layer of the core model. One small file each; {@link registry} lists them. */
export interface LayerConverter {
  /** Keras's class names that this converter takes. */
  readonly classNames: readonly string[]
  /** Name of the Python class, where weight files use it instead of the name in the config. */
  readonly pythonName?: string
  /** The variables the layer stores; none when left out. */
  weights?(config: LayerConfig, scope: LayerScope): WeightNode
  /** Reads every argument. Arguments nobody asks for are reported as unknown afterwards. */
  convert(config: LayerConfig, weights: LayerWeights, scope: ConvertScope): LayerBody
  /** Brings the calls of older Keras into the form of Keras 3. */
  normalizeCall?(call: CallSpec): CallSpec
}
