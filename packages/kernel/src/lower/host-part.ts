import type { Layer, LayerKind } from '@dotplus/core'

import type { BinaryName } from '../records.ts'
import type { Band } from '../sequence-records.ts'
import type { Sizes, Stepped } from './contraction.ts'
import type { Labels } from './equation.ts'
import type { ElementType, LowerContext, Lowering, Value } from './context.ts'

/**
 * The part of the kernel that works on any dtype, and on functions WebAssembly has no ops for, in JavaScript. Loaded for
 * models that need it.
 */
export interface HostPart {
  /** Function nodes. */
  readonly op: Lowering<unknown>
  /** Layers of text and categories, for models that have any. */
  readonly layers?: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>>
  /** Layers that compute in float64. */
  readonly double: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>>
  /** x in another dtype, as keras.ops.cast converts it. */
  cast(context: LowerContext, x: Value, dtype: ElementType): Value
  /** Σ of products of tensors of one dtype over the labels that the output lacks. */
  contract(context: LowerContext, operands: readonly Stepped[], output: Labels, sizes: Sizes): Value
  /** a ∘ b with NumPy's broadcasting, both of the dtype that they are promoted to. */
  binary(context: LowerContext, layer: Layer, name: BinaryName, a: Value, b: Value): Value
  /** Float64 a where the condition is not 0, else b, with NumPy's broadcasting. */
  where(
    context: LowerContext,
    layer: Layer,
    condition: Value,
    a: Value | number,
    b: Value | number,
  ): Value
  /** Float64 x where the mask of its row is set, else another tensor of x's shape or a number. */
  select(context: LowerContext, x: Value, mask: Value, otherwise: Value | number): Value
  /** Float64 x inside a band of its last two axes, `value` elsewhere. */
  band(context: LowerContext, x: Value, bounds: Band, value: number): Value
  /** Mean of float64 x (batch, steps, features) over the steps whose mask, bool, is set. */
  maskedMean(context: LowerContext, x: Value, mask: Value): Value
}
