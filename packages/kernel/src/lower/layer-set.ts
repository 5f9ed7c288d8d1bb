import type { Graph, Layer, LayerKind, Model, Port } from '@dotplus/core'
import type { ElementAccess } from '../model/element-access.ts'
import type {
  CallArguments,
  ElementType,
  LowerContext,
  Lowering,
  Operands,
  Value,
  WeightFolder,
  WeightStore,
} from './context.ts'
import type { DroppedMasks } from './dropped-masks.ts'
import type { HostPart } from './host-part.ts'
import type { Precise } from './precise.ts'

/** A part of the kernel's layers that is downloaded as one: their lowerings and what walks a graph of them. */
export interface LayerSet {
  readonly lowerings: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>>
  /** How elements of inputs and outputs go into memory and come out of it. */
  readonly elements: ElementAccess
  /** The dtype in which an input's elements are held; float32 for a set that has no other. */
  heldAs?(model: Model, graph: Graph, port: Port | undefined): ElementType
  /** Function nodes and rare dtypes, for a model that has any. */
  hostPart?(model: Model): Promise<HostPart | undefined>
  /** The weights as the layer computes with them. */
  weightsIn?(layer: Layer, weights: WeightStore): WeightStore
  /** Folds layers into the weights of others. */
  folder?(model: Model, weights: WeightStore): WeightFolder
  /**
   * What small tensors may take their time for. Which set a model has is up to the model alone, so that its numbers are
   * the same with every kernel.
   */
  readonly precise?: Precise
  /** Lowers a layer in the dtype of its policy. */
  lowerInDtype(
    context: LowerContext,
    lowering: Lowering<unknown>,
    layer: Layer,
    call: CallArguments,
    lower: (call: CallArguments) => Value[],
  ): Value[]
  /** A layer's outputs with the masks that Keras gives them. */
  withMasks(
    context: LowerContext,
    layer: Layer,
    call: CallArguments,
    outputs: readonly Value[],
  ): Value[]
  /** GlobalAveragePooling1D of an input with a mask; undefined for every other call. */
  maskedAverage(context: LowerContext, layer: Layer, call: CallArguments): Value[] | undefined
  /** Which masks calls of a graph do not find any more; undefined where all are there. */
  droppedMasks(model: Model, graph: Graph): DroppedMasks | undefined
  /** Masks that attention layers take from their inputs. */
  impliedMasks(layer: Layer, operands: readonly Operands[]): Operands[]
}
