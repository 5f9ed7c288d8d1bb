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
  convert(config, weights, { policy, inputShape }) {
    config.ignore('lora_rank', 'lora_alpha', 'gptq_unpacked_column_size')
    const given = config.value('output_shape')
    const equation = config.text('equation')
    const outputShape = typeof given === 'number' ? [given] : shapeOf(given)
    if (!outputShape) config.reject('output_shape', 'a size or a list of them')
    return {
      kind: 'einsumDense',
      einsumDense: {
        equation,
        outputShape: (outputShape ?? []).map((size) => size ?? -1),
        biasAxes: config.text('bias_axes', ''),
        kernel: weights.index('kernel') ?? weights.index('quantized_kernel'),
        bias: weights.index('bias'),
        activation: config.activation(),
        quantization: quantizationOf(
          config,
          weights,
          policy,
          kernelShape(equation, inputShape ?? [], outputShape ?? []),
        ),
      },
    }
  },
}

/**
 * The kernel's shape before packing: each of its labels has the size it has in the input or in the output, which is
 * without its batch dimension. With an ellipsis first, labels are counted from the end.
 */
function kernelShape(
  equation: string,
  input: readonly (number | null)[],
  output: readonly (number | null)[],
): (number | null | undefined)[] {
  const [x = '', kernel = '', y = ''] = equation.replaceAll(' ', '').split(/,|->/)
  const sizeIn = (
    term: string,
    shape: readonly (number | null)[],
    label: string,
  ): number | null | undefined => {
    const labels = [...term.replace('...', '.')]
    const at = labels.indexOf(label)
    if (at < 0) return undefined
    return labels[0] === '.' ? shape.at(at - labels.length) : shape[at]
  }
  return [...kernel].map((label) => sizeIn(x, input, label) ?? sizeIn(y, [null, ...output], label))
}
