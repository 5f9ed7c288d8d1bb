import type { LayerConfig } from '../keras/layer-config.ts'
import { ownWeights, weight } from '../weights/weight-tree.ts'
import type { LayerConverter } from './layer-converter.ts'

/** Attention and AdditiveAttention; Keras 2 could make them causal by an argument of the layer. */
export const attention: LayerConverter = {
  classNames: ['Attention', 'AdditiveAttention'],
  weights(config) {
    const additive = isAdditive(config)
    return ownWeights(
      config.boolean('use_scale', additive) && weight('scale', additive ? [undefined] : []),
      !additive &&
        config.text('score_mode', 'dot') === 'concat' &&
        weight('concat_score_weight', []),
    )
  },
  convert(config, weights) {
    config.ignore('dropout', 'seed')
    config.boolean('use_scale', false)
    if (config.boolean('causal', false)) {
      config.reject('causal', 'false', 'Call the layer with use_causal_mask=True instead')
    }
    return {
      kind: 'attention',
      attention: {
        scoreMode: isAdditive(config)
          ? 'additive'
          : config.word('score_mode', ['dot', 'concat'], 'dot'),
        scale: weights.index('scale'),
        concatScoreWeight: weights.index('concat_score_weight'),
      },
    }
  },
}

function isAdditive(config: LayerConfig): boolean {
  return config.place.className === 'AdditiveAttention'
}
