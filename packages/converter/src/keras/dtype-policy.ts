import type { DType } from '@dotplus/core'
import { isDType } from './number-array.ts'
import { isJsonObject, type Json } from './python-json.ts'

/** In which dtype a layer computes and keeps its weights, and how they are quantized. */
export interface DTypePolicy {
  readonly compute: DType
  readonly variable: DType
  /** "int8", "int4", "float8", "gptq", "awq", or undefined. */
  readonly quantization: string | undefined
  /** Block size of the quantization, where the policy's name holds it. */
  readonly blockSize: number | undefined
  /** Bits of a weight, where the policy's name holds them. */
  readonly bits?: number | undefined
}

const mixed: Readonly<Record<string, DType>> = {
  mixed_float16: 'float16',
  mixed_bfloat16: 'bfloat16',
}

/**
 * Reads a `dtype` argument: a name, or a serialized policy of Keras 2 or 3.
 *
 * @returns undefined when the policy is unknown
 */
export function readDTypePolicy(json: Json | undefined): DTypePolicy | undefined {
  if (json === undefined || json === null) return policyOf('float32')
  if (typeof json === 'string') return policyOf(json)
  if (!isJsonObject(json)) return undefined
  const config = isJsonObject(json.config) ? json.config : {}
  if (typeof config.mode === 'string') {
    const source = typeof config.source_name === 'string' ? config.source_name : 'float32'
    return quantizedPolicy(config.mode, source)
  }
  // A policy map: its default holds for the layer itself.
  if (json.class_name === 'DTypePolicyMap') return readDTypePolicy(config.default_policy)
  return typeof config.name === 'string' ? policyOf(config.name) : undefined
}

function policyOf(name: string): DTypePolicy | undefined {
  const quantized = /^(.+)_from_(.+)$/.exec(name)
  if (quantized) return quantizedPolicy(quantized[1] as string, quantized[2] as string)
  const compute = mixed[name]
  if (compute)
    return { compute, variable: 'float32', quantization: undefined, blockSize: undefined }
  // TensorFlow's names for what Keras calls string and bool.
  if (!isDType(name)) return undefined
  return { compute: name, variable: name, quantization: undefined, blockSize: undefined }
}

/** "int8", "int4/128", "gptq/4/128": mode, bits where they vary, block size. */
function quantizedPolicy(mode: string, source: string): DTypePolicy | undefined {
  const base = policyOf(source)
  const [name, ...parts] = mode.split('/')
  if (!base || !name) return undefined
  const block = Number(parts.at(-1))
  return {
    ...base,
    quantization: name,
    bits: parts.length > 1 ? Number(parts[0]) : undefined,
    blockSize: Number.isInteger(block) && block > 0 ? block : undefined,
  }
}
