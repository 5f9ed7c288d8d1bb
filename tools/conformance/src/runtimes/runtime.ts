/** A JavaScript runtime that the cases run on. A new one is one file beside this and a line in `index.ts`. */
export interface Runtime {
  /** As the table shows it: "Node 24". */
  readonly name: string
  /** How a machine that should have it gets it. */
  readonly howToGet: string
  /** Why this system and processor cannot have it; undefined where they can. */
  readonly unavailable: string | undefined
  /** Finds it on this machine; undefined when it is missing. */
  find(): Promise<FoundRuntime | undefined>
}

export interface FoundRuntime {
  /** "24.21.0" */
  readonly version: string
  /**
   * Runs a bundle of jobs and answers with the bundle of results.
   *
   * @throws when the runtime ends without an answer
   */
  run(jobs: Uint8Array): Promise<Uint8Array>
}

/** "linux x64": this machine, as the runtimes' packages name it. */
export const platform: string = `${process.platform} ${process.arch}`

export const runtimeTimeout = 300_000
export const installHint: string =
  'install the dependencies with `npm test`, or with pnpm without `--no-optional`'
