import { elementCount, ModelError, type Layer, type Scan } from '@dotplus/core'

import { writeTranspose } from '../program.ts'
import {
  onlyTensor,
  unsupported,
  type CallArguments,
  type LowerContext,
  type Lowering,
  type Value,
} from './context.ts'
import { binary, binaryConstant, concatenate } from './merge.ts'

/** Lowers a layer that another one wraps; its ops carry its own name. */
export function callWrapped(
  context: LowerContext,
  layer: Layer,
  index: number,
  call: CallArguments,
): Value[] {
  if (!context.callLayer)
    throw new ModelError('a wrapped layer outside a graph', { layer: layer.name })
  const values = context.callLayer(index, call)
  context.enter(layer.name)
  return values
}

/** Turns one axis of x around. */
export function reversed(context: LowerContext, x: Value, axis: number): Value {
  const y = context.value(x.shape, x.dtype)
  const rows = elementCount(x.shape.slice(0, axis))
  const length = x.shape[axis] ?? 0
  const inner = elementCount(x.shape.slice(axis + 1))
  const width = length * inner
  if (rows * width === 0) return y
  // The source is walked with a negative stride from its last step on.
  const axes = context.constant(Uint32Array.of(length, inner, -inner * 4, 4))
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  context.push({
    kind: 'reverse',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeTranspose(program, index, {
        rows,
        rank: 2,
        axes: place.constant(axes),
        x: place.address(read) + (length - 1) * inner * 4,
        xStride: width * 4,
        xAdvance: place.advance(read),
        y: place.address(write),
        yStride: width * 4,
        yAdvance: place.advance(write),
      }),
  })
  return y
}

/** How a recurrent layer walks; undefined for other layers. */
function scanOf(layer: Layer | undefined): Scan | undefined {
  if (layer?.kind === 'recurrent') return layer.recurrent.scan
  return layer?.kind === 'convRecurrent' ? layer.convRecurrent.scan : undefined
}

interface PreparedBidirectional {
  readonly forward: number
  readonly backward: number
  readonly mode: string
}

const modes: ReadonlySet<string> = new Set(['concat', 'sum', 'mul', 'ave', ''])

/**
 * Bidirectional: both layers over the same input, the backward one's sequence turned around, merged by concatenation
 * (features doubled), sum, product or mean, or given as two outputs; then the states of both.
 */
export const bidirectionalLayer: Lowering<PreparedBidirectional> = {
  prepare(layer) {
    if (layer.kind !== 'bidirectional') throw unsupported(layer, 'layer', layer.className)
    const { forward, backward, mergeMode } = layer.bidirectional
    if (!modes.has(mergeMode)) throw unsupported(layer, 'merge mode', mergeMode)
    return { forward, backward, mode: mergeMode }
  },
  lower(context, { forward, backward, mode }, call, layer) {
    const [x] = call.tensors
    if (!x) throw new ModelError('the call has no input', { layer: layer.name })
    const sides = [forward, backward].map((index, side) => {
      const operands = call.operands.map((operand) => {
        if (operand.name !== 'initial_state') return operand
        const half = operand.tensors.length / 2
        return { ...operand, tensors: operand.tensors.slice(side * half, (side + 1) * half) }
      })
      const tensors = operands.flatMap((operand) => operand.tensors)
      const own = context.layerAt?.(index)
      const scan = scanOf(own)
      // Keras has both give zeros where a step is skipped, so that merging them says nothing there.
      const zeroMasked = scan?.returnSequences ?? false
      const inner = { ...call, operands, tensors, zeroMasked }
      return { outputs: callWrapped(context, layer, index, inner), scan }
    }) as [Side, Side]
    const [[y, ...states], [back, ...backStates]] = sides.map(({ outputs }) => outputs) as [
      [Value, ...Value[]],
      [Value, ...Value[]],
    ]
    const sequences = y.shape.length === x.shape.length
    const mask = sequences ? call.previousMasks[0] : undefined
    const turned = sequences ? reversed(context, back, sides[1].scan?.timeMajor ? 0 : 1) : back
    const merged = mode === '' ? [y, turned] : [merge(context, layer, mode, y, turned)]
    return [...merged.map((value) => ({ ...value, mask })), ...states, ...backStates]
  },
}

interface Side {
  readonly outputs: Value[]
  readonly scan: { readonly timeMajor: boolean } | undefined
}

function merge(context: LowerContext, layer: Layer, mode: string, a: Value, b: Value): Value {
  if (mode === 'concat') return concatenate(context, layer, [a, b], -1)
  if (mode === 'mul') return binary(context, layer, 'multiply', a, b)
  const sum = binary(context, layer, 'add', a, b)
  return mode === 'sum' ? sum : binaryConstant(context, 'divide', sum, Float32Array.of(2))
}

/**
 * TimeDistributed: a layer applied to every step of x (batch, steps, …), as one call over batch · steps. A mask (batch,
 * steps, …) goes along step by step.
 */
export const timeDistributedLayer: Lowering<number> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'timeDistributed') throw unsupported(layer, 'layer', layer.className)
    return layer.timeDistributed.layer
  },
  lower(context, index, call, layer) {
    const x = onlyTensor(call, layer)
    const [batch = 0, steps = 0, ...rest] = x.shape
    if (x.shape.length < 3) {
      throw new ModelError('input of TimeDistributed', {
        layer: layer.name,
        expected: '(batch, steps, …)',
        got: `(${x.shape.join(', ')})`,
      })
    }
    const folded = context.view(x, [batch * steps, ...rest])
    const [mask] = call.masks
    // Keras hands a mask to layers that take one; of (batch, steps) nothing is left for them to use.
    const inner =
      mask && mask.shape.length > 2
        ? context.view(mask, [batch * steps, ...mask.shape.slice(2)])
        : undefined
    const own = context.layerAt?.(index)
    if (own && scanOf(own)?.stateful)
      throw unsupported(layer, 'a stateful layer inside TimeDistributed', own.name)
    const outputs = callWrapped(context, layer, index, {
      tensors: [folded],
      operands: [{ name: '', tensors: [folded], number: undefined }],
      masks: [inner],
      previousMasks: [inner],
    })
    const [first, ...others] = outputs
    if (!first || others.length > 0)
      throw unsupported(layer, 'a layer with several outputs', `${outputs.length}`)
    return [context.view(first, [batch, steps, ...first.shape.slice(1)])]
  },
}
