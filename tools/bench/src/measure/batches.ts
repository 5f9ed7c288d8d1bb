import type { Tensor } from '../contestants/contestant.ts'
import type { PreparedModel, WorkloadSpec } from '../models/model.ts'
import { seededRandom } from './statistics.ts'

export interface Batch extends Tensor {
  readonly expected: Float32Array // what Keras answers, (rows, ...outputShape)
}

/** Distinct inputs a workload goes round, as far as they are small; one if they are large. */
const MAX_BATCHES = 256
const MAX_ROWS_IN_ALL = 1024

/**
 * Inputs of one workload, rows drawn at random from the model's samples (the same rows in every run): a pattern
 * too long for a branch predictor to learn, and every output known from Keras.
 */
export function makeBatches(
  model: PreparedModel,
  workload: WorkloadSpec,
  inputs: Float32Array, // (sampleCount, ...inputShape)
  expected: Float32Array, // (sampleCount, ...outputShape)
): Batch[] {
  const random = seededRandom(1)
  const { rows } = workload
  const inputSize = inputs.length / model.sampleCount
  const outputSize = expected.length / model.sampleCount
  const count = Math.min(MAX_BATCHES, Math.max(1, Math.floor(MAX_ROWS_IN_ALL / rows)))

  return Array.from({ length: count }, () => {
    const data = new Float32Array(rows * inputSize)
    const answers = new Float32Array(rows * outputSize)
    for (let row = 0; row < rows; row++) {
      const sample = Math.floor(random() * model.sampleCount)
      data.set(inputs.subarray(sample * inputSize, (sample + 1) * inputSize), row * inputSize)
      answers.set(
        expected.subarray(sample * outputSize, (sample + 1) * outputSize),
        row * outputSize,
      )
    }
    return { data, shape: [rows, ...model.inputShape], expected: answers }
  })
}
