import type { Quantization } from '@dotplus/core'
import type { DTypePolicy } from '../keras/dtype-policy.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import { isJsonObject } from '../keras/python-json.ts'
import { optional, statistic, type WeightNode, type WeightSlot } from '../weights/weight-tree.ts'
import type { LayerWeights } from './layer-converter.ts'

const modes: ReadonlySet<string> = new Set(['int8', 'int4', 'float8', 'gptq', 'awq'])

/**
 * The variables of a quantized kernel in the order Keras stores them, or undefined for a layer that is not quantized.
 *
 * @see keras/src/layers/core/dense.py, variable_serialization_spec
 */
export function quantizedWeights(
  policy: DTypePolicy,
  kernel: WeightSlot,
  bias: WeightSlot | false,
): WeightNode | undefined {
  const mode = policy.quantization
  if (mode === undefined) return undefined
  const packed: WeightSlot = { ...kernel, shape: undefined, trainable: false }
  const biases = bias ? [bias] : []
  const own = ((): WeightSlot[] => {
    switch (mode) {
      case 'int8':
        return [packed, ...biases, statistic('kernel_scale')]
      case 'int4':
        return [
          packed,
          ...biases,
          statistic('kernel_scale'),
          optional(statistic('kernel_zero')),
          optional(statistic('g_idx')),
        ]
      case 'float8':
        return [
          kernel,
          ...biases,
          statistic('inputs_scale'),
          statistic('inputs_amax_history'),
          statistic('kernel_scale'),
          statistic('kernel_amax_history'),
          statistic('outputs_grad_scale'),
          statistic('outputs_grad_amax_history'),
        ]
      case 'gptq':
        return [
          ...biases,
          statistic('quantized_kernel'),
          statistic('kernel_scale'),
          statistic('kernel_zero'),
          statistic('g_idx'),
        ]
      case 'awq':
        return [
          ...biases,
          statistic('quantized_kernel'),
          statistic('kernel_scale'),
          statistic('kernel_zero'),
          statistic('awq_scales'),
          statistic('g_idx'),
        ]
      default:
        return [kernel, ...biases]
    }
  })()
  return { own, children: [], trainable: true }
}

/**
 * How a kernel was quantized, from its policy and `quantization_config`.
 *
 * @param kernelShape the kernel's shape before packing, where it is known
 */
export function quantizationOf(
  config: LayerConfig,
  weights: LayerWeights,
  policy: DTypePolicy,
  kernelShape: readonly (number | null | undefined)[],
  prefix = 'kernel',
  quantizesInputs: boolean = policy.quantization === 'int8',
): Quantization | undefined {
  const settings = config.object('quantization_config')
  const mode = policy.quantization
  if (mode === undefined) return undefined
  if (!modes.has(mode)) config.reject('dtype', [...modes].join(', '))
  const values =
    typeof settings?.config === 'object' && !Array.isArray(settings.config)
      ? settings.config
      : undefined
  const blockSize = values?.block_size ?? values?.group_size ?? policy.blockSize
  const recorded: Readonly<Record<string, readonly string[]>> = {
    float8: ['inputs_scale', `${prefix}_scale`, 'outputs_grad_scale'],
    awq: ['awq_scales'],
  }
  const inputScales = (recorded[mode] ?? [])
    .map((name) => weights.index(name))
    .filter((index) => index !== undefined)
  return {
    mode,
    scale: weights.index(`${prefix}_scale`),
    zero: weights.index(`${prefix}_zero`),
    groupIndex: weights.index('g_idx'),
    blockSize: typeof blockSize === 'number' && blockSize > 0 ? blockSize : 0,
    unpackedShape: kernelShape.every((size) => typeof size === 'number')
      ? [...(kernelShape as number[])]
      : [],
    dynamicInputs: quantizesInput(config, mode, quantizesInputs),
    inputScales,
    bits: policy.bits ?? 0,
  }
}

/** The quantizer that Keras has one of: integers up to ±127, one scale a row. */
const absoluteMaximum: Readonly<Record<string, string>> = {
  value_range: '[-127,127]',
  epsilon: '1e-7',
  output_dtype: '"int8"',
}

/** Whether inputs are quantized: what the configuration says, else what the mode does by itself. */
function quantizesInput(config: LayerConfig, mode: string, byItself: boolean): boolean {
  if (mode !== 'int8' && mode !== 'int4') return false
  const settings = config.object('quantization_config')
  if (!settings) return byItself
  const values = isJsonObject(settings.config) ? settings.config : {}
  const quantizer = values.activation_quantizer
  if (quantizer === undefined || quantizer === null) return false
  const given = isJsonObject(quantizer) && isJsonObject(quantizer.config) ? quantizer.config : {}
  const differs = Object.entries(absoluteMaximum).some(
    ([name, value]) => given[name] !== undefined && JSON.stringify(given[name]) !== value,
  )
  if (!isJsonObject(quantizer) || quantizer.class_name !== 'AbsMaxQuantizer' || differs)
    config.reject('quantization_config', 'an AbsMaxQuantizer of activations to int8')
  return true
}
