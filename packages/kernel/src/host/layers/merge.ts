import { ModelError, type Layer } from '@dotplus/core'

import {
  onlyTensor,
  resolveAxis,
  unsupported,
  type LowerContext,
  type Lowering,
  type Value,
} from '../../lower/context.ts'
import { contract } from '../../lower/contraction.ts'
import { concatenate, isMaskAware } from '../../lower/merge.ts'
import { mergeUnmasked } from '../../lower/merge-masked.ts'
import { strided, stepsOf } from '../../lower/strided.ts'
import { callWrapped } from '../../lower/wrapper.ts'
import type { BinaryName } from '../../records.ts'
import { mapElements } from '../elementwise.ts'
import { mapLines } from '../lines.ts'
import { arithmetic } from '../ops/arithmetic.ts'
import { preciseSum } from '../ops/reduction.ts'
import { choose } from '../ops/selection.ts'
import type { Term } from '../terms.ts'
import { numericOp } from '../numeric.ts'
import { elementMask } from '../../lower/masking.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { alongAxes } from './activation.ts'

const operations: Readonly<Record<string, BinaryName>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  average: 'add',
  maximum: 'maximum',
  minimum: 'minimum',
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum in float64. */
export const mergeLayer: Lowering<BinaryName> = {
  prepare(layer) {
    const operation = layer.kind === 'merge' ? operations[layer.merge.operation] : undefined
    if (!operation) throw unsupported(layer, 'merge operation', layer.className)
    return operation
  },
  lower(context, operation, call, layer) {
    const rank = Math.max(...call.tensors.map(({ shape }) => shape.length))
    const [first, ...others] = call.tensors.map((x) => {
      const [batch = 1, ...rest] = x.shape
      return context.view(x, [batch, ...Array<number>(rank - x.shape.length).fill(1), ...rest])
    })
    if (!first)
      throw new ModelError('number of inputs', {
        layer: layer.name,
        expected: 'at least 1',
        got: '0',
      })
    if (isMaskAware(layer, call))
      return [mergeUnmasked(context, layer, operation, [first, ...others], call)]
    const y = others.reduce((a, b) => arithmetic(context, layer, operation, a, b), first)
    if (layer.kind !== 'merge' || layer.merge.operation !== 'average') return [y]
    const count = call.tensors.length
    return [mapElements(context, 'divide', y, 'float64', (e: number) => e / count)]
  },
}

/** What Keras adds to where a mask is false. */
const masked = -1e9

/** Softmax over one axis, or over several together, in float64; what is masked gets 0. */
export const softmaxLayer: Lowering<readonly number[]> = {
  prepare(layer) {
    const axes = layer.kind === 'softmax' ? layer.softmax.axes : []
    return axes.length === 0 ? [-1] : axes
  },
  lower(context, own, call, layer) {
    const given = onlyTensor(call, layer)
    const axes = resolveAxes(own, given.shape.length, layer)
    const [mask] = call.masks
    if (!mask) return [alongAxes(context, layer, 'softmax', given, axes)]
    const bits = elementMask(context, layer, mask, given.shape)
    const [zero, least] = [0, masked].map((number) => ({ number, weak: 'float' as const })) as [
      Term,
      Term,
    ]
    const open = choose(context, layer, bits, [given, least], 'float64')
    const y = alongAxes(context, layer, 'softmax', open, axes)
    return [choose(context, layer, bits, [y, zero], 'float64')]
  },
}

/** Masking in float64: steps whose features all equal the mask value become 0 and are masked. */
export const maskingLayer: Lowering<undefined> = {
  prepare: () => undefined,
  lower(context, _prepared, call, layer) {
    if (layer.kind !== 'masking') throw unsupported(layer, 'layer', layer.className)
    const { maskValue } = layer.masking
    const x = onlyTensor(call, layer)
    const width = x.shape.at(-1) ?? 1
    const results = [
      { shape: x.shape, dtype: x.dtype },
      { shape: x.shape.slice(0, -1), dtype: 'bool' as const },
    ]
    const [y, mask] = numericOp(context, 'masking', [x], results, ([a], [to, bits]) => {
      for (let row = 0; row < bits!.length; row++) {
        const line = a!.subarray(row * width, (row + 1) * width)
        const counts = line.some((e) => e !== maskValue)
        bits![row] = Number(counts)
        for (let i = 0; i < width; i++) to![row * width + i] = counts ? line[i]! : 0
      }
    }) as [Value, Value]
    return [{ ...y, mask }]
  },
}

/** Dot in float64: products summed over one axis of each input, batch by batch. */
export const dotLayer: Lowering<undefined> = {
  prepare: () => undefined,
  lower(context, _prepared, call, layer) {
    if (layer.kind !== 'dot' || call.tensors.length !== 2)
      throw unsupported(layer, 'inputs', `${call.tensors.length}`)
    const { axes, normalize } = layer.dot
    const [x, y] = call.tensors.map((input, i) => {
      const axis = resolveAxis(axes[i] as number, input.shape.length, layer)
      const value = normalize ? unit(context, layer, input, axis) : input
      const labels = input.shape.map((_, at) =>
        at === 0 ? 'batch' : at === axis ? 'sum' : `${i}.${at}`,
      )
      return { value, labels }
    }) as [{ value: Value; labels: string[] }, { value: Value; labels: string[] }]
    const rest = [...x.labels, ...y.labels].filter((label) => label.includes('.'))
    const dot = contract(context, layer, x, y, ['batch', ...rest])
    return [rest.length === 0 ? context.view(dot, [...dot.shape, 1]) : dot]
  },
}

function unit(context: LowerContext, layer: Layer, x: Value, axis: number): Value {
  const length = x.shape[axis] as number
  return mapLines(
    context,
    layer,
    'normalize',
    x,
    axis,
    [{ length, dtype: x.dtype }],
    (line, [y]) => {
      const norm = Math.sqrt(Math.max(preciseSum(Array.from(line, (e) => e * e)), 1e-14))
      for (let i = 0; i < length; i++) y![i] = line[i]! / norm
    },
  )[0] as Value
}

/** Bidirectional in float64. */
export const bidirectionalLayer: Lowering<undefined> = {
  prepare: () => undefined,
  lower(context, _prepared, call, layer) {
    if (layer.kind !== 'bidirectional') throw unsupported(layer, 'layer', layer.className)
    const { forward, backward, mergeMode } = layer.bidirectional
    const [x] = call.tensors
    if (!x) throw new ModelError('the call has no input', { layer: layer.name })
    const [one, two] = [forward, backward].map((index, side) => {
      const operands = call.operands.map((operand) => {
        if (operand.name !== 'initial_state') return operand
        const half = operand.tensors.length / 2
        return { ...operand, tensors: operand.tensors.slice(side * half, (side + 1) * half) }
      })
      const tensors = operands.flatMap((operand) => operand.tensors)
      const own = context.layerAt?.(index)
      const sequences = own?.kind === 'recurrent' && (own.recurrent.scan?.returnSequences ?? false)
      return callWrapped(context, layer, index, {
        ...call,
        operands,
        tensors,
        zeroMasked: sequences,
      })
    }) as [Value[], Value[]]
    const [[y, ...states], [back, ...backStates]] = [one, two] as [
      [Value, ...Value[]],
      [Value, ...Value[]],
    ]
    const sequences = y.shape.length === x.shape.length
    const turned = sequences ? reversed(context, back) : back
    const mask = sequences ? call.previousMasks[0] : undefined
    const merged = mergeMode === '' ? [y, turned] : [join(context, layer, mergeMode, y, turned)]
    return [...merged.map((value) => ({ ...value, mask })), ...states, ...backStates]
  },
}

/** Steps (axis 1) in reverse order. */
function reversed(context: LowerContext, x: Value): Value {
  const steps = stepsOf(x.shape)
  const [, length = 0] = x.shape
  return strided(context, x, {
    offset: Math.max(length - 1, 0) * (steps[1] as number),
    lengths: x.shape,
    steps: steps.map((step, axis) => (axis === 1 ? -step : step)),
  })
}

function join(context: LowerContext, layer: Layer, mode: string, a: Value, b: Value): Value {
  if (mode === 'concat') return concatenate(context, layer, [a, b], -1)
  if (mode === 'mul') return arithmetic(context, layer, 'multiply', a, b)
  const sum = arithmetic(context, layer, 'add', a, b)
  if (mode === 'sum') return sum
  return mapElements(context, 'divide', sum, 'float64', (e: number) => e / 2)
}
