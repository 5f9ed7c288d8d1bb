import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NdArray } from '@dotplus/converter'
import { convert, readNpyArray, sourceFromBytes } from '@dotplus/converter'
import { encode } from '@dotplus/core'
import { denseChainToOnnx } from '../onnx/dense-chain.ts'
import { runPython } from '../python.ts'
import type { BenchModel, DenseLayer, PreparedModel } from './model.ts'
import { denseToJson, toFloats } from './model.ts'

const fixture = fileURLToPath(new URL('../../../../test-fixtures/sample-mlp/', import.meta.url))

/** The MLP of the quick start, as Keras trained it. */
export const mlp: BenchModel = { name: 'mlp', title: 'MLP 4→20→10→1, relu', prepare }

async function prepare(folder: string, log: (line: string) => void): Promise<PreparedModel> {
  const layers = [
    await readLayer('L1', 'relu'),
    await readLayer('L2', 'relu'),
    await readLayer('L3', 'linear'),
  ]
  const inputs = await readArray('X_validation.npy', [null, 4])
  const expected = await readArray('relu/predictions.npy', [inputs.shape[0]!, 1])

  const kerasFile = path.join(fixture, 'relu/keras/model.keras')
  const model = await convert(sourceFromBytes('model.keras', await readFile(kerasFile)))

  await mkdir(folder, { recursive: true })
  const tflite = path.join(folder, 'model-1.tflite')
  if (!existsSync(tflite)) runPython(['export_tflite.py', kerasFile, folder], log)
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(path.join(folder, name), content)
    return path.join(folder, name)
  }
  return {
    name: mlp.name,
    title: mlp.title,
    inputShape: [4],
    inputDtype: 'float32',
    outputShape: [1],
    sampleCount: inputs.shape[0]!,
    workloads: [
      { title: 'one row', rows: 1, callsPerSample: 1000, unit: 'µs' },
      { title: '100,000 rows', rows: 100_000, callsPerSample: 1, unit: 'ms' },
    ],
    missing: {},
    files: {
      inputs: await write('inputs.f32', inputs.data),
      expected: await write('expected.f32', expected.data),
      truth: await write(
        'truth.f64',
        new Uint8Array(denseChainTruth(layers, toFloats(inputs.data)).buffer),
      ),
      tflite: { '1': tflite },
      dotplus: await write('model.dotplus', encode(model)),
      onnx: await write('model.onnx', denseChainToOnnx(mlp.name, layers)),
      dense: await write('dense.json', denseToJson(layers)),
    },
  }
}

/** The network in float64: (rows, inputs of the first layer) to (rows, outputs of the last). */
function denseChainTruth(layers: readonly DenseLayer[], x: Float32Array): Float64Array {
  let current = Float64Array.from(x)
  for (const { inputs, outputs, activation, weights, bias } of layers) {
    const rows = current.length / inputs
    const next = new Float64Array(rows * outputs)
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < outputs; j++) {
        let sum = bias[j]!
        for (let i = 0; i < inputs; i++)
          sum += current[row * inputs + i]! * weights[i * outputs + j]!
        next[row * outputs + j] = activation === 'relu' ? Math.max(0, sum) : sum
      }
    }
    current = next
  }
  return current
}

async function readLayer(name: string, activation: DenseLayer['activation']): Promise<DenseLayer> {
  const weights = await readArray(`relu/npy/${name}_weights.npy`, [null, null])
  const [inputs, outputs] = [weights.shape[0]!, weights.shape[1]!]
  const bias = await readArray(`relu/npy/${name}_bias.npy`, [outputs])
  return {
    name,
    inputs,
    outputs,
    activation,
    weights: toFloats(weights.data),
    bias: toFloats(bias.data),
  }
}

/** A float32 array of the fixture; null in `shape` stands for any length. */
async function readArray(name: string, shape: readonly (number | null)[]): Promise<NdArray> {
  const array = readNpyArray(await readFile(path.join(fixture, name)), name)
  const fits =
    array.shape.length === shape.length &&
    array.shape.every((length, axis) => (shape[axis] ?? length) === length)
  if (array.dtype === 'float32' && fits) return array
  const wanted = shape.map((length) => length ?? 'any').join(', ')
  throw new TypeError(
    `${name}: expected float32 (${wanted}), got ${array.dtype} (${array.shape.join(', ')})`,
  )
}
