import type { Tensor } from '../contestants/contestant.ts'
import type { PreparedModel, WorkloadSpec } from '../models/model.ts'
import type { Answers } from './accuracy.ts'
import { seededRandom } from './statistics.ts'

export interface Batch extends Tensor, Answers {}

/** All samples of a model and what they should give. */
export interface Samples extends Answers {
  readonly inputs: Float32Array | Int32Array // (sampleCount, ...inputShape)
  readonly keras: Float32Array // (sampleCount, ...outputShape)
  readonly truth: Float64Array // (sampleCount, ...outputShape)
}

/** Distinct inputs a workload goes round, as far as they are small; one if they are large. */
const MAX_BATCHES = 256
const MAX_ROWS_IN_ALL = 1024

/**
 * Inputs of one workload, rows drawn at random from the model's samples (the same rows in every run): a pattern
 * too long for a branch predictor to learn, and every output known from Keras. Few samples are taken in order, so that
 * every one is seen.
 */
export function makeBatches(
  { sampleCount, inputShape }: PreparedModel,
  { rows }: WorkloadSpec,
  { inputs, keras, truth }: Samples,
): Batch[] {
  const random = seededRandom(1)
  const inputSize = inputs.length / sampleCount
  const outputSize = keras.length / sampleCount
  const isSmall = sampleCount > 64
  const count = isSmall
    ? Math.min(MAX_BATCHES, Math.max(1, Math.floor(MAX_ROWS_IN_ALL / rows)))
    : Math.max(1, Math.floor(sampleCount / rows))

  let next = 0
  return Array.from({ length: count }, () => {
    const data =
      inputs instanceof Float32Array
        ? new Float32Array(rows * inputSize)
        : new Int32Array(rows * inputSize)
    const batch = {
      data,
      shape: [rows, ...inputShape],
      keras: new Float32Array(rows * outputSize),
      truth: new Float64Array(rows * outputSize),
    }
    for (let row = 0; row < rows; row++) {
      const sample = isSmall ? Math.floor(random() * sampleCount) : next++ % sampleCount
      const from = sample * outputSize
      data.set(inputs.subarray(sample * inputSize, (sample + 1) * inputSize), row * inputSize)
      batch.keras.set(keras.subarray(from, from + outputSize), row * outputSize)
      batch.truth.set(truth.subarray(from, from + outputSize), row * outputSize)
    }
    return batch
  })
}
