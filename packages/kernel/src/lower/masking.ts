import { elementCount, ModelError, type Layer } from '@dotplus/core'

import { isFloating } from '../dtype/element-type.ts'
import { writeFill } from '../records.ts'
import {
  writeMaskedMean,
  writeRowTest,
  writeSelect,
  type RowTestName,
} from '../sequence-records.ts'
import { cast } from './cast.ts'
import {
  onlyTensor,
  unsupported,
  type CallArguments,
  type ElementType,
  type LowerContext,
  type Lowering,
  type Operand,
  type Value,
} from './context.ts'
import { transpose } from './permute.ts'
import { broadcastTo } from './broadcast.ts'

/** A tensor of one number. */
export function filled(
  context: LowerContext,
  shape: readonly number[],
  dtype: ElementType,
  value: number,
): Value {
  const y = context.value(shape, dtype)
  const width = elementCount(shape)
  if (width === 0) return y
  const write = context.operand(y, width)
  context.push({
    kind: 'fill',
    rows: 1,
    reads: [],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeFill(program, index, {
        rows: 1,
        width,
        y: place.address(write),
        value,
        dtype: isFloating(dtype) ? 'float32' : 'int32',
      }),
  })
  return y
}

/** Tests the elements of x along its last axis; the result, bool, lacks that axis. */
export function rowTest(context: LowerContext, x: Value, test: RowTestName, value = 0): Value {
  const width = x.shape.at(-1) ?? 1
  const y = context.value(x.shape.slice(0, -1), 'bool')
  const rows = elementCount(y.shape)
  if (rows === 0) return y
  const [read, write] = [context.operand(x, width), context.operand(y, 1)]
  context.push({
    kind: test,
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeRowTest(program, index, {
        rows,
        width,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        test,
        value,
      }),
  })
  return y
}

/**
 * x where the mask of its row is set, else another tensor of x's shape or a number. The mask has one element per row of
 * x's last axes.
 */
export function select(
  context: LowerContext,
  x: Value,
  mask: Value,
  otherwise: number | Value,
): Value {
  if (x.dtype === 'float64') return context.host.select(context, x, mask, otherwise)
  const rows = elementCount(mask.shape)
  const width = rows === 0 ? 0 : elementCount(x.shape) / rows
  const y = context.value(x.shape, x.dtype)
  if (elementCount(x.shape) === 0) return y
  const [read, write] = [context.operand(x, width), context.operand(y, width)]
  const steps: Operand = context.operand(mask, 1)
  const other = typeof otherwise === 'number' ? undefined : context.operand(otherwise, width)
  context.push({
    kind: 'select',
    rows,
    reads: other ? [read, steps, other] : [read, steps],
    writes: [write],
    inPlace: true,
    tileable: true,
    emit: (program, index, place) =>
      writeSelect(program, index, {
        rows,
        width,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        mask: place.address(steps),
        maskAdvance: place.advance(steps),
        ...(other
          ? { other: place.address(other), otherAdvance: place.advance(other) }
          : { value: otherwise as number, integer: !isFloating(x.dtype) }),
      }),
  })
  return y
}

/** GlobalAveragePooling1D called with a mask; undefined for any other call. */
export function maskedAverage(
  context: LowerContext,
  layer: Layer,
  call: CallArguments,
): Value[] | undefined {
  const [mask] = call.masks
  if (!mask || layer.kind !== 'globalPooling') return undefined
  const { rank, reduction, keepdims, dataFormat } = layer.globalPooling
  if (rank !== 1 || reduction !== 'average') return undefined
  const given = onlyTensor(call, layer)
  const last = dataFormat !== 'channels_first'
  const x = last ? given : transpose(context, layer, given, [0, 2, 1])
  const y = maskedMean(context, layer, x, mask)
  const [batch = 0, features = 0] = y.shape
  if (!keepdims) return [y]
  return [context.view(y, last ? [batch, 1, features] : [batch, features, 1])]
}

/**
 * Mean of x (batch, steps, features) over the steps whose mask (batch, steps) is set: (batch, features), NaN where none
 * is, as Keras's GlobalAveragePooling1D gives.
 *
 * @throws {ModelError} when the mask has another shape
 */
function maskedMean(context: LowerContext, layer: Layer, x: Value, given: Value): Value {
  const [rows = 0, steps = 0, width = 0] = x.shape
  checkMask(layer, given, [rows, steps])
  if (x.dtype === 'float64') return context.host.maskedMean(context, x, given)
  const mask = cast(context, given, 'bool')
  const y = context.value([rows, width])
  if (rows * steps * width === 0) return y
  const [read, write] = [context.operand(x, steps * width), context.operand(y, width)]
  const maskRead = context.operand(mask, steps)
  context.push({
    kind: 'masked_mean',
    rows,
    reads: [read, maskRead],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeMaskedMean(program, index, {
        rows,
        width,
        steps,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        mask: place.address(maskRead),
        maskAdvance: place.advance(maskRead),
      }),
  })
  return y
}

/**
 * Checks that a mask has the shape it needs.
 *
 * @throws {ModelError} when not
 */
export function checkMask(layer: Layer, mask: Value, shape: readonly number[]): void {
  if (mask.shape.join() === shape.join()) return
  throw new ModelError('shape of the mask', {
    layer: layer.name,
    expected: `(${shape.join(', ')})`,
    got: `(${mask.shape.join(', ')})`,
  })
}

/** A mask as one bool per element of a tensor. */
export function elementMask(
  context: LowerContext,
  layer: Layer,
  mask: Value,
  shape: readonly number[],
): Value {
  const own = [...Array<number>(shape.length - mask.shape.length).fill(1), ...mask.shape]
  if (own.length !== shape.length || own.some((size, i) => size !== 1 && size !== shape[i])) {
    throw new ModelError('shape of the mask', {
      layer: layer.name,
      expected: `one that broadcasts to (${shape.join(', ')})`,
      got: `(${mask.shape.join(', ')})`,
    })
  }
  if (isFloating(mask.dtype)) throw unsupported(layer, 'a mask of dtype', mask.dtype)
  const bits = context.view(cast(context, mask, 'bool'), own)
  return own.join() === shape.join() ? bits : broadcastTo(context, layer, bits, shape)
}

/** Masking: steps of x (batch, …, features) whose features all equal the mask value become 0 and are masked. */
export const maskingLayer: Lowering<number> = {
  prepare: (layer) => (layer.kind === 'masking' ? Math.fround(layer.masking.maskValue) : 0),
  lower(context, value, call, layer) {
    const x = onlyTensor(call, layer)
    const mask = rowTest(context, x, 'any_differs', value)
    return [{ ...select(context, x, mask, 0), mask }]
  },
}
