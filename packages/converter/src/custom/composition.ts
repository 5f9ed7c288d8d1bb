import type { NdArray } from '../array.ts'
import type { Json, JsonObject } from '../keras/python-json.ts'

/** A tensor within a composition: what a layer is called with, or what a call of one gives. */
export interface BlockTensor {
  readonly layer: string
  readonly node: number
  readonly output: number
}

/** A variable that the class made itself, with `self.add_weight`. */
export interface BlockWeight {
  readonly weight: string
}

/** A tensor of numbers that the composition brings along. */
export interface BlockConstant {
  readonly constant: NdArray
}

/** A part of an index of `get_item`: start, stop and step, null where Python leaves them out. */
export interface BlockSlice {
  readonly slice: readonly [start: BlockValue, stop: BlockValue, step?: BlockValue]
}

/** Python's `...` in an index of `get_item`. */
export interface BlockEllipsis {
  readonly ellipsis: true
}

/** What a function of `keras.ops` can be given. */
export type BlockValue =
  | BlockTensor
  | BlockWeight
  | BlockConstant
  | BlockSlice
  | BlockEllipsis
  | number
  | boolean
  | string
  | null
  | readonly BlockValue[]

/** One call of a layer of the composition. */
export type BlockLayer = (
  inputs: BlockTensor | readonly BlockTensor[],
  keywords?: Readonly<Record<string, BlockValue>>,
) => BlockTensor

/** Settings of a variable. */
export interface BlockWeightOptions {
  /** Sizes, undefined where any will do; checked against the file. */
  readonly shape?: readonly (number | undefined)[]
  /** False for `add_weight(…, trainable=False)`: old files list those last. */
  readonly trainable?: boolean
}

/** What a composition is built with. */
export interface Block {
  /** The first tensor the layer is called with. */
  readonly input: BlockTensor
  /** All of them: those of the first argument, flattened, then further arguments. */
  readonly inputs: readonly BlockTensor[]
  /** Shape of the first one when the layer was built, batch first, where the file says. */
  readonly inputShape: readonly (number | null)[] | undefined
  /**
   * A state of a recurrent cell. Ask for them in the order of the class's `state_size`; the composition then answers with
   * a list: the output of the step, then the states after it in the same order. They begin as zeros where the model gives
   * no `initial_state`.
   *
   * @param size features, or sizes without the batch
   */
  state(size: number | readonly number[]): BlockTensor
  /**
   * A layer of Keras, or another registered one, that takes part.
   *
   * @param layer class name, or a serialized layer out of the config
   * @param config arguments as in `get_config()`; what is left out has Keras's default
   * @param weights where its variables are in the file: the path of attributes under which the Python class keeps the
   *   layer ("dense", "blocks/dense_1"; by default its class in snake case), or the class's own variables by the layer's
   *   name for them ({ kernel: block.weight('w') })
   */
  layer(
    layer: string | JsonObject,
    config?: JsonObject,
    weights?: string | Readonly<Record<string, BlockWeight>>,
  ): BlockLayer
  /** Another output of the call that gave a tensor, such as a state of an LSTMCell: the tensor itself is number 0. */
  output(tensor: BlockTensor, number: number): BlockTensor
  /** A variable of the class itself. They are found by number: ask for them in the order of `add_weight`. */
  weight(name: string, options?: BlockWeightOptions): BlockWeight
  /**
   * A tensor of these numbers, row by row.
   *
   * @param shape its sizes; left out, one axis
   * @param dtype "float32" when left out
   */
  constant(
    numbers: readonly number[],
    shape?: readonly number[],
    dtype?: 'float32' | 'int32',
  ): BlockConstant
  /**
   * A function of `keras.ops`: "multiply", "nn.relu".
   *
   * @param values tensors, variables and constants in its order
   * @param settings further arguments, such as { axis: -1 }
   */
  op(
    name: string,
    values: readonly BlockValue[],
    settings?: Readonly<Record<string, BlockValue | JsonObject>>,
  ): BlockTensor
}

/**
 * Says what a class of your own computes, given the config of one of its layers, by composing layers that convert: a layer
 * or a model all of it, a recurrent cell one step.
 */
export type ComposeLayer = (
  config: Readonly<Record<string, Json | undefined>>,
  block: Block,
) => BlockTensor | readonly BlockTensor[]

/** Compositions by the class they stand for. */
export type Compositions = Readonly<Record<string, ComposeLayer>>

const registered = new Map<string, ComposeLayer>()

/**
 * Says what a layer that is no layer of Keras computes, for every conversion from now on. Only for one: the `register`
 * option of `convert`.
 *
 * @param name "Package>Name" as in `@keras.saving.register_keras_serializable("Package")`; the class's own name, also as
 *   "module>Name", where it is not registered; "Lambda>name" for the Lambda layer of that name; the name of a function
 *   that is an activation, or that a Lambda layer calls
 * @returns a function that takes it back
 */
export function registerLayer(name: string, compose: ComposeLayer): () => void {
  registered.set(name, compose)
  return () => {
    if (registered.get(name) === compose) registered.delete(name)
  }
}

/** The composition registered under the first of the names that has one. */
export function compositionFor(
  names: readonly string[],
  given: Compositions | undefined,
): ComposeLayer | undefined {
  for (const name of names) {
    const found = given && Object.hasOwn(given, name) ? given[name] : registered.get(name)
    if (found) return found
  }
  return undefined
}
