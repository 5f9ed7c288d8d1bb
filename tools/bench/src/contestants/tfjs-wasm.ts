import type { PreparedModel } from '../models/model.ts'
import { denseFromJson } from '../models/model.ts'
import type { Contestant, Environment, Tensor, Workload } from './contestant.ts'

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
  tensor(data: Tensor['data'], shape: readonly number[]): TfTensor
  tidy(compute: () => TfTensor): TfTensor
}

interface TfTensor {
  dataSync(): Float32Array
  dispose(): void
}

interface WasmBackend {
  setWasmPaths(folder: string): void
}

interface GraphModel {
  predict(x: TfTensor): TfTensor
  executeAsync(x: TfTensor): Promise<TfTensor>
  dispose(): void
}

interface GraphModels {
  loadGraphModel(handler: { load(): Promise<object> }): Promise<GraphModel>
}

/**
 * Models of dense layers are called op by op through `fused.matMul`, which spares them the graph executor's time per
 * node; others are graph models, as TensorFlow's converter writes them.
 */
export const tfjsWasm: Contestant = {
  id: 'tfjs-wasm',
  title: 'tfjs-backend-wasm',
  packages: [
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs-converter',
  ],
  isPeer: true,
  hosts: ['node', 'chromium'],
  threads: 1,
  bound: 'sanity',
  excluded: ({ files, missing }) =>
    files.dense === undefined && files.tfjs === undefined ? missing['tfjs'] : undefined,

  async load(model, environment) {
    const tf = await environment.importPeer<TensorFlow>('@tensorflow/tfjs-core')
    const backend = await environment.importPeer<WasmBackend>('@tensorflow/tfjs-backend-wasm')
    backend.setWasmPaths(environment.peerFolder('@tensorflow/tfjs-backend-wasm'))
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false) // one thread, as for everyone here
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs: the wasm backend did not start')
    const network =
      model.files.dense === undefined
        ? await graphModel(model, environment)
        : await denseChain(tf, model.files.dense, environment)
    return {
      bind: (batches) => bind(tf, network, batches),
      dispose: () => network.dispose(),
    }
  },
}

/** x → y; intermediate tensors are the network's own business. */
interface Network {
  predict?(x: TfTensor): TfTensor
  /** In place of `predict` where a graph has loops, which its executor only runs this way. */
  predictAsync?(x: TfTensor): Promise<TfTensor>
  dispose(): void
}

async function denseChain(
  tf: TensorFlow,
  file: string,
  environment: Environment,
): Promise<Network> {
  const text = new TextDecoder().decode(await environment.readBytes(file))
  const ops = denseFromJson(text).map((layer) => ({
    weights: tf.tensor(layer.weights, [layer.inputs, layer.outputs]),
    bias: tf.tensor(layer.bias, [layer.outputs]),
    activation: layer.activation,
  }))
  return {
    predict(x) {
      let current = x
      for (const { weights, bias, activation } of ops) {
        const next = tf.fused.matMul({ a: current, b: weights, bias, activation })
        if (current !== x) current.dispose()
        current = next
      }
      return current
    },
    dispose() {
      for (const { weights, bias } of ops) {
        weights.dispose()
        bias.dispose()
      }
    },
  }
}

interface ModelJson {
  readonly modelTopology: object
  readonly weightsManifest: readonly {
    readonly paths: readonly string[]
    readonly weights: readonly object[]
  }[]
}

async function graphModel(model: PreparedModel, environment: Environment): Promise<Network> {
  const { loadGraphModel } = await environment.importPeer<GraphModels>('@tensorflow/tfjs-converter')
  const file = model.files.tfjs ?? ''
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  const json = JSON.parse(new TextDecoder().decode(await environment.readBytes(file))) as ModelJson
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (const path of json.weightsManifest.flatMap(({ paths }) => paths)) {
    parts.push(await environment.readBytes(folder + path))
  }
  const weightData = await new Blob(parts).arrayBuffer()
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights)
  const graph = await loadGraphModel({ load: async () => ({ ...json, weightSpecs, weightData }) })
  const hasLoops = /"op":"(Exit|StatelessWhile|While)"/.test(JSON.stringify(json.modelTopology))
  return {
    ...(hasLoops
      ? { predictAsync: (x: TfTensor) => graph.executeAsync(x) }
      : { predict: (x: TfTensor) => graph.predict(x) }),
    dispose: () => graph.dispose(),
  }
}

function bind(tf: TensorFlow, network: Network, batches: readonly Tensor[]): Workload {
  const { predict, predictAsync } = network
  const call = predict
    ? (batch: Tensor): Float32Array =>
        taken(tf.tidy(() => predict(tf.tensor(batch.data, batch.shape))))
    : async (batch: Tensor): Promise<Float32Array> => {
        const x = tf.tensor(batch.data, batch.shape)
        const y = await predictAsync!(x)
        x.dispose()
        return taken(y)
      }
  return {
    async outputs() {
      const results: Float32Array[] = []
      for (const batch of batches) results.push(await call(batch))
      return results
    },
    async repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        const result = call(batches[next]!)
        sum += (result instanceof Promise ? await result : result)[0]!
        if (++next === batches.length) next = 0
      }
      return sum
    },
  }
}

/** The numbers of a tensor, which is freed. */
function taken(tensor: TfTensor): Float32Array {
  const data = tensor.dataSync()
  tensor.dispose()
  return data
}
