import type { Cell } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import { ownWeights, weight, type WeightNode } from '../weights/weight-tree.ts'
import type { LayerWeights } from './layer-converter.ts'

type CellType = 'simple_rnn' | 'lstm' | 'gru'

interface CellKind {
  readonly type: CellType
  /** Blocks of `units` columns in the kernels. */
  readonly gates: number
}

const kinds: Readonly<Record<string, CellKind>> = {
  SimpleRNN: { type: 'simple_rnn', gates: 1 },
  SimpleRNNCell: { type: 'simple_rnn', gates: 1 },
  LSTM: { type: 'lstm', gates: 4 },
  LSTMCell: { type: 'lstm', gates: 4 },
  GRU: { type: 'gru', gates: 3 },
  GRUCell: { type: 'gru', gates: 3 },
}

/** The cell behind a class of layers or cells. */
export function cellKind(className: string): CellKind | undefined {
  return kinds[className]
}

/** Kernel (input, gates*units), recurrent kernel (units, gates*units), bias. */
export function cellWeights(config: LayerConfig): WeightNode {
  const { gates, type } = kinds[config.place.className] as CellKind
  const units = config.size('units')
  const columns = gates * units
  const bias = type === 'gru' && resetAfter(config) ? [2, columns] : [columns]
  return ownWeights(
    weight('kernel', [undefined, columns]),
    weight('recurrent_kernel', [units, columns]),
    config.boolean('use_bias', true) && weight('bias', bias),
  )
}

/** Before Keras 2.3 the reset gate came before the product, and the argument was not there. */
function resetAfter(config: LayerConfig): boolean {
  return config.boolean('reset_after', config.place.kerasMajor >= 3)
}

/** Reads the arguments that a cell has, whether it stands in an RNN layer's config or in its own. */
export function readCell(config: LayerConfig, weights: LayerWeights): Cell {
  const { type } = kinds[config.place.className] as CellKind
  config.ignore('dropout', 'recurrent_dropout', 'seed', 'unit_forget_bias')
  config.boolean('use_bias', true)
  const gated = type !== 'simple_rnn'
  // The gates' default changed with Keras 2.0 from hard_sigmoid; every config writes it.
  return {
    type,
    units: config.size('units'),
    activation: config.activation('activation', 'tanh'),
    recurrentActivation: gated ? config.activation('recurrent_activation', 'sigmoid') : undefined,
    kernel: weights.index('kernel'),
    recurrentKernel: weights.index('recurrent_kernel'),
    bias: weights.index('bias'),
    resetAfter: type === 'gru' && resetAfter(config),
  }
}
