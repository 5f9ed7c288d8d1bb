import { denseFromJson } from '../models/model.ts'
import type { Contestant, Tensor, Workload } from './contestant.ts'

/** The part of @tensorflow/tfjs-core's API that is used here. */
interface TensorFlow {
  readonly fused: {
    matMul(options: {
      a: TfTensor
      b: TfTensor
      bias: TfTensor
      activation: 'linear' | 'relu'
    }): TfTensor
  }
  env(): { set(flag: string, value: boolean): void }
  setBackend(name: 'wasm'): Promise<boolean>
  tensor(data: Float32Array, shape: readonly number[]): TfTensor
}

interface TfTensor {
  dataSync(): Float32Array
  dispose(): void
}

interface WasmBackend {
  setWasmPaths(folder: string): void
}

interface DenseOp {
  readonly weights: TfTensor // (inputs, outputs)
  readonly bias: TfTensor // (outputs)
  readonly activation: 'linear' | 'relu'
}

/** Called op by op through `fused.matMul`, which spares it the graph executor's time per node. */
export const tfjsWasm: Contestant = {
  id: 'tfjs-wasm',
  title: 'tfjs-backend-wasm',
  packages: ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-core'],
  isPeer: true,
  supports: (model) => model.files.dense !== undefined,

  async load(model, environment) {
    const tf = await environment.importPeer<TensorFlow>('@tensorflow/tfjs-core')
    const backend = await environment.importPeer<WasmBackend>('@tensorflow/tfjs-backend-wasm')
    backend.setWasmPaths(environment.peerFolder('@tensorflow/tfjs-backend-wasm'))
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false) // one thread, as for everyone here
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs: the wasm backend did not start')

    const text = new TextDecoder().decode(await environment.readBytes(model.files.dense ?? ''))
    const ops = denseFromJson(text).map((layer): DenseOp => ({
      weights: tf.tensor(layer.weights, [layer.inputs, layer.outputs]),
      bias: tf.tensor(layer.bias, [layer.outputs]),
      activation: layer.activation,
    }))
    const dispose = (): void => {
      for (const op of ops) {
        op.weights.dispose()
        op.bias.dispose()
      }
    }
    return { bind: (batches) => bind(tf, ops, batches), dispose }
  },
}

function bind(tf: TensorFlow, ops: readonly DenseOp[], batches: readonly Tensor[]): Workload {
  const predict = (batch: Tensor): Float32Array => {
    let current = tf.tensor(batch.data, batch.shape)
    for (const { weights, bias, activation } of ops) {
      const next = tf.fused.matMul({ a: current, b: weights, bias, activation })
      current.dispose()
      current = next
    }
    const result = current.dataSync()
    current.dispose()
    return result
  }
  return {
    outputs: async () => batches.map(predict),
    repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        sum += predict(batches[next]!)[0]!
        if (++next === batches.length) next = 0
      }
      return sum
    },
  }
}
