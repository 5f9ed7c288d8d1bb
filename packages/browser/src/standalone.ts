import { ResourceError } from '@dotplus/core'
import { loaderOf, webServerPort, type KernelBytes } from '@dotplus/kernel/worker'
import { serve } from '@dotplus/kernel/worker/server'
import { bytesOfHex } from './hex.ts'
import exact from './generated/exact.ts'
import { browserAdapter, type BrowserLoad } from './adapter.ts'

export * from './index.ts'

/** The exact kernel is part of this file and does for dense networks too; the fast one lies beside it. */
const kernels: KernelBytes = async (file) => {
  if (file !== 'fast') return bytesOfHex(exact)
  const response = await fetch(new URL('./kernel-fast.wasm', import.meta.url))
  if (response.ok) return new Uint8Array(await response.arrayBuffer())
  throw new ResourceError('the fast kernel is not beside this file', {
    file: response.url,
    got: `HTTP ${response.status}`,
    hint: 'Serve kernel-fast.wasm of @dotplus/browser there',
  })
}

/** What this file's own workers are called. */
const workerName = 'dotplus'

/**
 * Loads a dotplus model, as `load` of `@dotplus/browser`, for pages without a bundler: this module is one file, and its
 * workers run the same file.
 */
export const load: BrowserLoad = loaderOf(
  browserAdapter(() => new Worker(import.meta.url, { type: 'module', name: workerName }), kernels),
)

if (typeof document === 'undefined' && (globalThis as { name?: string }).name === workerName) {
  serve(webServerPort(globalThis), browserAdapter(undefined, kernels))
}
