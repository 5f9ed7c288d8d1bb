import { elementCount, ModelError } from '@dotplus/core'

import { activation, writeActivation } from '../program.ts'
import { writeGather } from '../sequence-records.ts'
import { cast } from './cast.ts'
import { unsupported, type LowerContext, type Lowering, type Value } from './context.ts'
import { matrixProduct, type PackedDense } from './dense.ts'
import { binary, binaryConstant } from './merge.ts'
import { filled } from './masking.ts'

interface PreparedEmbedding {
  /** Address of the table (inputDim, outputDim). */
  readonly table: number
  readonly inputDim: number
  readonly outputDim: number
  readonly maskZero: boolean
  /** ReversibleEmbedding's way back: (outputDim, inputDim). */
  readonly reverse: PackedDense | undefined
  readonly softCap: number | undefined
}

/**
 * Embedding: indices (…) → rows of the table (…, outputDim). Indices that are not integers are cut off as Keras casts
 * them, negative ones count from the end, others outside the table are an error when the model runs. ReversibleEmbedding
 * called with `reverse` projects (…, outputDim) to logits (…, inputDim).
 */
export const embeddingLayer: Lowering<PreparedEmbedding> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind !== 'embedding') throw unsupported(layer, 'layer', layer.className)
    const { inputDim, outputDim, maskZero, table, quantization, reversible } = layer.embedding
    const { reverseKernel, logitSoftCap } = layer.embedding
    if (quantization) throw unsupported(layer, 'quantization', quantization.mode)
    if (table === undefined) throw new ModelError('the layer has no table', { layer: layer.name })
    const shape = weights.shape(table)
    if (shape.join() !== [inputDim, outputDim].join()) {
      throw new ModelError('shape of the table', {
        layer: layer.name,
        expected: `(${inputDim}, ${outputDim})`,
        got: `(${shape.join(', ')})`,
      })
    }
    const rows = weights.floats(table)
    const back = () =>
      reverseKernel === undefined
        ? transposed(rows, inputDim, outputDim)
        : weights.floats(reverseKernel)
    return {
      table: weights.place(rows),
      inputDim,
      outputDim,
      maskZero,
      reverse: reversible
        ? {
            inner: outputDim,
            units: inputDim,
            weights: weights.packDense(back(), undefined, outputDim, inputDim),
          }
        : undefined,
      softCap: logitSoftCap,
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
      return [logits(context, prepared.reverse, prepared.softCap, cast(context, x, 'float32'))]
    }
    const indices = cast(context, x, 'int32')
    const y = gather(context, indices, prepared)
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

/** x · kernel, kept below the soft cap by cap · tanh(logits / cap). */
function logits(
  context: LowerContext,
  kernel: PackedDense,
  softCap: number | undefined,
  x: Value,
): Value {
  const y = matrixProduct(context, kernel, x)
  if (softCap === undefined) return y
  const cap = Float32Array.of(softCap)
  const scaled = binaryConstant(context, 'divide', y, cap)
  const curved = context.rowMap('tanh', scaled, kernel.units, (program, index, map) =>
    writeActivation(program, index, { ...map, activation: activation('tanh') }),
  )
  return binaryConstant(context, 'multiply', curved, cap)
}

/** A table (rows, columns) as (columns, rows). */
function transposed(table: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(table.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = table[row * columns + column] as number
  return result
}
