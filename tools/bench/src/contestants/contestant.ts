import type { PreparedModel } from '../models/model.ts'

export interface Tensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** What the host gives a contestant; contestants themselves never ask which runtime they are in. */
export interface Environment {
  /** The dotplus package of this runtime. */
  readonly importDotplus: () => Promise<DotplusPackage>
  readonly importPeer: <Module>(name: string) => Promise<Module>
  /** Folder in which a peer's package keeps the file its name resolves to, with a trailing slash. */
  readonly peerFolder: (name: string) => string
  readonly readBytes: (file: string) => Promise<Uint8Array>
}

export interface DotplusPackage {
  load(
    file: string,
    options: { precision: 'exact' | 'fast'; threads: number },
  ): Promise<DotplusModel>
}

export interface DotplusModel {
  predict(x: unknown, options?: object): unknown
  dispose(): void
}

/** One model loaded by one contestant, bound to the inputs it will be called with. */
export interface Workload {
  /** One call per batch, every output kept: what the accuracy check looks at. */
  outputs(): Promise<Float32Array[]>
  /**
   * Makes `count` calls, going round the batches, each from a Float32Array in JavaScript to numbers in JavaScript.
   * The sum of the first output of every call is returned, so that no call can be optimised away.
   */
  repeat(count: number): number | Promise<number>
}

export interface Runner {
  bind(batches: readonly Tensor[]): Workload
  dispose(): void | Promise<void>
}

export interface Contestant {
  readonly id: string
  readonly title: string
  /** npm packages a user installs for it; empty for plain code. */
  readonly packages: readonly string[]
  /** True if the packages live in `peers/` and not in the workspace. */
  readonly isPeer: boolean
  supports(model: PreparedModel): boolean
  load(model: PreparedModel, environment: Environment): Promise<Runner>
}
