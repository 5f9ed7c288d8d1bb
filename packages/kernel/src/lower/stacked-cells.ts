import { ModelError, type Layer } from '@dotplus/core'

import { unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import { callLayerCell } from './layer-cell.ts'
import { copied, prepareCells, runCell, stateShapes, type AnyCell } from './recurrent.ts'

/**
 * Cells called by themselves: one step x (batch, features) and the states (batch, units) → the output (batch, units), then
 * the states after it, cell by cell.
 */
export const stackedCellsLayer: Lowering<readonly AnyCell[]> = {
  prepare(layer, weights) {
    if (layer.kind !== 'stackedCells') throw unsupported(layer, 'layer', layer.className)
    return prepareCells(layer, layer.stackedCells.cells, weights)
  },
  lower(context, cells, call, layer) {
    const [x, ...given] = call.tensors
    const batch = x?.shape[0] ?? 0
    const shapes = cells.map((cell) => stateShapes(cell).map((shape) => [batch, ...shape]))
    const expected = shapes.flat()
    if (!x || given.map(({ shape }) => shape.join()).join(' ') !== expected.map(String).join(' ')) {
      throw new ModelError('states of a cell', {
        layer: layer.name,
        expected: expected.map((shape) => `(${shape.join(', ')})`).join(', '),
        got: given.map(({ shape }) => `(${shape.join(', ')})`).join(', ') || 'none',
      })
    }
    const after: Value[] = []
    let y = x
    for (const [number, cell] of cells.entries()) {
      const states = given.slice(after.length, after.length + (shapes[number]?.length ?? 0))
      const [output, ...own] = step(context, layer, cell, y, states)
      after.push(...own)
      y = output
    }
    return [y, ...after]
  },
}

function step(
  context: LowerContext,
  layer: Layer,
  cell: AnyCell,
  x: Value,
  states: readonly Value[],
): [Value, ...Value[]] {
  if (cell.type === 'layer') return callLayerCell(context, layer, cell, x, states)
  const [batch = 0, ...features] = x.shape
  if (features.length !== 1 || features[0] !== cell.input.inner) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: `(batch, ${cell.input.inner})`,
      got: `(${x.shape.join(', ')})`,
    })
  }
  const own = states.map((state) => copied(context, state))
  const sequence = context.view(x, [batch, 1, ...features])
  const y = runCell(context, cell, sequence, own, undefined, batch, 1, {
    sequences: false,
    backwards: false,
    maskBackwards: false,
    zeroMasked: false,
    timeMajor: false,
    resetBefore: cell.resetBefore,
    streamed: false,
  })
  return [y, ...own]
}
