import { elementCount, ModelError, type Cell, type Layer, type Scan } from '@dotplus/core'

import {
  cellSoftmax,
  recurrentSettings,
  wideScratchFloats,
  writeRecurrent,
  type CellName,
  type RecurrentFlags,
} from '../sequence-records.ts'
import { writeCopy, type Activation } from '../program.ts'
import { prepareActivation } from './activation.ts'
import { cast } from './cast.ts'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import { matrixProduct, type PackedDense } from './dense.ts'
import { prepareLayerCell, runLayerCell, type LayerCell } from './layer-cell.ts'
import { checkMask, filled, select } from './masking.ts'
import { packCell } from './recurrent-weights.ts'

/** One cell of Keras, ready to run. */
interface PreparedCell {
  readonly type: CellName
  readonly units: number
  /** Input projection (input, gates · units) with the bias that is added once. */
  readonly input: PackedDense
  /** Address of the packed recurrent weights. */
  readonly recurrent: number
  /** Address of the cell's activations. */
  readonly settings: number
  readonly gates: number
  readonly resetBefore: boolean
}

/** A cell of Keras or of a class of the user's own. */
export type AnyCell = PreparedCell | LayerCell

interface PreparedRecurrent {
  readonly cells: readonly AnyCell[]
  readonly scan: Scan
}

/** Units up to which a step is taken in float64, and nothing rounded but the states. */
const wideUnits = 8

const gateCounts: Readonly<Record<string, number>> = { simple_rnn: 1, lstm: 4, gru: 3 }

function prepareCell(layer: Layer, cell: Cell, weights: WeightStore): PreparedCell {
  const { type, units } = cell
  const gates = Object.hasOwn(gateCounts, type) ? gateCounts[type] : undefined
  if (gates === undefined) throw unsupported(layer, 'cell', type)
  const resetBefore = type === 'gru' && !cell.resetAfter
  const packed = packCell(layer, cell, gates, weights)
  const settings = recurrentSettings(
    cellActivation(layer, cell.activation),
    cellActivation(layer, cell.recurrentActivation),
    packed.candidate,
  )
  return {
    type: type as CellName,
    units,
    input: packed.input,
    recurrent: packed.recurrent,
    settings: weights.place(settings),
    gates,
    resetBefore,
  }
}

/**
 * The cells of a layer, ready to run.
 *
 * @throws {ModelError} when there are none
 */
export function prepareCells(
  layer: Layer,
  cells: readonly Cell[],
  weights: WeightStore,
): AnyCell[] {
  if (cells.length === 0) throw new ModelError('the layer has no cell', { layer: layer.name })
  return cells.map((cell) =>
    cell.type === 'layer' && cell.layer !== undefined
      ? prepareLayerCell(layer, cell.layer, weights)
      : prepareCell(layer, cell, weights),
  )
}

/** Shapes of a cell's states without the batch. */
export function stateShapes(cell: AnyCell): readonly (readonly number[])[] {
  if (cell.type === 'layer') return cell.states
  return Array.from({ length: cell.type === 'lstm' ? 2 : 1 }, () => [cell.units])
}

/** An activation of a cell. */
export function cellActivation(layer: Layer, settings: Cell['activation']): Activation {
  const prepared = prepareActivation(layer, settings)
  if ('elementwise' in prepared) return prepared.elementwise
  if (prepared.axiswise === 'softmax' && prepared.axis === -1) return cellSoftmax
  throw unsupported(layer, 'activation of a cell', prepared.axiswise)
}

/**
 * SimpleRNN, LSTM, GRU and RNN over cells, stacked ones too: x (batch, steps, features) → (batch, units), or (batch,
 * steps, units) with `return_sequences`, then the states with `return_state`. The input projection of all steps is one
 * product; the steps run inside one op. A stack runs cell by cell over the whole sequence, which gives the same numbers.
 * The steps of a cell of the user's own are calls of it, each with ops of its own.
 */
export const recurrentLayer: Lowering<PreparedRecurrent> = {
  prepare(layer, weights) {
    if (layer.kind !== 'recurrent') throw unsupported(layer, 'layer', layer.className)
    const { cells, scan } = layer.recurrent
    if (!scan) throw new ModelError('the layer does not say how it walks', { layer: layer.name })
    return { cells: prepareCells(layer, cells, weights), scan }
  },
  lower: runRecurrent,
}

/** The outputs of a recurrent layer: sequence or last output, then the states where they are returned. */
function runRecurrent(
  context: LowerContext,
  { cells, scan }: PreparedRecurrent,
  call: CallArguments,
  layer: Layer,
): Value[] {
  const zeroMasked = call.zeroMasked ?? scan.zeroOutputForMask
  // An unrolled backward walk of Keras zeroes its outputs by the mask as given, not by the mask turned around.
  const zeroAfter = zeroMasked && scan.unroll && scan.goBackwards && scan.returnSequences
  const [x, ...initial] = call.tensors
  const others = call.operands.slice(1).filter(({ name }) => name !== 'initial_state')
  const [head] = cells
  const features = head?.type === 'layer' ? '…' : head?.input.inner
  const fits =
    x &&
    (head?.type === 'layer' ? x.shape.length >= 3 : x.shape.length === 3 && x.shape[2] === features)
  if (!fits || others.length > 0) {
    throw new ModelError(`input of ${layer.className}`, {
      layer: layer.name,
      expected: `(batch, steps, ${features})`,
      got: others.length > 0 ? `argument ${others[0]?.name}` : `(${x?.shape.join(', ')})`,
    })
  }
  const [first, second] = x.shape as [number, number]
  const [batch, steps] = scan.timeMajor ? [second, first] : [first, second]
  if (steps === 0)
    throw new ModelError('number of steps', { layer: layer.name, expected: '1 or more', got: '0' })
  const [given] = call.masks
  if (given) checkMask(layer, given, [first, second])
  const mask = given && cast(context, given, 'bool')
  const states: Value[] = []
  let sequence = x
  for (const [number, cell] of cells.entries()) {
    const wanted = number < cells.length - 1 || scan.returnSequences
    const shapes = stateShapes(cell).map((shape) => [batch, ...shape])
    const own = statesOf(context, layer, scan, shapes, initial, states.length)
    const walk = {
      sequences: wanted,
      // A first cell that walks backwards leaves its outputs in the order in which the next ones walk.
      backwards: scan.goBackwards && number === 0,
      maskBackwards: scan.goBackwards,
      zeroMasked: zeroMasked && !zeroAfter && number === cells.length - 1,
      timeMajor: scan.timeMajor,
    }
    if (cell.type === 'layer') {
      if (context.stream?.key !== undefined && mask)
        throw unsupported(layer, 'stepping with a mask', 'a cell of a class of its own')
      const run = runLayerCell(context, layer, cell, sequence, own, mask, walk)
      keepStates(context, layer, scan, run.states, states.length)
      states.push(...run.states)
      sequence = run.sequence
      continue
    }
    checkFeatures(layer, number, cell, sequence)
    states.push(...own)
    sequence = runCell(context, cell, sequence, own, mask, batch, steps, {
      ...walk,
      resetBefore: cell.resetBefore,
      streamed: context.stream?.key !== undefined,
    })
  }
  if (initial.length > 0 && initial.length !== states.length) {
    throw new ModelError('number of initial states', {
      layer: layer.name,
      expected: `${states.length}`,
      got: `${initial.length}`,
    })
  }
  if (mask && zeroAfter) sequence = select(context, sequence, mask, 0)
  return scan.returnState ? [sequence, ...states] : [sequence]
}

/**
 * Checks what a cell of Keras gets from the one before it.
 *
 * @throws {ModelError} when it is of another size
 */
function checkFeatures(layer: Layer, number: number, cell: PreparedCell, x: Value): void {
  if (x.shape.length === 3 && x.shape[2] === cell.input.inner) return
  throw new ModelError(`input of cell ${number + 1}`, {
    layer: layer.name,
    expected: `(batch, steps, ${cell.input.inner})`,
    got: `(${x.shape.join(', ')})`,
  })
}

/** The key of a state that stays from call to call; undefined where none does. */
function stateKey(
  context: LowerContext,
  layer: Layer,
  scan: Scan,
  number: number,
): string | undefined {
  const streamed = context.stream?.key
  return scan.stateful || streamed !== undefined ? `${streamed ?? layer.name}:${number}` : undefined
}

/** Says what the states of a cell are after its walk, where they are not where they were before; `number` as in `statesOf`. */
function keepStates(
  context: LowerContext,
  layer: Layer,
  scan: Scan,
  after: readonly Value[],
  number: number,
): void {
  for (const [i, state] of after.entries()) {
    const key = stateKey(context, layer, scan, number + i)
    const known = key === undefined ? undefined : context.states.get(key)
    if (known) context.states.set(known.key, { ...known, after: state })
  }
}

/** A cell's states of these shapes, set to what they begin with; `number`: states before them. */
export function statesOf(
  context: LowerContext,
  layer: Layer,
  scan: Scan,
  shapes: readonly (readonly number[])[],
  initial: readonly Value[],
  number: number,
): Value[] {
  return shapes.map((shape, i) => {
    const given = initial[number + i]
    if (given && given.shape.join() !== shape.join()) {
      throw new ModelError('shape of an initial state', {
        layer: layer.name,
        expected: `(${shape.join(', ')})`,
        got: `(${given.shape.join(', ')})`,
      })
    }
    const key = stateKey(context, layer, scan, number + i)
    if (key === undefined)
      return given ? copied(context, given) : filled(context, shape, 'float32', 0)
    const known = context.states.get(key)
    const before = known?.before ?? context.value(shape)
    const after = copied(context, given ?? known?.after ?? before)
    context.states.set(key, { key, before, after })
    return after
  })
}

/** The same elements in a buffer of their own. */
export function copied(context: LowerContext, x: Value): Value {
  const y = context.value(x.shape, x.dtype)
  const width = elementCount(x.shape)
  if (width === 0) return y
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  const { byteLength } = y.buffer
  context.push({
    kind: 'copy',
    rows: 1,
    reads: [read],
    writes: [write],
    inPlace: true,
    tileable: false,
    emit: (program, index, place) =>
      writeCopy(program, index, {
        rows: 1,
        widthBytes: byteLength,
        x: place.address(read),
        xStride: byteLength,
        y: place.address(write),
        yStride: byteLength,
      }),
  })
  return y
}

/** Runs a cell of Keras over x (batch, steps, features); `states` hold what they are after the last step when it has run. */
export function runCell(
  context: LowerContext,
  cell: PreparedCell,
  x: Value,
  states: readonly Value[],
  mask: Value | undefined,
  batch: number,
  steps: number,
  flags: RecurrentFlags,
): Value {
  const { units, gates } = cell
  const shape = flags.timeMajor ? [steps, batch, units] : [batch, steps, units]
  const y = context.value(flags.sequences ? shape : [batch, units])
  if (batch * units === 0) return y
  const projected = matrixProduct(context, cell.input, x)
  const wide = units <= wideUnits
  const scratch = context.value([
    wide ? wideScratchFloats(batch, gates, units) : batch * (gates + 1) * units,
  ])
  const operand = (value: Value) => context.operand(value, elementCount(value.shape) / batch)
  const [h, c] = states.map(operand)
  const [read, write, temporary] = [operand(projected), operand(y), operand(scratch)]
  const skipped = mask && operand(mask)
  const state = [h, c].filter((each) => each !== undefined)
  context.push({
    kind: cell.type,
    rows: batch,
    reads: [read, ...state, ...(skipped ? [skipped] : [])],
    writes: [write, temporary, ...state],
    inPlace: false,
    tileable: false,
    splittable: true,
    flops: 2 * batch * steps * units * units * gates,
    emit: (program, index, place) =>
      writeRecurrent(program, index, {
        cell: cell.type,
        rows: batch,
        steps,
        units,
        x: place.address(read),
        weights: cell.recurrent,
        settings: cell.settings,
        h: h ? place.address(h) : 0,
        c: c ? place.address(c) : 0,
        y: place.address(write),
        mask: skipped ? place.address(skipped) : 0,
        scratch: place.address(temporary),
        wide: wide ? place.address(temporary) : undefined,
        flags,
      }),
  })
  return y
}
