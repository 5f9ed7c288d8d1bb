import { shapeOf } from '../keras/read-model.ts'
import { withLora } from '../weights/lora.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'
import { quantizationOf, quantizedWeights } from './quantization.ts'

/** y = activation(einsum(equation, x, kernel) + bias); no bias_axes, no bias. */
export const einsumDense: LayerConverter = {
  classNames: ['EinsumDense'],
  weights(config, { policy }) {
    const bias = config.text('bias_axes', '') !== '' && weight('bias')
    return (
      quantizedWeights(policy, weight('kernel'), bias) ??
      withLora(ownWeights(weight('kernel'), bias), 'kernel', config)
    )
  },
  convert(config, weights, { policy }) {
    config.ignore('lora_rank', 'lora_alpha', 'gptq_unpacked_column_size')
    const given = config.value('output_shape')
    const outputShape = typeof given === 'number' ? [given] : shapeOf(given)
    if (!outputShape) config.reject('output_shape', 'a size or a list of them')
    return {
      kind: 'einsumDense',
      einsumDense: {
        equation: config.text('equation'),
        outputShape: (outputShape ?? []).map((size) => size ?? -1),
        biasAxes: config.text('bias_axes', ''),
        kernel: weights.index('kernel') ?? weights.index('quantized_kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
        quantization: quantizationOf(config, weights, policy, [undefined]),
      },
    }
  },
}
