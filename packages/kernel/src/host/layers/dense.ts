import { ModelError, type Activation, type Layer } from '@dotplus/core'

import {
  onlyTensor,
  unsupported,
  type LowerContext,
  type Lowering,
  type Value,
} from '../../lower/context.ts'
import { contract } from '../../lower/contraction.ts'
import { readEquation } from '../../lower/equation.ts'
import { meeting } from '../ops/arithmetic.ts'
import { activateDouble } from './activation.ts'
import { doubleValue, placeDoubles, type DoubleWeights } from './weights.ts'

/** y + bias, aligned at the last axis. */
export function withBias(
  context: LowerContext,
  layer: Layer,
  y: Value,
  bias: Value | undefined,
): Value {
  return bias ? meeting(context, layer, 'add', [y, bias], 'float64') : y
}

/** einsum(equation, x, kernel). */
export function einsum(
  context: LowerContext,
  layer: Layer,
  equation: string,
  x: Value,
  kernel: Value,
): Value {
  const { operands, output } = readEquation(equation, [x.shape.length, kernel.shape.length], layer)
  return contract(
    context,
    layer,
    { value: x, labels: operands[0] ?? [] },
    { value: kernel, labels: operands[1] ?? [] },
    output,
  )
}

/** Dense and EinsumDense in float64. */
export const projectionLayer: Lowering<DoubleWeights> = {
  prepare(layer, weights) {
    const settings =
      layer.kind === 'dense'
        ? layer.dense
        : layer.kind === 'einsumDense'
          ? layer.einsumDense
          : undefined
    if (settings?.quantization) throw unsupported(layer, 'quantization', settings.quantization.mode)
    return placeDoubles(layer, weights, ['kernel', 'bias'])
  },
  lower(context, weights, call, layer) {
    const x = onlyTensor(call, layer)
    const kernel = doubleValue(context, weights['kernel'])
    if (!kernel) throw new ModelError('the layer has no kernel', { layer: layer.name })
    const [equation, activation]: [string, Activation | undefined] =
      layer.kind === 'einsumDense'
        ? [layer.einsumDense.equation, layer.einsumDense.activation]
        : ['...i,ij->...j', layer.kind === 'dense' ? layer.dense.activation : undefined]
    const y = einsum(context, layer, equation, x, kernel)
    const biased = withBias(context, layer, y, doubleValue(context, weights['bias']))
    return [activateDouble(context, layer, activation, biased)]
  },
}
