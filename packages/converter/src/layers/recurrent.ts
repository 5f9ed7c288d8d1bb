import type { Cell } from '@dotplus/core'
import { isCustom } from '../build/unknown-layer.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import { isJsonObject, type Json, type JsonObject } from '../keras/python-json.ts'
import { snakeCase } from '../keras/snake-case.ts'
import { noWeights, type WeightChild, type WeightNode } from '../weights/weight-tree.ts'
import type { ConvertScope, LayerConverter, LayerScope, LayerWeights } from './layer-converter.ts'
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

/** RNN over a cell given as an object, which may be a stack of them or of a class of the user's own. */
export const rnn: LayerConverter = {
  classNames: ['RNN'],
  weights(config, scope) {
    const cell = config.object('cell')
    if (!cell) return noWeights
    return {
      ...noWeights,
      children: [{ key: 'cell', paths: ['cell'], node: weightsOfCell(cell, scope) }],
    }
  },
  convert(config, weights, scope) {
    const cell = config.object('cell') ?? {}
    const cells = readCells(cell, weights.child('cell'), config, scope)
    return { kind: 'recurrent', recurrent: { cells, scan: readScan(config) } }
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
  weights: (config, scope) => weightsOfStack(config.values, scope),
  convert(config, weights, scope) {
    config.ignore('reverse_state_order')
    return {
      kind: 'stackedCells',
      stackedCells: { cells: readStack(config.value('cells'), weights, config, scope) },
    }
  },
}

function isStack({ class_name: className }: JsonObject): boolean {
  return className === 'StackedRNNCells'
}

function configOf(serialized: JsonObject): JsonObject {
  return isJsonObject(serialized.config) ? serialized.config : {}
}

/** The cells of a stack with their names in files: the class in snake case, numbered from its second cell on. */
function namedCells(cells: Json | undefined): { cell: JsonObject; name: string }[] {
  const counts = new Map<string, number>()
  const list = Array.isArray(cells) ? cells.filter((item) => isJsonObject(item)) : []
  return list.map((each) => {
    const base = snakeCase(String(each.class_name))
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    return { cell: each, name: count === 0 ? base : `${base}_${count}` }
  })
}

function weightsOfCell(serialized: JsonObject, scope: LayerScope): WeightNode {
  return isStack(serialized)
    ? weightsOfStack(configOf(serialized), scope)
    : scope.weightsOf(serialized, 'cell')
}

function weightsOfStack({ cells, trainable }: JsonObject, scope: LayerScope): WeightNode {
  const children = namedCells(cells).map(({ cell: each, name }): WeightChild => ({
    key: name,
    paths: [`cells/${name}`],
    node: weightsOfCell(each, scope),
  }))
  return { ...noWeights, children, trainable: trainable !== false }
}

/** The cells of a serialized cell or stack, in order. One of a class of the user's own is a layer of the model. */
function readCells(
  serialized: JsonObject,
  weights: LayerWeights,
  outer: LayerConfig,
  scope: ConvertScope,
): Cell[] {
  const config = configOf(serialized)
  const className = String(serialized.class_name)
  if (isStack(serialized)) {
    const stack = outer.inner(className, config)
    const cells = readStack(stack.value('cells'), weights, outer, scope)
    stack.finish()
    return cells
  }
  if (!cellKind(className) || isCustom(classOf(serialized)))
    return [
      { type: 'layer', units: 0, resetAfter: false, layer: scope.addLayer(serialized, weights) },
    ]
  const cellConfig = outer.inner(className, config)
  const read = readCell(cellConfig, weights)
  cellConfig.finish()
  return [read]
}

function readStack(
  cells: Json | undefined,
  weights: LayerWeights,
  outer: LayerConfig,
  scope: ConvertScope,
): Cell[] {
  return namedCells(cells).flatMap(({ cell: each, name }) =>
    readCells(each, weights.child(name), outer, scope),
  )
}

function classOf(serialized: JsonObject): Parameters<typeof isCustom>[0] {
  const { class_name: className, module, registered_name: registeredName } = serialized
  return {
    className: String(className),
    module: typeof module === 'string' ? module : undefined,
    registeredName: typeof registeredName === 'string' ? registeredName : undefined,
  }
}
