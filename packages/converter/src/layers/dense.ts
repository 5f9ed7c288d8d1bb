import { withLora } from '../weights/lora.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'
import { quantizationOf, quantizedWeights } from './quantization.ts'

/** y = activation(x · kernel + bias) over the last axis. */
export const dense: LayerConverter = {
  classNames: ['Dense'],
  weights(config, { policy, inputShape }) {
    const units = config.size('units')
    const inputs = inputShape?.at(-1) ?? undefined
    const bias = config.boolean('use_bias', true) && weight('bias', [units])
    return (
      quantizedWeights(policy, weight('kernel', [inputs, units]), bias) ??
      withLora(ownWeights(weight('kernel', [inputs, units]), bias), 'kernel', config)
    )
  },
  convert(config, weights, { policy, inputShape }) {
    config.ignore('lora_rank', 'lora_alpha')
    const units = config.size('units')
    config.boolean('use_bias', true)
    // Old files say nothing of input shapes; a packed kernel's groups have an entry for every input.
    const inputs = inputShape?.at(-1) ?? weights.shape('g_idx')?.[0]
    return {
      kind: 'dense',
      dense: {
        units,
        kernel: weights.index('kernel') ?? weights.index('quantized_kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
        quantization: quantizationOf(config, weights, policy, [inputs, units]),
      },
    }
  },
}
