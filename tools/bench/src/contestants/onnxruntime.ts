import type { Contestant, HostId, Tensor, Workload } from './contestant.ts'

/** The part of onnxruntime-common's API that is used here. */
interface OnnxRuntime {
  readonly env: {
    logLevel: string
    readonly wasm: { numThreads: number; wasmPaths: string | undefined }
  }
  readonly Tensor: new (type: string, data: Tensor['data'], dims: readonly number[]) => OrtTensor
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

export const onnxruntimeWeb: Contestant = onnxruntime('onnxruntime-web', 1, ['node', 'chromium'])
/** In a page only: its threads do not start in Node. */
export const onnxruntimeWebTwo: Contestant = onnxruntime('onnxruntime-web', 2, ['chromium'])
export const onnxruntimeNode: Contestant = onnxruntime('onnxruntime-node', 1, ['node'])

function onnxruntime(name: string, threads: number, hosts: readonly HostId[]): Contestant {
  const isNative = name === 'onnxruntime-node'
  return {
    id: threads > 1 ? `${name}-${threads}` : name,
    title: `${name} (${isNative ? 'native' : 'wasm'}${threads > 1 ? `, ${threads} threads` : ''})`,
    packages: [name],
    isPeer: true,
    hosts,
    threads,
    bound: 'sanity',
    excluded: (model) => (model.files.onnx === undefined ? model.missing['onnx'] : undefined),

    async load(model, environment) {
      const ort = await environment.importPeer<OnnxRuntime>(name)
      ort.env.logLevel = 'error'
      ort.env.wasm.numThreads = threads
      ort.env.wasm.wasmPaths = environment.peerAssets?.(name)
      const session = await ort.InferenceSession.create(
        await environment.readBytes(model.files.onnx ?? ''),
        {
          executionProviders: [isNative ? 'cpu' : 'wasm'],
          graphOptimizationLevel: 'all',
          executionMode: 'sequential',
          intraOpNumThreads: threads,
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
  const first = batches[0]!
  const x = first.data.slice()
  const dtype = x instanceof Int32Array ? 'int32' : 'float32'
  const feeds = { [inputName]: new ort.Tensor(dtype, x, first.shape) }
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
