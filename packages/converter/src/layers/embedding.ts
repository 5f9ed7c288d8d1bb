import type { DType, Quantization } from '@dotplus/core'
import type { DTypePolicy } from '../keras/dtype-policy.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import { isDType } from '../keras/number-array.ts'
import { withLora } from '../weights/lora.ts'
import { optional, ownWeights, statistic, weight } from '../weights/weight-tree.ts'
import type { LayerConverter, LayerWeights } from './layer-converter.ts'
import { quantizationOf } from './quantization.ts'

/** Table (input_dim, output_dim); ReversibleEmbedding may have a second one (output_dim, input_dim). */
export const embedding: LayerConverter = {
  classNames: ['Embedding', 'ReversibleEmbedding'],
  weights(config, { policy }) {
    const quantized = policy.quantization !== undefined
    const shape = [config.size('input_dim'), config.size('output_dim')]
    const untied = isReversible(config) && !config.boolean('tie_weights', true)
    const own = ownWeights(
      quantized ? statistic('embeddings') : weight('embeddings', shape),
      quantized && statistic('embeddings_scale'),
      policy.quantization === 'int4' && optional(statistic('embeddings_zero')),
      policy.quantization === 'int4' && optional(statistic('g_idx')),
      untied &&
        (quantized
          ? statistic('reverse_embeddings')
          : weight('reverse_embeddings', shape.toReversed())),
      untied && quantized && statistic('reverse_embeddings_scale'),
      untied && policy.quantization === 'int4' && optional(statistic('reverse_embeddings_zero')),
    )
    return quantized ? own : withLora(own, 'embeddings', config)
  },
  convert(config, weights, { policy }) {
    config.ignore('input_length', 'lora_rank', 'lora_alpha', 'sparse')
    const reversible = isReversible(config)
    if (reversible) config.boolean('tie_weights', true)
    return {
      kind: 'embedding',
      embedding: {
        inputDim: config.size('input_dim'),
        outputDim: config.size('output_dim'),
        maskZero: config.boolean('mask_zero', false),
        table: weights.index('embeddings'),
        quantization: quantization(config, weights, policy),
        reversible,
        reverseKernel: weights.index('reverse_embeddings'),
        logitSoftCap: reversible ? config.optionalNumber('logit_soft_cap') : undefined,
        reverseQuantization: reversible ? quantization(config, weights, policy, true) : undefined,
        reverseDtype: reversible ? reverseDtype(config) : undefined,
      },
    }
  },
}

function isReversible(config: LayerConfig): boolean {
  return config.place.className === 'ReversibleEmbedding'
}

function quantization(
  config: LayerConfig,
  weights: LayerWeights,
  policy: DTypePolicy,
  reverse = false,
): Quantization | undefined {
  const shape = [config.size('input_dim'), config.size('output_dim')]
  const untied = reverse && weights.index('reverse_embeddings') !== undefined
  const prefix = untied ? 'reverse_embeddings' : 'embeddings'
  return quantizationOf(config, weights, policy, shape, prefix, reverse)
}

function reverseDtype(config: LayerConfig): DType | undefined {
  const dtype = config.value('reverse_dtype')
  if (dtype === undefined || dtype === null) return undefined
  if (typeof dtype === 'string' && isDType(dtype)) return dtype
  config.reject('reverse_dtype', 'a dtype')
  return undefined
}
