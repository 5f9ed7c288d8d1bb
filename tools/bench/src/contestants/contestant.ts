import type { PreparedModel } from '../models/model.ts'

/** One input of a call. */
export interface Tensor {
  readonly data: Float32Array | Int32Array
  readonly shape: readonly number[]
}

export type HostId = 'node' | 'node-20' | 'deno' | 'bun' | 'chromium'

/** What the host gives a contestant; contestants themselves never ask which runtime they are in. */
export interface Environment {
  /** The dotplus package of this runtime. */
  readonly importDotplus: () => Promise<DotplusPackage>
  readonly importPeer: <Module>(name: string) => Promise<Module>
  /** Folder in which a peer's package keeps the file its name resolves to, with a trailing slash. */
  readonly peerFolder: (name: string) => string
  /** In pages: the address of that folder, for packages that load more of their files themselves. */
  readonly peerAssets?: (name: string) => string
  readonly readBytes: (file: string) => Promise<Uint8Array<ArrayBuffer>>
  /** Where the dotplus package loads a file from. */
  readonly fileAddress: (file: string) => string
  /** Bytes of the JavaScript heap in use, after a full collection if asked for; where a runtime tells. */
  readonly heapBytes?: (collect: boolean) => number
}

export interface DotplusPackage {
  load(
    file: string,
    options: { precision: 'exact' | 'fast'; threads: number },
  ): Promise<DotplusModel>
}

export interface DotplusModel {
  predict(x: unknown, options?: object): unknown
  explain(): {
    readonly precision: string
    readonly threads: number
    readonly notes: readonly string[]
  }
  readonly memory: {
    readonly weights: number
    readonly arena: number
    readonly arenaLowerBound: number
  }
  profile(x: unknown): Promise<DotplusProfile>
  dispose(): void
}

export interface DotplusProfile {
  readonly ops: readonly {
    readonly kind: string
    readonly flops: number
    readonly time: { readonly min: number }
  }[]
  readonly peak: { readonly gflops: number }
}

/** One model loaded by one contestant, bound to the inputs it will be called with. */
export interface Workload {
  /** One call per batch, every output kept: what the accuracy check looks at. */
  outputs(): Promise<Float32Array[]>
  /**
   * Makes `count` calls, going round the batches, each from an array in JavaScript to numbers in JavaScript.
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
  /** Where it runs. */
  readonly hosts: readonly HostId[]
  readonly threads: number
  /** Starts as another contestant does, and is not started by itself. */
  readonly startsAlike?: boolean
  /** Whether its outputs must agree with Keras to the last digits, or just so far that it computes the same network. */
  readonly bound: 'strict' | 'fast' | 'sanity'
  /** Undefined where it can take part, otherwise why not. */
  excluded(model: PreparedModel): string | undefined
  /** @param rows of every call it will be bound to */
  load(model: PreparedModel, environment: Environment, rows: number): Promise<Runner>
}
