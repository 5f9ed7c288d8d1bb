import type { LayerConfig } from '../keras/layer-config.ts'
import { rankOf } from './conv.ts'
import type { LayerConverter } from './layer-converter.ts'

function reductionOf(config: LayerConfig): string {
  return config.place.className.includes('Max') ? 'max' : 'average'
}

const ranks = [1, 2, 3]
const classNames = (pattern: string): string[] =>
  ranks.flatMap((rank) =>
    ['Max', 'Average'].map((reduction) => pattern.replace('*', reduction).replace('#', `${rank}`)),
  )

/** Strides default to the pool size. */
export const pooling: LayerConverter = {
  classNames: [
    ...classNames('*Pooling#D'),
    ...ranks.flatMap((rank) => [`MaxPool${rank}D`, `AvgPool${rank}D`]),
  ],
  convert(config) {
    const rank = rankOf(config)
    const poolSize = config.sizes('pool_size', rank, 2)
    return {
      kind: 'pooling',
      pooling: {
        rank,
        reduction: reductionOf(config),
        poolSize,
        strides: config.sizes('strides', rank, poolSize),
        padding: config.word('padding', ['valid', 'same'], 'valid'),
        dataFormat: config.dataFormat(),
      },
    }
  },
}

export const globalPooling: LayerConverter = {
  classNames: [
    ...classNames('Global*Pooling#D'),
    ...ranks.flatMap((rank) => [`GlobalMaxPool${rank}D`, `GlobalAvgPool${rank}D`]),
  ],
  convert: (config) => ({
    kind: 'globalPooling',
    globalPooling: {
      rank: rankOf(config),
      reduction: reductionOf(config),
      keepdims: config.boolean('keepdims', false),
      dataFormat: config.dataFormat(),
    },
  }),
}

export const adaptivePooling: LayerConverter = {
  classNames: classNames('Adaptive*Pooling#D'),
  convert: (config) => ({
    kind: 'adaptivePooling',
    adaptivePooling: {
      rank: rankOf(config),
      reduction: reductionOf(config),
      outputSize: config.sizes('output_size', rankOf(config)),
      dataFormat: config.dataFormat(),
    },
  }),
}
