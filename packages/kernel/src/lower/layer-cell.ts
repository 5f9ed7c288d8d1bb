import { elementCount, ModelError, type Layer } from '@dotplus/core'

import {
  unsupported,
  type LowerContext,
  type Operands,
  type Value,
  type WeightStore,
} from './context.ts'
import { select } from './masking.ts'
import { concatenate } from './merge.ts'
import { strided } from './strided.ts'
import { callWrapped } from './wrapper.ts'

/** A cell of a class of the user's own: a submodel that takes a step and the states, and gives the output and the states. */
export interface LayerCell {
  readonly type: 'layer'
  /** Layer index of the submodel. */
  readonly layer: number
  /** Shapes of the states without the batch. */
  readonly states: readonly (readonly number[])[]
}

/** How a cell walks over a sequence. */
export interface Walk {
  /** The cell starts at the last step of x, the mask's walk is as `maskBackwards` says. */
  readonly backwards: boolean
  readonly maskBackwards: boolean
  /** Gives the outputs of all steps. */
  readonly sequences: boolean
  /** Masked steps give 0, not the output before. */
  readonly zeroMasked: boolean
  readonly timeMajor: boolean
}

/**
 * Checks the submodel that is the cell of a layer.
 *
 * @throws {UnsupportedError} when the cell is of another kind of layer, or computes in float64
 * @throws {ModelError} when inputs and outputs do not pair
 */
export function prepareLayerCell(layer: Layer, index: number, weights: WeightStore): LayerCell {
  const cell = weights.layer(index)
  if (cell.kind !== 'submodel' || !cell.submodel.graph)
    throw unsupported(layer, 'a cell that is no model of one step', cell.className)
  const { inputs, outputs } = cell.submodel.graph
  const states = inputs.slice(1).map(({ shape }) => shape.slice(1))
  if (outputs.length !== inputs.length) {
    throw new ModelError('outputs of a cell', {
      layer: cell.name,
      expected: `the output and ${states.length} state(s)`,
      got: `${outputs.length}`,
    })
  }
  const free = states.find((shape) => shape.length === 0 || shape.some((size) => size < 1))
  if (free) {
    throw new ModelError('shape of a state', {
      layer: cell.name,
      expected: 'sizes after the batch',
      got: `(${free.join(', ')})`,
    })
  }
  return { type: 'layer', layer: index, states }
}

/**
 * One call of the cell.
 *
 * @returns the output, then the states after it
 * @throws {ModelError} when a state comes back with another shape
 */
export function callLayerCell(
  context: LowerContext,
  layer: Layer,
  cell: LayerCell,
  step: Value,
  states: readonly Value[],
): [Value, ...Value[]] {
  const operands = [step, ...states].map((value): Operands => ({
    name: '',
    tensors: [{ ...value, mask: undefined }],
    number: undefined,
  }))
  const [output, ...after] = callWrapped(context, layer, cell.layer, {
    tensors: operands.flatMap(({ tensors }) => tensors),
    operands,
    masks: [],
    previousMasks: [],
  })
  for (const [i, state] of after.entries()) {
    const before = states[i]
    if (state.shape.join() === before?.shape.join()) continue
    throw new ModelError(`state ${i} after a step`, {
      layer: context.layerAt?.(cell.layer)?.name ?? layer.name,
      expected: `(${before?.shape.join(', ')})`,
      got: `(${state.shape.join(', ')})`,
    })
  }
  return [output as Value, ...after]
}

/**
 * Runs a cell over x (batch, steps, …), or (steps, batch, …) where time comes first: a call for each step. A step that is
 * masked leaves the states as they are.
 *
 * @param states (batch, …) before the first step
 * @param mask bool, (batch, steps) or (steps, batch)
 * @returns the outputs of all steps in the order of the walk or that of the last, and the states after it
 */
export function runLayerCell(
  context: LowerContext,
  layer: Layer,
  cell: LayerCell,
  x: Value,
  states: readonly Value[],
  mask: Value | undefined,
  walk: Walk,
): { readonly sequence: Value; readonly states: readonly Value[] } {
  const time = walk.timeMajor ? 0 : 1
  const steps = x.shape[time] as number
  const outputs: Value[] = []
  let own = states
  for (let number = 0; number < steps; number++) {
    const turned = steps - 1 - number
    const step = stepOf(context, x, time, walk.backwards ? turned : number)
    const [output, ...after] = callLayerCell(context, layer, cell, step, own)
    const counts = mask && stepOf(context, mask, time, walk.maskBackwards ? turned : number)
    const before = walk.zeroMasked ? undefined : outputs.at(-1)
    outputs.push(counts ? select(context, output, counts, before ?? 0) : output)
    const kept = own
    own = counts ? after.map((state, i) => select(context, state, counts, kept[i] as Value)) : after
  }
  const last = outputs.at(-1) as Value
  if (!walk.sequences) return { sequence: last, states: own }
  const [batch = 0, ...features] = last.shape
  const parts = outputs.map((value) =>
    context.view(value, walk.timeMajor ? [1, batch, ...features] : [batch, 1, ...features]),
  )
  return { sequence: concatenate(context, layer, parts, time), states: own }
}

/** Number `index` along the axis of time, which the result lacks. */
function stepOf(context: LowerContext, x: Value, time: number, index: number): Value {
  const shape = x.shape.filter((_, axis) => axis !== time)
  const inner = elementCount(x.shape.slice(time + 1))
  const rows = elementCount(x.shape.slice(0, time))
  const step = strided(context, x, {
    offset: index * inner,
    lengths: [rows, inner],
    steps: [inner * (x.shape[time] as number), 1],
  })
  return context.view(step, shape)
}
