import { ownWeights, noWeights, weight } from '../weights/weight-tree.ts'
import { convArguments, rankOf } from './conv.ts'
import type { LayerConverter } from './layer-converter.ts'
import { normalizeStates, readScan } from './scan.ts'

/** ConvLSTM: kernels with four blocks of filters, in the cell of the layer. */
export const convRecurrent: LayerConverter = {
  classNames: ['ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D'],
  weights(config) {
    const filters = config.size('filters')
    const kernelSize = config.sizes('kernel_size', rankOf(config))
    const node = ownWeights(
      weight('kernel', [...kernelSize, undefined, 4 * filters]),
      weight('recurrent_kernel', [...kernelSize, filters, 4 * filters]),
      config.boolean('use_bias', true) && weight('bias', [4 * filters]),
    )
    return { ...noWeights, children: [{ key: 'cell', paths: ['cell'], node }] }
  },
  convert(config, weights) {
    config.ignore('dropout', 'recurrent_dropout', 'seed', 'unit_forget_bias')
    const cell = weights.child('cell')
    return {
      kind: 'convRecurrent',
      convRecurrent: {
        ...convArguments(config),
        filters: config.size('filters'),
        activation: config.activation('activation', 'tanh'),
        recurrentActivation: config.activation('recurrent_activation', 'sigmoid'),
        kernel: cell.index('kernel'),
        recurrentKernel: cell.index('recurrent_kernel'),
        bias: cell.index('bias'),
        scan: readScan(config),
      },
    }
  },
  normalizeCall: normalizeStates,
}
