import type { Layer } from '@dotplus/core'

import type { LowerContext, Value, WeightStore } from '../../lower/context.ts'

/** A weight in the kernel's memory as float64. */
export interface DoubleWeight {
  readonly address: number
  readonly shape: readonly number[]
}

/** Weights of a layer by the name of their setting. */
export type DoubleWeights = Readonly<Record<string, DoubleWeight | undefined>>

/** Places the tensors that some settings of a layer are indices of. */
export function placeDoubles(
  layer: Layer,
  weights: WeightStore,
  names: readonly string[],
): DoubleWeights {
  const settings = settingsOf(layer)
  return Object.fromEntries(
    names.map((name) => [name, placeDouble(weights, settings[name] as number | undefined)]),
  )
}

export function placeDouble(
  weights: WeightStore,
  index: number | undefined,
): DoubleWeight | undefined {
  if (index === undefined) return undefined
  const elements = weights.doubles(index)
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)
  return { address: weights.place(bytes), shape: weights.shape(index) }
}

/** The weight as a value of a plan. */
export function doubleValue(
  context: LowerContext,
  weight: DoubleWeight | undefined,
): Value | undefined {
  return weight && context.fixed(weight.address, weight.shape, 'float64')
}

/** The settings message of a layer. */
export function settingsOf(layer: Layer): Readonly<Record<string, unknown>> {
  const { kind } = layer
  return kind === undefined
    ? {}
    : ((layer as unknown as Record<string, unknown>)[kind] as Record<string, unknown>)
}
