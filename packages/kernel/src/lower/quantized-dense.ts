import { ModelError, type Layer } from '@dotplus/core'
import { onlyTensor, type Lowering } from './context.ts'
import { denseLayer } from './dense.ts'
import { enterProduct, leaveProduct, unquantized, type Around } from './quantized.ts'

type DensePart = ReturnType<typeof denseLayer.prepare>

interface PreparedDense {
  readonly dense: DensePart
  readonly layer: Layer
  readonly around: Around | undefined
}

/** Dense in float32 or stored as int8, int4, float8, GPTQ or AWQ. */
export const anyDenseLayer: Lowering<PreparedDense> = {
  prepare(layer, weights) {
    const settings = layer.kind === 'dense' ? layer.dense : undefined
    const { kernel, quantization } = settings ?? {}
    if (layer.kind !== 'dense' || !settings || !quantization)
      return { dense: denseLayer.prepare(layer, weights), layer, around: undefined }
    if (kernel === undefined) throw new ModelError('the layer has no kernel', { layer: layer.name })
    const parts = unquantized(layer, weights, { ...settings, kernel, quantization }, false)
    const own: Layer = { ...layer, dense: parts.settings }
    return { dense: denseLayer.prepare(own, parts.weights), layer: own, around: parts.around }
  },
  lower(context, { dense, layer: own, around }, call, layer) {
    if (!around) return denseLayer.lower(context, dense, call, layer)
    const x = onlyTensor(call, layer)
    const entered = enterProduct(context, layer, around, x, [x.shape.length - 1])
    const operands = [{ name: '', tensors: [entered.x], number: undefined }]
    const product = denseLayer.lower(
      context,
      dense,
      { ...call, operands, tensors: [entered.x] },
      own,
    )
    return product.map((y) => leaveProduct(context, layer, around, y, entered.scale))
  },
}
