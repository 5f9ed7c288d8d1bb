import { elementCount, ModelError, type Embedding, type Layer } from '@dotplus/core'
import { isElementType } from '../dtype/element-type.ts'
import { rounded } from '../dtype/half.ts'
import { activation, writeActivation } from '../program.ts'
import { writeGather } from '../sequence-records.ts'
import { cast } from './cast.ts'
import { computeDtypeOf } from './compute-dtype.ts'
import {
  unsupported,
  type ElementType,
  type LowerContext,
  type Lowering,
  type Value,
  type WeightStore,
} from './context.ts'
import { matrixProduct, type PackedDense } from './dense.ts'
import { binary, binaryConstant } from './merge.ts'
import { filled } from './masking.ts'
import { quantizedReverse, quantizedTable, transposed } from './quantized-kernel.ts'
import { dividedBy, quantizeInput } from './quantized.ts'

interface PreparedEmbedding {
  /** Address of the table (inputDim, outputDim). */
  readonly table: number
  readonly inputDim: number
  readonly outputDim: number
  readonly maskZero: boolean
  readonly reverse: PreparedReverse | undefined
}

/** ReversibleEmbedding's way back. */
interface PreparedReverse {
  /** (outputDim, inputDim) */
  readonly kernel: PackedDense
  /** Address of what the columns of the product are divided by, (inputDim). */
  readonly divisor: number | undefined
  /** The input is taken as integers with a scale. */
  readonly quantizesInput: boolean
  readonly softCap: number | undefined
  readonly dtype: ElementType
}

/**
 * Embedding: indices (…) → rows of the table (…, outputDim). Indices that are not integers are cut off as Keras casts
 * them, negative ones count from the end, others outside the table are an error when the model runs. ReversibleEmbedding
 * called with `reverse` projects (…, outputDim) to logits (…, inputDim).
 */
export const embeddingLayer: Lowering<PreparedEmbedding> = {
  anyDtype: true,
  setsDtype: true,
  keepsInputs: true,
  prepare(layer, weights) {
    if (layer.kind !== 'embedding') throw unsupported(layer, 'layer', layer.className)
    const { inputDim, outputDim, maskZero, table, quantization } = layer.embedding
    if (table === undefined) throw new ModelError('the layer has no table', { layer: layer.name })
    const shape = weights.shape(table)
    if (!quantization && shape.join() !== [inputDim, outputDim].join()) {
      throw new ModelError('shape of the table', {
        layer: layer.name,
        expected: `(${inputDim}, ${outputDim})`,
        got: `(${shape.join(', ')})`,
      })
    }
    const rows = quantization
      ? quantizedTable(layer, weights, quantization, table, [inputDim, outputDim])
      : weights.floats(table)
    return {
      table: weights.place(rows),
      inputDim,
      outputDim,
      maskZero,
      reverse: layer.embedding.reversible
        ? prepareReverse(layer, layer.embedding, weights, table, rows)
        : undefined,
    }
  },
  lower(context, prepared, call, layer) {
    const [x] = call.tensors
    const backwards = call.operands.find(({ name }) => name === 'reverse')?.number === 1
    const others = call.operands.slice(1).filter(({ name }) => name !== 'reverse')
    if (!x || call.tensors.length !== 1 || others.length > 0) {
      throw new ModelError('arguments of the call', {
        layer: layer.name,
        expected: '1 tensor',
        got: `${call.operands.length} arguments with ${call.tensors.length} tensors`,
      })
    }
    if (backwards) {
      if (!prepared.reverse) throw unsupported(layer, 'argument', 'reverse')
      return [logits(context, layer, prepared.reverse, x)]
    }
    const indices = cast(context, x, 'int32')
    const y = cast(context, gather(context, indices, prepared), computeDtypeOf(layer))
    if (!prepared.maskZero) return [y]
    const zero = filled(
      context,
      x.shape.map(() => 1),
      'int32',
      0,
    )
    return [{ ...y, mask: binary(context, layer, 'not_equal', indices, zero) }]
  },
}

function gather(
  context: LowerContext,
  x: Value,
  { table, inputDim, outputDim }: PreparedEmbedding,
): Value {
  const y = context.value([...x.shape, outputDim])
  const rows = elementCount(x.shape)
  if (rows * outputDim === 0) return y
  const [read, write] = [context.operand(x, 1), context.operand(y, outputDim)]
  context.push({
    kind: 'gather',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    emit: (program, index, place) =>
      writeGather(program, index, {
        rows,
        width: outputDim,
        x: place.address(read),
        xAdvance: place.advance(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        table,
        count: inputDim,
      }),
  })
  return y
}

function prepareReverse(
  layer: Layer,
  { inputDim, outputDim, reverseKernel, ...settings }: Embedding,
  weights: WeightStore,
  table: number,
  rows: Float32Array,
): PreparedReverse {
  const { reverseQuantization: quantization, logitSoftCap, reverseDtype } = settings
  const size = [outputDim, inputDim] as const
  const stored = quantization
    ? quantizedReverse(layer, weights, quantization, table, reverseKernel, size)
    : undefined
  const own = (): Float32Array =>
    reverseKernel === undefined
      ? transposed(rows, inputDim, outputDim)
      : weights.floats(reverseKernel)
  const dtype = isElementType(reverseDtype) ? reverseDtype : computeDtypeOf(layer)
  const values = stored?.values ?? own().map((value) => rounded(dtype, value))
  if (values.length !== inputDim * outputDim)
    throw new ModelError('size of the reverse kernel', {
      layer: layer.name,
      expected: `${outputDim} · ${inputDim}`,
      got: `${values.length}`,
    })
  return {
    kernel: {
      inner: outputDim,
      units: inputDim,
      weights: weights.packDense(values, undefined, outputDim, inputDim),
    },
    divisor:
      stored?.divisor === undefined ? undefined : weights.place(weights.floats(stored.divisor)),
    quantizesInput: quantization?.dynamicInputs === true,
    softCap: logitSoftCap,
    dtype,
  }
}

/** x · kernel, kept below the soft cap by cap · tanh(logits / cap). */
function logits(
  context: LowerContext,
  layer: Layer,
  { kernel, divisor, quantizesInput, softCap, dtype }: PreparedReverse,
  given: Value,
): Value {
  const floats = cast(context, cast(context, given, dtype), 'float32')
  const { x, scale } = quantizesInput
    ? quantizeInput(context, layer, floats, [floats.shape.length - 1])
    : { x: floats, scale: undefined }
  const scales = divisor === undefined ? undefined : context.fixed(divisor, [kernel.units])
  const product = matrixProduct(context, kernel, x)
  const y = dividedBy(context, layer, product, scale, scales)
  return cast(context, softCap === undefined ? y : capped(context, y, softCap), dtype)
}

function capped(context: LowerContext, y: Value, softCap: number): Value {
  const cap = Float32Array.of(softCap)
  const scaled = binaryConstant(context, 'divide', y, cap)
  const curved = context.rowMap('tanh', scaled, y.shape.at(-1) ?? 1, (program, index, map) =>
    writeActivation(program, index, { ...map, activation: activation('tanh') }),
  )
  return binaryConstant(context, 'multiply', curved, cap)
}
