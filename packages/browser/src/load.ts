import { ResourceError } from '@dotplus/core'
import { download, loaderOf, webPort, type Load, type Port } from '@dotplus/kernel/worker'
import { requireEngine } from './engine.ts'
import { kernels } from './kernels.ts'

function startWorker(worker: true | Worker): Port {
  if (worker !== true) return webPort(worker)
  return webPort(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }))
}

/**
 * Loads a dotplus model. Strings are URLs, relative to the page. Shards are fetched beside the model, side by side, and
 * checked.
 *
 * `worker: true` runs it in a module worker from this package's own file, which bundlers find. Where yours does not,
 * give the worker yourself: `worker: new Worker(new URL('@dotplus/browser/worker', import.meta.url), { type: 'module' })`.
 */
export const load: Load<true | Worker> = /* @__PURE__ */ loaderOf<true | Worker>({
  resolve: (address) => new URL(address, globalThis.document?.baseURI ?? location.href),
  async read(address, reading) {
    requireEngine()
    const url = new URL(address)
    if (url.protocol !== 'file:') return download(url, reading, fetch)
    throw new ResourceError('a page opened from a file cannot read files', {
      file: reading.file,
      hint: 'Serve the folder over HTTP, or let the user choose the File',
    })
  },
  startWorker,
  kernels,
})
