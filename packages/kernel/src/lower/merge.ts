import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { bytesOf, isFloating, storageOf } from '../dtype/element-type.ts'
import { resultType } from '../dtype/result-type.ts'
import { writeCopy } from '../program.ts'
import { writeBinary, type BinaryName, type OperandKind } from '../records.ts'
import { cast } from './cast.ts'
import {
  LowerContext,
  resolveAxis,
  unsupported,
  type CallArguments,
  type ElementType,
  type Lowering,
  type Operand,
  type Value,
} from './context.ts'
import { mergeUnmasked } from './merge-masked.ts'
import { broadcastTo } from './broadcast.ts'
import { asWords, fromWords } from './words.ts'

const operations: Readonly<Record<string, BinaryName>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  average: 'add',
  maximum: 'maximum',
  minimum: 'minimum',
}

/** Rows and columns in which an operand spans the result, or undefined when it takes general broadcasting. */
function spanOf(shape: readonly number[], result: readonly number[]): OperandKind | undefined {
  const count = elementCount(shape)
  if (count === elementCount(result)) return 'full'
  if (count === 1) return 'scalar'
  const rank = result.length
  const last = result[rank - 1] as number
  if (shape.slice(0, -1).every((size) => size === 1) && shape[rank - 1] === last) return 'row'
  if (shape[rank - 1] === 1 && shape.slice(0, -1).every((size, axis) => size === result[axis]))
    return 'column'
  return undefined
}

/** NumPy's broadcast shape of two shapes of equal rank. */
export function broadcast(a: readonly number[], b: readonly number[], layer: Layer): number[] {
  return a.map((size, axis) => {
    const other = b[axis] as number
    if (size === other || other === 1) return size
    if (size === 1) return other
    throw new ModelError('shapes that do not broadcast', {
      layer: layer.name,
      expected: `(${a.join(', ')})`,
      got: `(${b.join(', ')})`,
    })
  })
}

/** Elements of an operand per row of `width` elements of the result. */
export const perRow: Readonly<Record<OperandKind, (width: number) => number>> = {
  full: (width) => width,
  row: () => 0,
  column: () => 1,
  scalar: () => 0,
}

/** An operand as the kernel takes it; written out in full when it spans the result in another way. */
export function spanning(
  context: LowerContext,
  layer: Layer,
  value: Value,
  shape: readonly number[],
): { value: Value; kind: OperandKind } {
  const kind = spanOf(value.shape, shape)
  if (kind !== undefined) return { value, kind }
  return { value: broadcastTo(context, layer, value, shape), kind: 'full' }
}

/** Operations of NumPy whose results on integers are integers. */
const integerOperations: Readonly<Partial<Record<BinaryName, BinaryName>>> = {
  add: 'int_add',
  subtract: 'int_subtract',
  multiply: 'int_multiply',
  minimum: 'int_minimum',
  maximum: 'int_maximum',
  equal: 'int_equal',
  not_equal: 'int_not_equal',
  less: 'int_less',
  less_equal: 'int_less_equal',
}

/** Dtypes that WebAssembly has no arithmetic for. */
function needsHost(dtype: ElementType): boolean {
  return dtype !== 'int32' && dtype !== 'bool' && storageOf(dtype) !== 'f32'
}

const comparisons: ReadonlySet<BinaryName> = new Set([
  'equal',
  'not_equal',
  'less',
  'less_equal',
  'int_equal',
  'int_not_equal',
  'int_less',
  'int_less_equal',
])

/** Tensors cast to the dtype in which Keras brings them together. */
export function promoted(context: LowerContext, tensors: readonly Value[]): Value[] {
  const dtype = tensors.every((x) => x.dtype === tensors[0]?.dtype)
    ? tensors[0]?.dtype
    : resultType(...tensors.map((x) => x.dtype))
  return dtype ? tensors.map((x) => cast(context, x, dtype)) : [...tensors]
}

/** y = a ∘ b with NumPy's broadcasting and promotion; both have the same rank. */
export function binary(
  context: LowerContext,
  layer: Layer,
  named: BinaryName,
  first: Value,
  second: Value,
): Value {
  const meeting = resultType(first.dtype, second.dtype)
  if (meeting !== undefined && needsHost(meeting)) {
    const [a, b] = [first, second].map((x) => cast(context, x, meeting)) as [Value, Value]
    return context.host.binary(context, layer, named, a, b)
  }
  const half = meeting === 'float16' || meeting === 'bfloat16' ? meeting : undefined
  const integral = !isFloating(first.dtype) && !isFloating(second.dtype)
  const bools = first.dtype === 'bool' && second.dtype === 'bool'
  // The sum of two bools is their disjunction.
  const integer = bools && named === 'add' ? 'int_maximum' : integerOperations[named]
  const operation = (integral ? integer : named) ?? named
  const onInts = integral && operation.startsWith('int_')
  const [a, b] = onInts
    ? (promoted(context, [first, second]) as [Value, Value])
    : ([first, second].map((x) => cast(context, half ? cast(context, x, half) : x, 'float32')) as [
        Value,
        Value,
      ])
  const dtype = comparisons.has(operation) ? 'bool' : a.dtype
  const shape = broadcast(a.shape, b.shape, layer)
  const left = spanning(context, layer, a, shape)
  const right = spanning(context, layer, b, shape)
  const y = context.value(shape, dtype)
  const count = elementCount(shape)
  if (count === 0) return y
  const width = shape.at(-1) ?? 1
  const rows = count / width
  const [aRead, bRead] = [left, right].map(({ value, kind }) =>
    context.operand(value, perRow[kind](width)),
  ) as [Operand, Operand]
  const write = context.operand(y, width)
  context.push({
    kind: operation,
    rows,
    // The result may take the place of the operand that comes first, which has to be a full one.
    reads: left.kind === 'full' ? [aRead, bRead] : [bRead, aRead],
    writes: [write],
    inPlace: left.kind === 'full' || right.kind === 'full',
    tileable: true,
    step:
      operation === 'add' && left.kind === 'full' && right.kind === 'full'
        ? { kind: 'add' }
        : undefined,
    emit: (program, index, place) =>
      writeBinary(program, index, {
        operation,
        rows,
        width,
        a: place.address(aRead),
        aKind: left.kind,
        aAdvance: place.advance(aRead),
        b: place.address(bRead),
        bKind: right.kind,
        bAdvance: place.advance(bRead),
        y: place.address(write),
        yAdvance: place.advance(write),
      }),
  })
  return half && dtype === 'float32' ? cast(context, y, half) : y
}

/**
 * y = x ∘ constant, or constant ∘ x: one number, or one per element of a row.
 *
 * @param width elements of a row; the last axis by default
 */
export function binaryConstant(
  context: LowerContext,
  operation: BinaryName,
  x: Value,
  constant: Float32Array | Uint32Array,
  constantFirst = false,
  width: number = x.shape.at(-1) ?? 1,
): Value {
  const table = context.constant(constant)
  const kind: OperandKind = constant.length === 1 ? 'scalar' : 'row'
  const dtype = comparisons.has(operation) ? 'bool' : x.dtype
  const emit: Parameters<LowerContext['rowMap']>[3] = (program, index, map, place) => {
    const own = { address: map.x, kind: 'full' as const, advance: map.xAdvance }
    const other = { address: place.constant(table), kind, advance: 0 }
    const [a, b] = constantFirst ? [other, own] : [own, other]
    writeBinary(program, index, {
      operation,
      rows: map.rows,
      width: map.width,
      a: a.address,
      aKind: a.kind,
      aAdvance: a.advance,
      b: b.address,
      bKind: b.kind,
      bAdvance: b.advance,
      y: map.y,
      yAdvance: map.yAdvance,
    })
  }
  return context.rowMap(operation, x, width, emit, dtype)
}

function severalTensors(layer: Layer, tensors: readonly Value[]): readonly Value[] {
  if (tensors.length === 0)
    throw new ModelError('number of inputs', {
      layer: layer.name,
      expected: 'at least 1',
      got: '0',
    })
  return tensors
}

/** Merge layers insert axes after the batch until all inputs have the same rank. */
function toEqualRank(context: LowerContext, tensors: readonly Value[]): Value[] {
  const rank = Math.max(...tensors.map(({ shape }) => shape.length))
  return tensors.map((x) => {
    const [batch = 1, ...rest] = x.shape
    return context.view(x, [batch, ...Array<number>(rank - x.shape.length).fill(1), ...rest])
  })
}

/** Merges that leave a masked step of one input out of the result. */
const maskAware: ReadonlySet<string> = new Set(['multiply', 'maximum', 'minimum'])

/** True for a merge that has to look at the masks of its inputs. */
export function isMaskAware(layer: Layer, { previousMasks }: CallArguments): boolean {
  return (
    layer.kind === 'merge' &&
    maskAware.has(layer.merge.operation) &&
    previousMasks.some((mask) => mask !== undefined)
  )
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
export const mergeLayer: Lowering<string> = {
  anyDtype: true,
  prepare(layer) {
    const operation = layer.kind === 'merge' ? layer.merge.operation : ''
    if (!Object.hasOwn(operations, operation))
      throw unsupported(layer, 'merge operation', operation)
    return operation
  },
  lower(context, operation, call, layer) {
    const [first, ...others] = toEqualRank(context, severalTensors(layer, call.tensors))
    if (operation === 'subtract' && others.length !== 1) {
      throw new ModelError('number of inputs of Subtract', {
        layer: layer.name,
        expected: '2',
        got: `${others.length + 1}`,
      })
    }
    if (isMaskAware(layer, call))
      return [
        mergeUnmasked(
          context,
          layer,
          operations[operation] as BinaryName,
          [first as Value, ...others],
          call,
        ),
      ]
    let sum = first as Value
    for (const other of others)
      sum = binary(context, layer, operations[operation] as BinaryName, sum, other)
    if (operation !== 'average') return [sum]
    const halves = sum.dtype === 'float16' || sum.dtype === 'bfloat16' ? sum.dtype : 'float32'
    const mean = binaryConstant(
      context,
      'divide',
      cast(context, sum, 'float32'),
      Float32Array.of(call.tensors.length),
    )
    return [cast(context, mean, halves)]
  },
}

/** Concatenate along one axis. */
export const concatenateLayer: Lowering<number> = {
  prepare: (layer) => (layer.kind === 'concatenate' ? Number(layer.concatenate.axis) : -1),
  anyDtype: true,
  lower: (context, axis, call, layer) => [
    concatenate(context, layer, promoted(context, severalTensors(layer, call.tensors)), axis),
  ],
}

/** numpy.concatenate of tensors of one dtype. */
export function concatenate(
  context: LowerContext,
  layer: Layer,
  tensors: readonly Value[],
  axis: number,
): Value {
  const [{ shape: head, dtype }] = tensors as [Value, ...Value[]]
  const at = resolveAxis(axis, head.length, layer)
  if (bytesOf(dtype) === 8)
    return fromWords(concatenate(context, layer, tensors.map(asWords), at), dtype)
  for (const { shape } of tensors) {
    if (shape.length !== head.length || shape.some((size, i) => i !== at && size !== head[i])) {
      throw new ModelError(`shapes to concatenate along axis ${axis}`, {
        layer: layer.name,
        expected: `(${head.map((size, i) => (i === at ? '…' : size)).join(', ')})`,
        got: `(${shape.join(', ')})`,
      })
    }
  }
  const joined = tensors.reduce((sum, { shape }) => sum + (shape[at] as number), 0)
  const y = context.value(
    head.map((size, i) => (i === at ? joined : size)),
    dtype,
  )
  const rows = elementCount(head.slice(0, at))
  const inner = elementCount(head.slice(at + 1))
  const write = context.operand(y, joined * inner)
  let column = 0
  for (const x of tensors) {
    const width = (x.shape[at] as number) * inner
    if (width > 0 && rows > 0)
      copyColumns(context, context.operand(x, width), write, rows, width, column, joined * inner)
    column += width
  }
  return y
}

function copyColumns(
  context: LowerContext,
  read: Operand,
  write: Operand,
  rows: number,
  width: number,
  column: number,
  stride: number,
): void {
  context.push({
    kind: 'copy',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeCopy(program, index, {
        rows,
        widthBytes: width * 4,
        x: place.address(read),
        xStride: width * 4,
        xAdvance: place.advance(read),
        y: place.address(write) + column * 4,
        yStride: stride * 4,
        yAdvance: place.advance(write),
      }),
  })
}
