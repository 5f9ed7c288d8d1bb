import type { NdArray } from '@dotplus/converter'
import type { InputValue, LoadedModel, Prediction, Tensor, TensorData } from '@dotplus/kernel'
import { compare, type Values } from './compare.ts'
import { inputTensor } from './input-tensor.ts'
import type { RecordedCase } from './recorded-case.ts'
import type { Tolerance } from './tolerance.ts'

/** What Keras answered, as {@link compare} takes it: integers, bools and strings have to be equal. */
export function expectedValues(array: NdArray, name: string): Values {
  const { data, shape } = inputTensor(array, name)
  return { data, shape, exact: !array.dtype.includes('float') }
}

/** A layer whose output is not what was recorded. */
export interface DivergingLayer {
  readonly layer: string
  readonly reason: string
}

/**
 * The first layer, in the order in which the model computes them, whose recorded output is not met in the first call;
 * undefined where none was recorded or none diverges.
 */
export function firstDivergingLayer(
  model: LoadedModel<Prediction>,
  { calls, checkpoints }: RecordedCase,
  tolerance: Tolerance,
): DivergingLayer | undefined {
  const [first] = calls
  if (!first || checkpoints.length === 0) return undefined
  model.resetState()
  const inputs = first.inputs.map((array, i): InputValue => inputTensor(array, `in${i}`))
  const layers = checkpoints.map(({ layer }) => layer)
  const outputs = model.predict(inputs, { layers }) as Readonly<Record<string, Tensor<TensorData>>>
  for (const { layer, value } of checkpoints) {
    const actual = outputs[layer]
    const difference = actual && compare(actual, expectedValues(value, layer), tolerance)
    if (difference && !difference.ok) return { layer, reason: difference.reason ?? '' }
  }
  return undefined
}
