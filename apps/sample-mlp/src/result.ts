import type { Pair } from './report/scatter.ts'

/** Error of predictions against the same forward pass in float64. */
export interface ErrorFigures {
  readonly maxAbs: number
  readonly rms: number
}

/** One array of a layer. */
export interface ArraySummary {
  readonly shape: readonly number[]
  readonly count: number
  readonly minimum: number
  readonly maximum: number
}

export interface LayerRow {
  readonly name: string
  readonly activation: string
  readonly weights: ArraySummary
  readonly biases: ArraySummary
}

/** What one export gave. */
export interface RouteResult {
  readonly title: string
  readonly files: number
  /** Bytes of the exported files and of the dotplus model. */
  readonly exportedBytes: number
  readonly modelBytes: number
  /** The tensors are byte for byte those of the first route. */
  readonly sameTensors: boolean
  readonly rows: number
  /** Largest |dotplus − Keras|. */
  readonly maxAbs: number
  readonly maxUlp: number
  /** Every row is within 1e-6·max|b| + 1e-5·|b| of Keras. */
  readonly equal: boolean
  readonly error: ErrorFigures
  /** SHA-256 of the output bytes, in hex. */
  readonly hash: string
}

/** Milliseconds one call takes. */
export interface CallTimes {
  readonly oneRow: number
  readonly manyRows: number
}

export interface TimingRow extends CallTimes {
  readonly title: string
  /** How it was called: "one batch". */
  readonly how: string
  readonly machine: string
  /** Measured in this run, not recorded with the fixtures. */
  readonly measuredHere: boolean
}

/** Everything `npm start` found out about one model. */
export interface ModelResult {
  /** "linear", "relu". */
  readonly hidden: string
  readonly layers: readonly LayerRow[]
  readonly routes: readonly RouteResult[]
  readonly kerasError: ErrorFigures
  readonly pairs: readonly Pair[]
  /** dotplus − Keras of each row, in ulp. */
  readonly ulps: readonly number[]
  readonly timings: readonly TimingRow[]
}

export interface SampleResult {
  readonly models: readonly ModelResult[]
  /** "Keras 3.15.1 (tensorflow-cpu 2.21.0, numpy 2.4.6)". */
  readonly trainedBy: string
  /** Machine on which Keras ran. */
  readonly recordedOn: string
  /** Machine and runtime of this run. */
  readonly ranOn: string
}
