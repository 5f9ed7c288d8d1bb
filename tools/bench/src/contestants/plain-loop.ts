import type { DenseLayer } from '../models/model.ts'
import { denseFromJson } from '../models/model.ts'
import type { Contestant, Tensor, Workload } from './contestant.ts'

/** What a careful engineer would write by hand: no library, weights transposed once, buffers allocated once. */
export const plainLoop: Contestant = {
  id: 'plain-loop',
  title: 'plain TypeScript loop',
  packages: [],
  isPeer: false,
  hosts: ['node', 'chromium'],
  threads: 1,
  bound: 'strict',
  excluded: (model) =>
    model.files.dense === undefined ? 'only written for chains of dense layers' : undefined,

  async load(model, environment) {
    const text = new TextDecoder().decode(await environment.readBytes(model.files.dense ?? ''))
    const predict = denseChain(denseFromJson(text))
    return { bind: (batches) => bind(predict, batches), dispose: () => {} }
  },
}

type Predict = (x: Float32Array, rows: number) => Float32Array

/**
 * Returns a function from x (rows, inputs of the first layer) to (rows, outputs of the last).
 * Weights and activations are held in float64, as JavaScript computes: no conversion in the inner loop.
 */
function denseChain(layers: readonly DenseLayer[]): Predict {
  const steps = layers.map(({ inputs, outputs, activation, weights, bias }) => ({
    inputs,
    outputs,
    isRelu: activation === 'relu',
    columns: transpose(weights, inputs, outputs), // (outputs, inputs)
    bias: Float64Array.from(bias), // (outputs)
    result: new Float64Array(outputs), // (outputs), of the current row
  }))
  const row = new Float64Array(steps[0]!.inputs)
  const width = steps.at(-1)!.outputs

  return (x, rows) => {
    const y = new Float32Array(rows * width) // (rows, width)
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < row.length; i++) row[i] = x[r * row.length + i]!
      let input = row
      for (const { inputs, outputs, isRelu, columns, bias, result } of steps) {
        for (let j = 0, w = 0; j < outputs; j++) {
          let sum = bias[j]!
          for (let i = 0; i < inputs; i++) sum += input[i]! * columns[w++]!
          result[j] = isRelu && sum < 0 ? 0 : sum
        }
        input = result
      }
      for (let j = 0; j < width; j++) y[r * width + j] = input[j]!
    }
    return y
  }
}

/** (rows, columns) → (columns, rows) */
function transpose(matrix: Float32Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(matrix, (_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!)
}

function bind(predict: Predict, batches: readonly Tensor[]): Workload {
  return {
    outputs: async () => batches.map((batch) => predict(floatsOf(batch), batch.shape[0]!)),
    repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        const batch = batches[next]!
        sum += predict(floatsOf(batch), batch.shape[0]!)[0]!
        if (++next === batches.length) next = 0
      }
      return sum
    },
  }
}

function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  throw new TypeError('a chain of dense layers takes floats')
}
