import type { LayerConfig } from '../keras/layer-config.ts'
import { isJsonObject, type JsonObject } from '../keras/python-json.ts'
import { noWeights, statistic, type WeightNode } from '../weights/weight-tree.ts'
import type { LayerConverter, LayerScope } from './layer-converter.ts'
import { normalizeStates } from './scan.ts'

const modes = ['concat', 'sum', 'mul', 'ave'] as const

/** Two recurrent layers; Keras 2 may leave the backward one to be made from the forward one. */
export const bidirectional: LayerConverter = {
  classNames: ['Bidirectional'],
  weights(config, scope) {
    const { forward, backward } = directions(config)
    return {
      ...noWeights,
      children: [
        {
          key: 'forward_layer',
          paths: ['forward_layer'],
          node: forward ? scope.weightsOf(forward) : noWeights,
        },
        {
          key: 'backward_layer',
          paths: ['backward_layer'],
          node: backward ? scope.weightsOf(backward) : noWeights,
        },
      ],
    }
  },
  convert(config, weights, scope) {
    const { forward, backward } = directions(config)
    const mode = config.value('merge_mode')
    return {
      kind: 'bidirectional',
      bidirectional: {
        forward: forward ? scope.addLayer(forward, weights.child('forward_layer')) : 0,
        backward: backward ? scope.addLayer(backward, weights.child('backward_layer')) : 0,
        mergeMode: mode === null ? '' : config.word('merge_mode', modes, 'concat'),
      },
    }
  },
  normalizeCall: normalizeStates,
}

const madeBackward = new WeakMap<JsonObject, JsonObject>()

function directions(config: LayerConfig): {
  forward: JsonObject | undefined
  backward: JsonObject | undefined
} {
  const forward = config.object('layer')
  const backward = config.object('backward_layer')
  return { forward, backward: backward ?? (forward && reversed(forward)) }
}

/** The forward layer with its direction turned. */
function reversed(forward: JsonObject): JsonObject {
  const known = madeBackward.get(forward)
  if (known) return known
  const config = isJsonObject(forward.config) ? forward.config : {}
  const name =
    typeof config.name === 'string'
      ? `backward_${config.name.replace(/^forward_/, '')}`
      : 'backward'
  const made: JsonObject = {
    ...forward,
    config: { ...config, name, go_backwards: config.go_backwards !== true },
  }
  madeBackward.set(forward, made)
  return made
}

/** Applies a layer to every step. */
export const timeDistributed: LayerConverter = {
  classNames: ['TimeDistributed'],
  weights: (config, scope) => wrappedWeights(config, scope),
  convert(config, weights, scope) {
    const layer = config.object('layer')
    return {
      kind: 'timeDistributed',
      timeDistributed: { layer: layer ? scope.addLayer(layer, weights.child('layer')) : 0 },
    }
  },
}

/** The left vector of the power iteration beside the wrapped layer, whose kernel the file holds twice. */
export const spectralNormalization: LayerConverter = {
  classNames: ['SpectralNormalization'],
  weights(config, scope) {
    const inner = wrappedWeights(config, scope)
    const [kernel] = inner.children[0]?.node.own ?? []
    const repeated = kernel ? [{ ...kernel, repeated: true }] : []
    return { ...inner, own: [...repeated, statistic('vector_u', [1, undefined])] }
  },
  convert(config, weights, scope) {
    const layer = config.object('layer')
    return {
      kind: 'spectralNormalization',
      spectralNormalization: {
        layer: layer ? scope.addLayer(layer, weights.child('layer')) : 0,
        powerIterations: config.size('power_iterations', 1),
        vectorU: weights.index('vector_u'),
      },
    }
  },
}

function wrappedWeights(config: LayerConfig, scope: LayerScope): WeightNode {
  const layer = config.object('layer')
  return layer
    ? { ...noWeights, children: [{ key: 'layer', paths: ['layer'], node: scope.weightsOf(layer) }] }
    : noWeights
}
