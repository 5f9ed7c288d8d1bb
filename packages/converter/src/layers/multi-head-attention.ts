import type { Projection } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import { shapeOf } from '../keras/read-model.ts'
import { noWeights, ownWeights, weight, type WeightChild } from '../weights/weight-tree.ts'
import type { LayerConverter, LayerScope, LayerWeights } from './layer-converter.ts'
import { quantizationOf, quantizedWeights } from './quantization.ts'

/** The einsum projections in the order Keras builds them. */
const projections = ['query', 'key', 'gate', 'value', 'output'] as const
type ProjectionName = (typeof projections)[number]

function projectionChildren(config: LayerConfig, { policy }: LayerScope): WeightChild[] {
  const gated = config.boolean('use_gate', false)
  return projections
    .filter((name) => name !== 'gate' || gated)
    .map((name) => {
      const bias = config.boolean('use_bias', true) && weight('bias')
      return {
        key: name,
        paths: [`${name}_dense`, `_${name}_dense`],
        node:
          quantizedWeights(policy, weight('kernel'), bias) ?? ownWeights(weight('kernel'), bias),
      }
    })
}

interface Equations {
  readonly input: string
  readonly output: string
}

function readProjections(
  config: LayerConfig,
  weights: LayerWeights,
  scope: LayerScope,
  equations: Readonly<Record<ProjectionName, string>>,
): Partial<Record<ProjectionName, Projection>> {
  const found: Partial<Record<ProjectionName, Projection>> = {}
  for (const { key } of projectionChildren(config, scope)) {
    const name = key as ProjectionName
    const own = weights.child(name)
    found[name] = {
      equation: equations[name],
      kernel: own.index('kernel') ?? own.index('quantized_kernel'),
      bias: own.index('bias'),
      quantization: quantizationOf(config, own, scope.policy, [undefined]),
    }
  }
  return found
}

/** Arguments that only matter in training, or choose an implementation. */
const withoutEffect = [
  'seed',
  'flash_attention',
  'softmax_robust_masking',
  'query_shape',
  'key_shape',
  'value_shape',
  'output_shape',
] as const

export const multiHeadAttention: LayerConverter = {
  classNames: ['MultiHeadAttention'],
  weights: (config, scope) => ({ ...noWeights, children: projectionChildren(config, scope) }),
  convert(config, weights, scope) {
    config.ignore(...withoutEffect)
    // Keras 2 keeps the shapes in the config, Keras 3 beside it.
    const rank = (shapeOf(config.values.query_shape) ?? scope.inputShape)?.length ?? 3
    const { input, output } = projectionEquations(rank, outputRank(config))
    const numHeads = config.size('num_heads')
    const keyDim = config.size('key_dim')
    return {
      kind: 'multiHeadAttention',
      multiHeadAttention: {
        numHeads,
        numKeyValueHeads: numHeads,
        keyDim,
        valueDim: config.optionalInteger('value_dim') ?? keyDim,
        attentionAxes: config.integers('attention_axes', []),
        ...readProjections(config, weights, scope, {
          query: input,
          key: input,
          value: input,
          gate: input,
          output,
        }),
        slidingWindow: config.optionalInteger('sliding_window'),
        dropout: config.number('dropout', 0),
        grouped: false,
      },
    }
  },
}

/** Query heads share keys and values in groups. */
export const groupedQueryAttention: LayerConverter = {
  classNames: ['GroupQueryAttention', 'GroupedQueryAttention'],
  pythonName: 'GroupedQueryAttention',
  weights: (config, scope) => ({ ...noWeights, children: projectionChildren(config, scope) }),
  convert(config, weights, scope) {
    config.ignore(...withoutEffect)
    const headDim = config.size('head_dim')
    const query = 'bqm,muh->bquh'
    const key = 'bkm,mvh->bkvh'
    return {
      kind: 'multiHeadAttention',
      multiHeadAttention: {
        numHeads: config.size('num_query_heads'),
        numKeyValueHeads: config.size('num_key_value_heads'),
        keyDim: headDim,
        valueDim: headDim,
        attentionAxes: [],
        ...readProjections(config, weights, scope, {
          query,
          key,
          value: key,
          gate: query,
          output: 'bquh,uhm->bqm',
        }),
        slidingWindow: config.optionalInteger('sliding_window'),
        dropout: config.number('dropout', 0),
        grouped: true,
      },
    }
  },
}

/** Dimensions of the output projection: 1 unless `output_shape` says more. */
function outputRank(config: LayerConfig): number {
  const shape = config.values.output_shape
  return Array.isArray(shape) ? shape.length : 1
}

/** "abc,cde->abde" and "abcd,cde->abe" for rank 3, as keras.src.layers.attention builds them. */
function projectionEquations(rank: number, outputDims: number): Equations {
  return { input: equation(rank - 1, 1, 2), output: equation(rank - 1, 2, outputDims) }
}

function equation(free: number, bound: number, output: number): string {
  const letters = (start: number, count: number): string =>
    'abcdefghijklmnopqrstuvwxyz'.slice(start, start + count)
  const kept = letters(0, free)
  const summed = letters(free, bound)
  const made = letters(free + bound, output)
  return `${kept}${summed},${summed}${made}->${kept}${made}`
}
