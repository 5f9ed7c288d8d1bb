import type { KernelBytes } from './precision.ts'
import dense from './wasm/exact-dense.ts'

// Runtimes that have brotli import all they need from here: each file costs a fresh process more than what is in it.
export type { KernelBytes } from './precision.ts'
export { loaderOf, type Adapter, type Load, type LoadOptions } from './worker/adapter.ts'
export type { WorkerModel } from './worker/client.ts'
export { collect, type Reading } from './worker/collect.ts'
export { pathFiles } from './worker/path-files.ts'
export type { Port } from './worker/port.ts'
export type { Progress } from './worker/progress.ts'
export { modelInPlace } from './worker/in-place.ts'
export type { Address, Files, Located, ModelSource, Opened } from './worker/source.ts'
export { threadPort, threadServerPort } from './worker/thread-port.ts'

/** How a runtime decodes text and brotli. */
export interface Decoders {
  text(digits: string, encoding: 'hex' | 'base64'): Uint8Array<ArrayBuffer>
  brotli(bytes: Uint8Array<ArrayBuffer>): Uint8Array | Promise<Uint8Array>
}

/**
 * The kernel of dense networks as it is, for it starts the fastest, and those with all ops in a fifth of their size; for
 * runtimes that have brotli.
 */
export function compressedKernels(decode: Decoders): KernelBytes {
  return async (file) => {
    if (file === 'exact-dense') return decode.text(dense, 'hex')
    const { base64, lengths } = await import('./wasm/compressed.ts')
    const bytes = await decode.brotli(decode.text(base64, 'base64'))
    let start = 0
    for (const [name, length] of lengths) {
      if (name === file) return new Uint8Array(bytes.subarray(start, start + length))
      start += length
    }
    throw new RangeError(`no kernel ${file}`)
  }
}
