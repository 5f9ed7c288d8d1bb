import type { Model } from '@dotplus/core'
import type { InstantiateOptions } from '../load.ts'
import type { Explanation, MemoryReport } from '../model/loaded-model.ts'
import type { ModelInput, Prediction, Signature } from '../model/tensor.ts'
import type { StepState } from '../model/tensor.ts'
import type { Profile } from '../profile/profile.ts'
import type { Progress } from './progress.ts'
import type { SentError } from './sent-error.ts'

/** An address that the worker reads from: a path or a URL. */
export interface SentAddress {
  readonly path?: string
  readonly href?: string
  /** What errors call the file. */
  readonly file: string
}

/** What a worker loads: a model that has been read, or where to read it. */
export type Given = { readonly model: Model } | SentAddress

/** What the thread can ask of the worker: parameters and result of each call. */
export interface Calls {
  load: {
    parameters: { readonly given: Given; readonly options: InstantiateOptions }
    result: Description
  }
  predict: {
    parameters: {
      readonly inputs: ModelInput
      readonly layers: readonly string[] | undefined
      readonly out: OutKinds | undefined
    }
    result: Prediction
  }
  layerShapes: {
    parameters: { readonly shapes: readonly (readonly number[])[] }
    result: ReadonlyMap<string, readonly (readonly number[])[]>
  }
  step: {
    parameters: { readonly inputs: ModelInput; readonly state: StepState }
    result: { readonly y: Prediction; readonly state: StepState }
  }
  initialState: { parameters: { readonly batch: number }; result: StepState }
  profile: {
    parameters: { readonly inputs: ModelInput; readonly runs: number | undefined }
    result: Profile
  }
  resetState: { parameters: Record<string, never>; result: undefined }
}

export type CallName = keyof Calls

/** One of the caller's `out` arrays, which stay on the caller's thread: name of its class, and length. */
export interface OutKind {
  readonly array: string
  readonly length: number
}

export type OutKinds = OutKind | { readonly byName: Readonly<Record<string, OutKind>> }

/** What never changes about a loaded model. */
export interface Description {
  readonly name: string
  readonly inputs: readonly Signature[]
  readonly outputs: readonly { readonly name: string }[]
}

/** What a call may have changed about a loaded model. */
export interface State {
  readonly memory: MemoryReport
  /** Absent when the last one sent still holds. */
  readonly explanation?: Explanation | undefined
}

/** One call, numbered; replies come in the order of the calls. */
export type Request = {
  [Name in CallName]: {
    readonly id: number
    readonly call: Name
    readonly parameters: Calls[Name]['parameters']
  }
}[CallName]

/** How far a call has come that has not been answered yet. */
export interface Report {
  readonly id: number
  readonly progress: Progress
}

export type Reply =
  | {
      readonly id: number
      readonly ok: true
      readonly result: Calls[CallName]['result']
      readonly state: State
    }
  | { readonly id: number; readonly ok: false; readonly error: SentError }
