/** A fully connected layer, y = activation(x · weights + bias). */
export interface DenseLayer {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  readonly activation: 'linear' | 'relu'
  readonly weights: Float32Array // (inputs, outputs), row-major
  readonly bias: Float32Array // (outputs)
}

/** What is timed: calls of `rows` rows each, `callsPerSample` of them between two clock readings. */
export interface WorkloadSpec {
  readonly title: string
  readonly rows: number
  readonly callsPerSample: number
  readonly unit: 'µs' | 'ms'
}

export type InputDtype = 'float32' | 'int32'

/** A model as files on disk, the same weights in every format; a format that cannot hold the model is missing. */
export interface PreparedModel {
  readonly name: string
  readonly title: string
  readonly inputShape: readonly number[] // without the batch dimension
  readonly inputDtype: InputDtype
  readonly outputShape: readonly number[] // without the batch dimension
  readonly sampleCount: number
  readonly workloads: readonly WorkloadSpec[]
  readonly files: ModelFiles
  /** Why a format is missing, by contestant family. */
  readonly missing: Readonly<Record<string, string>>
}

export interface ModelFiles {
  readonly inputs: string // `inputDtype`, little-endian, (sampleCount, ...inputShape)
  readonly expected: string // what Keras answers, float32 little-endian, (sampleCount, ...outputShape)
  readonly truth: string // the same network computed in float64, float64 little-endian, (sampleCount, ...outputShape)
  readonly dotplus: string
  readonly onnx?: string
  readonly tflite?: Readonly<Record<string, string>> // by number of rows, which the file fixes
  readonly tfjs?: string // model.json of a graph model, its weights beside it
  readonly dense?: string // JSON of DenseLayer[]; only for models that are a chain of dense layers
}

export interface BenchModel {
  readonly name: string
  readonly title: string
  /** Writes the model's files under `folder`, or finds them there. */
  prepare(folder: string, log: (line: string) => void): Promise<PreparedModel>
}

/** DenseLayer[] to JSON. Every float32 is a decimal number that reads back to the same bits. */
export function denseToJson(layers: readonly DenseLayer[]): string {
  return JSON.stringify(layers, (_, value: unknown) =>
    value instanceof Float32Array ? Array.from(value) : value,
  )
}

export function denseFromJson(text: string): DenseLayer[] {
  type Stored = Omit<DenseLayer, 'weights' | 'bias'> & { weights: number[]; bias: number[] }
  return (JSON.parse(text) as Stored[]).map((layer) => ({
    ...layer,
    weights: Float32Array.from(layer.weights),
    bias: Float32Array.from(layer.bias),
  }))
}

/** Little-endian bytes as float32, copied: a Buffer may begin anywhere in the memory it shares. */
export function toFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

export function toDoubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer)
}

export function toInputs(bytes: Uint8Array, dtype: InputDtype): Float32Array | Int32Array {
  return dtype === 'int32' ? new Int32Array(Uint8Array.from(bytes).buffer) : toFloats(bytes)
}
