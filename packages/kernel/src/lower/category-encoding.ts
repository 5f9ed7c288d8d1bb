import { ModelError } from '@dotplus/core'

import { computeDtypeOf } from './compute-dtype.ts'
import { unsupported, type Lowering } from './context.ts'
import { encode, type Encoding } from './encoding.ts'

/** Integers to one_hot, multi_hot or count, the last also weighted by a second tensor of the same shape. */
export const categoryEncodingLayer: Lowering<Encoding> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'categoryEncoding') throw unsupported(layer, 'layer', layer.className)
    const { numTokens, outputMode, sparse } = layer.categoryEncoding
    if (sparse) throw unsupported(layer, 'a sparse output', 'sparse: true')
    return { mode: outputMode, depth: numTokens, dtype: computeDtypeOf(layer) }
  },
  lower(context, encoding, call, layer) {
    const [x, weights, ...others] = call.tensors
    const fits =
      x !== undefined &&
      others.length === 0 &&
      (weights === undefined ||
        (encoding.mode === 'count' && weights.shape.join() === x.shape.join()))
    if (!fits) {
      throw new ModelError('arguments of the call', {
        layer: layer.name,
        expected:
          encoding.mode === 'count' ? 'indices, and weights of their shape' : 'indices alone',
        got: call.tensors.map(({ shape }) => `(${shape.join(', ')})`).join(', '),
      })
    }
    return [encode(context, layer, x, encoding, weights)]
  },
}
