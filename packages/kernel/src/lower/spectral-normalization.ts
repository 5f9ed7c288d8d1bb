import { UnsupportedError, type Layer } from '@dotplus/core'
import { unsupported, type Lowering } from './context.ts'
import { allLayers } from './registry.ts'

interface Wrapped {
  readonly layer: Layer
  readonly lowering: Lowering<unknown>
  readonly prepared: unknown
}

/**
 * SpectralNormalization: at inference just the wrapped layer. Training leaves the kernel already divided by its
 * largest singular value, and Keras divides it again in training only.
 */
export const spectralNormalizationLayer: Lowering<Wrapped> = {
  prepare(layer, weights) {
    if (layer.kind !== 'spectralNormalization') throw unsupported(layer, 'layer', layer.className)
    const wrapped = weights.layer(layer.spectralNormalization.layer)
    const lowering = wrapped.kind && allLayers.lowerings[wrapped.kind]
    if (!lowering) {
      throw new UnsupportedError('this layer cannot run yet', {
        layer: wrapped.name,
        place: layer.name,
        got: wrapped.className,
      })
    }
    return { layer: wrapped, lowering, prepared: lowering.prepare(wrapped, weights) }
  },
  lower: (context, { layer, lowering, prepared }, call) =>
    lowering.lower(context, prepared, call, layer),
}
