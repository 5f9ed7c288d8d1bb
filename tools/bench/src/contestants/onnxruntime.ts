import type { Contestant, Tensor, Workload } from './contestant.ts'

/** The part of onnxruntime-common's API that is used here. */
interface OnnxRuntime {
  readonly env: { logLevel: string; readonly wasm: { numThreads: number } }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<Session>
  }
}

interface OrtTensor {
  readonly data: Float32Array
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}

export const onnxruntimeWeb: Contestant = onnxruntime('onnxruntime-web', 'wasm', 'wasm')
export const onnxruntimeNode: Contestant = onnxruntime('onnxruntime-node', 'cpu', 'native')

function onnxruntime(name: string, executionProvider: string, kind: string): Contestant {
  return {
    id: name,
    title: `${name} (${kind})`,
    packages: [name],
    isPeer: true,
    supports: () => true,

    async load(model, environment) {
      const ort = await environment.importPeer<OnnxRuntime>(name)
      ort.env.logLevel = 'error'
      ort.env.wasm.numThreads = 1
      const session = await ort.InferenceSession.create(
        await environment.readBytes(model.files.onnx),
        {
          executionProviders: [executionProvider],
          graphOptimizationLevel: 'all',
          executionMode: 'sequential',
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
        },
      )
      return {
        bind: (batches) => bind(ort, session, batches),
        dispose: () => session.release(),
      }
    },
  }
}

/** One input tensor serves all calls: its array is refilled, its object never made again. */
function bind(ort: OnnxRuntime, session: Session, batches: readonly Tensor[]): Workload {
  const inputs = batches.map((batch) => batch.data)
  const [inputName, outputName] = [session.inputNames[0]!, session.outputNames[0]!]
  const x = new Float32Array(inputs[0]!.length)
  const feeds = { [inputName]: new ort.Tensor('float32', x, batches[0]!.shape) }
  return {
    async outputs() {
      const results: Float32Array[] = []
      for (const input of inputs) {
        x.set(input)
        results.push((await session.run(feeds))[outputName]!.data)
      }
      return results
    },
    async repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        x.set(inputs[next]!)
        sum += (await session.run(feeds))[outputName]!.data[0]!
        if (++next === inputs.length) next = 0
      }
      return sum
    },
  }
}
