import type { LayerKind } from '@dotplus/core'
import type { CallArguments, LowerContext, Lowering, Value } from './context.ts'
import type { Layer } from '@dotplus/core'

/** A part of the kernel's layers that is downloaded as one: their lowerings and what walks a graph of them. */
export interface LayerSet {
  readonly lowerings: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>>
  /** Casts what is not floating point to float32, for layers that meet weights. */
  inFloat(context: LowerContext, call: CallArguments): CallArguments
  /** A layer's outputs with the masks that Keras gives them. */
  withMasks(
    context: LowerContext,
    layer: Layer,
    call: CallArguments,
    outputs: readonly Value[],
  ): Value[]
}
