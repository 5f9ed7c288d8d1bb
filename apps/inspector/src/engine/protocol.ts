import type { GraphLayout, LayerSetting, ModelSummary, TensorStatistics } from '@dotplus/inspect'

/** A thing that is wrong, as a list shows it. */
export interface Problem {
  readonly message: string
  readonly layer: string | undefined
}

/** What is known of a model that was opened. */
export interface OpenedModel {
  readonly name: string
  readonly fileName: string
  /** Bytes as a .dotplus file. */
  readonly byteLength: number
  readonly source: string
  readonly summary: ModelSummary
  readonly inputs: readonly InputSignature[]
  readonly outputs: readonly string[]
  /** Names of the recorded cases inside. */
  readonly cases: readonly string[]
  /** Why it does not run; empty when it does. */
  readonly problems: readonly Problem[]
}

export interface InputSignature {
  readonly name: string
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}

export interface LayerDetail {
  readonly name: string
  readonly className: string
  readonly dtype: string
  readonly shape: string
  readonly parameters: number
  readonly settings: readonly LayerSetting[]
  readonly connectedTo: readonly string[]
  readonly weights: readonly WeightDetail[]
}

export interface WeightDetail {
  readonly role: string
  /** Index of the tensor, for downloads. */
  readonly tensor: number
  readonly shape: readonly number[]
  readonly dtype: string
  readonly statistics: TensorStatistics | undefined
  readonly picture: Picture | undefined
}

/** Values as a grey or coloured image, one value a pixel. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Between -1 and 1 for signed values, 0 and 1 for others. */
  readonly values: Float32Array
  readonly signed: boolean
}

/** An array as the page shows it. */
export interface ShownTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  /** The first values. */
  readonly values: readonly (number | string)[]
  readonly count: number
  /** The largest of one row, for class scores: index and value. */
  readonly top: readonly { readonly index: number; readonly value: number }[]
  readonly picture: Picture | undefined
  readonly statistics: TensorStatistics | undefined
}

export interface RunResult {
  readonly outputs: readonly ShownTensor[]
  readonly milliseconds: number
  /** SHA-256 over the outputs' bytes, first 16 digits. */
  readonly hash: string
  readonly precision: string
  readonly threads: number
  readonly notes: readonly string[]
}

/** How a model is to run; what it could not be given is in the notes of the result. */
export interface RunSettings {
  readonly precision: 'exact' | 'fast'
  readonly threads: number
}

export interface LayerTime {
  readonly layer: string
  readonly milliseconds: number
}

/** Ours beside Keras's, of one case. */
export interface ParityResult {
  readonly name: string
  readonly ok: boolean
  readonly reason: string | undefined
  readonly compared: number
  readonly maxAbs: number
  readonly maxUlp: number
  /** At most a few thousand of them, evenly taken. */
  readonly points: readonly { readonly keras: number; readonly ours: number }[]
  /** How many values differ by 0, 1, 2, 3–4, 5–8, … units in the last place. */
  readonly ulps: readonly { readonly label: string; readonly count: number }[]
  /** The first layer with a recorded output that is not met; undefined where none was recorded or none diverges. */
  readonly divergesAt: string | undefined
  readonly checkpoints: number
}

export type ExportKind = 'dotplus' | 'dotplus-f16' | 'summary' | 'svg' | 'npy'

export interface ExportedFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** An input of a run: values, or an array from a file. */
export type GivenInput =
  | {
      readonly kind: 'values'
      readonly values: readonly (number | string)[]
      readonly shape: readonly number[]
    }
  | { readonly kind: 'file'; readonly file: File }

/** What the worker does; every call answers with a promise. */
export interface Engine {
  /** Answers once the worker is there. */
  ready(): void
  open(
    files: readonly File[],
    options: { readonly dense?: string; readonly inputShape?: readonly (number | null)[] },
  ): OpenedModel
  layout(unfolded: readonly string[]): GraphLayout
  layer(name: string): LayerDetail
  run(inputs: readonly GivenInput[], settings: RunSettings): RunResult
  intermediate(layer: string): ShownTensor
  profile(): readonly LayerTime[]
  parity(file: File | undefined): readonly ParityResult[]
  export(kind: ExportKind, unfolded: readonly string[], tensor?: number): ExportedFile
}

export type EngineRequest = {
  readonly id: number
  readonly method: keyof Engine
  readonly args: readonly unknown[]
}

export type EngineReply =
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'failure'; readonly problems: readonly Problem[] }
  | {
      readonly id: number
      readonly kind: 'progress'
      readonly done: number
      readonly total: number
    }
