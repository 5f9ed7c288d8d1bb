import type { Case, Model, TensorIndex } from '@dotplus/core'
import type { NdArray } from '@dotplus/converter'
import type { Tolerance } from './tolerance.ts'

/** Inputs of one call and what Keras answered. */
export interface RecordedCall {
  readonly inputs: readonly NdArray[]
  readonly outputs: readonly NdArray[]
}

/** What Keras gave for one layer within the first call. */
export interface RecordedCheckpoint {
  readonly layer: string
  readonly value: NdArray
}

export interface RecordedCase {
  readonly name: string
  /** In order, without a reset of the state in between. */
  readonly calls: readonly RecordedCall[]
  /** Bounds of its own, in place of those of the model's precision. */
  readonly tolerance: Partial<Tolerance>
  /** In the order in which the model computes them. */
  readonly checkpoints: readonly RecordedCheckpoint[]
}

/** The cases a model carries. */
export function embeddedCases(model: Model): RecordedCase[] {
  return model.cases.map((entry) => recordedCase(model, entry))
}

function recordedCase(model: Model, entry: Case): RecordedCase {
  const arrays = (indices: readonly TensorIndex[]): NdArray[] =>
    indices.map((index) => arrayOf(model, index))
  const { rtol, atol } = entry
  return {
    name: entry.name,
    calls: splitCalls(arrays(entry.inputs), arrays(entry.outputs), Math.max(1, entry.calls)),
    tolerance: { ...(rtol !== undefined && { rtol }), ...(atol !== undefined && { atol }) },
    checkpoints: inCallOrder(model, entry)
      .filter(({ call, output }) => call === 0 && output === 0)
      .map(({ layer, value }) => ({ layer, value: arrayOf(model, value) })),
  }
}

/** Arrays of several calls one after the other, call 0's first. */
function splitCalls(
  inputs: readonly NdArray[],
  outputs: readonly NdArray[],
  calls: number,
): RecordedCall[] {
  const perCall = (arrays: readonly NdArray[], call: number): NdArray[] => {
    const size = arrays.length / calls
    return arrays.slice(call * size, (call + 1) * size)
  }
  return Array.from({ length: calls }, (_, call) => ({
    inputs: perCall(inputs, call),
    outputs: perCall(outputs, call),
  }))
}

function inCallOrder(model: Model, entry: Case): Case['checkpoints'] {
  const position = new Map(
    model.graph?.calls.map((call, index) => [model.layers[call.layer]?.name, index]),
  )
  const of = (layer: string): number => position.get(layer) ?? Infinity
  return entry.checkpoints.toSorted((a, b) => of(a.layer) - of(b.layer))
}

function arrayOf(model: Model, index: TensorIndex): NdArray {
  // The decoder has checked that it is there and has a dtype.
  const tensor = model.tensors[index] as Model['tensors'][number]
  return {
    dtype: tensor.dtype ?? 'float32',
    shape: tensor.shape,
    data: tensor.data,
    strings: tensor.strings,
  }
}
