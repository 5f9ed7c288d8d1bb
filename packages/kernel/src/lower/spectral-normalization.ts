import { ModelError } from '@dotplus/core'
import { cast } from './cast.ts'
import { unsupported, type Lowering } from './context.ts'

/**
 * SpectralNormalization: at inference just the wrapped layer, its results in the dtype of the input. Training leaves the
 * kernel already divided by its largest singular value, and Keras divides it again in training only.
 */
export const spectralNormalizationLayer: Lowering<number> = {
  anyDtype: true,
  setsDtype: true,
  prepare(layer) {
    if (layer.kind !== 'spectralNormalization') throw unsupported(layer, 'layer', layer.className)
    return layer.spectralNormalization.layer
  },
  lower(context, wrapped, call, layer) {
    const [x] = call.tensors
    if (!x || !context.callLayer)
      throw new ModelError('arguments of the call', {
        layer: layer.name,
        expected: '1 tensor',
        got: 'none',
      })
    return context.callLayer(wrapped, call).map((y) => cast(context, y, x.dtype))
  },
}
