import type { Cell } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import { isJsonObject, type Json, type JsonObject } from '../keras/python-json.ts'
import { snakeCase } from '../keras/snake-case.ts'
import { noWeights, type WeightChild, type WeightNode } from '../weights/weight-tree.ts'
import type { LayerConverter, LayerWeights } from './layer-converter.ts'
import { cellKind, cellWeights, readCell } from './recurrent-cell.ts'
import { normalizeStates, readScan } from './scan.ts'

/** SimpleRNN, LSTM and GRU: one cell whose arguments are the layer's own. */
export const recurrent: LayerConverter = {
  classNames: ['SimpleRNN', 'LSTM', 'GRU'],
  weights: (config) => ({
    ...noWeights,
    children: [{ key: 'cell', paths: ['cell'], node: cellWeights(config) }],
  }),
  convert: (config, weights) => ({
    kind: 'recurrent',
    recurrent: { cells: [readCell(config, weights.child('cell'))], scan: readScan(config) },
  }),
  normalizeCall: normalizeStates,
}

/** RNN over a cell given as an object, which may be a stack of them. */
export const rnn: LayerConverter = {
  classNames: ['RNN'],
  weights(config, scope) {
    const cell = config.object('cell')
    if (!cell) return noWeights
    return {
      ...noWeights,
      children: [{ key: 'cell', paths: ['cell'], node: scope.weightsOf(cell) }],
    }
  },
  convert(config, weights, scope) {
    const cell = config.object('cell') ?? {}
    const scan = readScan(config)
    const cells = knownCells(cell, weights.child('cell'), config)
    if (cells) return { kind: 'recurrent', recurrent: { cells, scan } }
    return {
      kind: 'recurrent',
      recurrent: { cells: [], scan, customCell: scope.addLayer(cell, weights.child('cell')) },
    }
  },
  normalizeCall: normalizeStates,
}

/** Cells used on their own, called with (x, states), and stacks of them. */
export const cell: LayerConverter = {
  classNames: ['SimpleRNNCell', 'LSTMCell', 'GRUCell'],
  weights: (config) => cellWeights(config),
  convert: (config, weights) => ({
    kind: 'stackedCells',
    stackedCells: { cells: [readCell(config, weights)] },
  }),
}

export const stackedCells: LayerConverter = {
  classNames: ['StackedRNNCells'],
  weights(config, scope): WeightNode {
    const counts = new Map<string, number>()
    const children = cellsOf(config.value('cells')).map((serialized): WeightChild => {
      const name = storageName(serialized, counts)
      return { key: name, paths: [`cells/${name}`], node: scope.weightsOf(serialized) }
    })
    return { ...noWeights, children }
  },
  convert(config, weights) {
    config.ignore('reverse_state_order')
    const cells = knownCells(
      { class_name: 'StackedRNNCells', config: config.values },
      weights,
      config,
    )
    if (!cells) config.reject('cells', 'SimpleRNNCell, LSTMCell or GRUCell')
    return { kind: 'stackedCells', stackedCells: { cells: cells ?? [] } }
  },
}

function storageName(serialized: JsonObject, counts: Map<string, number>): string {
  const base = snakeCase(String(serialized.class_name))
  const count = counts.get(base) ?? 0
  counts.set(base, count + 1)
  return count === 0 ? base : `${base}_${count}`
}

function cellsOf(json: Json | undefined): JsonObject[] {
  return Array.isArray(json) ? json.filter((item): item is JsonObject => isJsonObject(item)) : []
}

/** The cells of a serialized cell or stack, or undefined when one of them is a class of the user's own. */
function knownCells(
  serialized: JsonObject,
  weights: LayerWeights,
  outer: LayerConfig,
): Cell[] | undefined {
  const config = isJsonObject(serialized.config) ? serialized.config : {}
  if (serialized.class_name === 'StackedRNNCells') {
    const counts = new Map<string, number>()
    const cells = cellsOf(config.cells).map((inner) =>
      knownCells(inner, weights.child(storageName(inner, counts)), outer),
    )
    return cells.every((inner) => inner !== undefined) ? cells.flat() : undefined
  }
  const className = String(serialized.class_name)
  if (!cellKind(className)) return undefined
  const cellConfig = outer.inner(className, config)
  const read = readCell(cellConfig, weights)
  cellConfig.finish()
  return [read]
}
