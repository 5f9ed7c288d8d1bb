import { ModelError, FormatError, type Case, type Model, type StoredTensor } from '@dotplus/core'
import type { NdArray } from './array.ts'
import { naturalOrder } from './arrays/natural-order.ts'
import { openNpz } from './binary/npz.ts'
import { baseName, type Source } from './source.ts'

/** Inputs with what Keras answered, as an `io.npz` holds them. */
export interface CaseArrays {
  readonly name: string
  /** in0, in1, … in the order of the model's inputs; of several calls, call 0's first. */
  readonly inputs: readonly NdArray[]
  /** out0, out1, … in the order of the model's flattened outputs. */
  readonly outputs: readonly NdArray[]
  /** `layer:<name>`: outputs of single layers. */
  readonly checkpoints: ReadonlyMap<string, NdArray>
}

const checkpointPrefix = 'layer:'

/**
 * Reads an `io.npz`: arrays in0…, out0… and optionally `layer:<layer name>`.
 *
 * @throws {FormatError} when it has no outputs, a number is left out, or there are arrays of other names
 */
export async function readCases(source: Source): Promise<CaseArrays> {
  const npz = await openNpz(source)
  const inputs: NdArray[] = []
  const outputs: NdArray[] = []
  const checkpoints = new Map<string, NdArray>()
  for (const name of npz.names.toSorted(naturalOrder)) {
    const match = /^(in|out)(\d+)$/.exec(name)
    if (!match && !name.startsWith(checkpointPrefix)) {
      throw new FormatError('an array of no known meaning', {
        file: source.name,
        place: name,
        expected: 'in0…, out0… or layer:<name>',
      })
    }
    const array = await npz.read(name)
    if (!match) {
      checkpoints.set(name.slice(checkpointPrefix.length), array)
      continue
    }
    const list = match[1] === 'in' ? inputs : outputs
    if (Number(match[2]) !== list.length) {
      throw new FormatError('an array is missing', {
        file: source.name,
        expected: `${match[1]}${list.length}`,
        got: name,
      })
    }
    list.push(array)
  }
  if (outputs.length === 0) {
    throw new FormatError('no expected outputs', {
      file: source.name,
      expected: 'in0…, out0…',
      got: npz.names.join(', ') || 'nothing',
    })
  }
  return { name: baseName(source.name).replace(/\.npz$/i, ''), inputs, outputs, checkpoints }
}

/**
 * Adds evidence to a model: its arrays become tensors, several calls are told by their number.
 *
 * @throws {ModelError} when the arrays are no whole number of calls of the model, or name a layer it does not have
 */
export function addCase(model: Model, arrays: CaseArrays): void {
  const wanted = {
    inputs: model.graph?.inputs.length ?? 0,
    outputs: model.graph?.outputs.length ?? 0,
  }
  const calls = arrays.outputs.length / wanted.outputs
  if (!Number.isInteger(calls) || calls < 1 || arrays.inputs.length !== wanted.inputs * calls) {
    throw new ModelError('the case does not fit the model', {
      place: `case ${arrays.name}`,
      expected: `${wanted.inputs} inputs and ${wanted.outputs} outputs a call`,
      got: `${arrays.inputs.length} and ${arrays.outputs.length}`,
    })
  }
  const prefix = `case:${arrays.name}`
  const add = (name: string, array: NdArray): number => {
    const tensor: StoredTensor = {
      name: `${prefix}/${name}`,
      dtype: array.dtype,
      shape: [...array.shape],
      strings: [...(array.strings ?? [])],
      data: array.data,
    }
    return model.tensors.push(tensor) - 1
  }
  const known = new Set(model.layers.map(({ name }) => name))
  const entry: Case = {
    name: arrays.name,
    inputs: arrays.inputs.map((array, index) => add(`in${index}`, array)),
    outputs: arrays.outputs.map((array, index) => add(`out${index}`, array)),
    checkpoints: [...arrays.checkpoints].map(([layer, array]) => {
      if (!known.has(layer))
        throw new ModelError('a checkpoint of a layer that is not there', {
          place: `case ${arrays.name}`,
          got: layer,
        })
      return { layer, call: 0, output: 0, value: add(`layer:${layer}`, array) }
    }),
    calls: calls === 1 ? 0 : calls,
    toleranceReason: '',
  }
  model.cases.push(entry)
}
