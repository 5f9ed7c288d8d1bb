import { ResourceError, UsageError } from '@dotplus/core'
import {
  download,
  loaderOf,
  webPort,
  type Adapter,
  type KernelBytes,
  type Load,
  type Port,
} from '@dotplus/kernel/worker'
import { cachedFiles, type CacheOption } from './cache.ts'
import { requireEngine } from './engine.ts'
import { kernels } from './kernels.ts'

/** What only browsers have among the options of `load`. */
export interface BrowserOptions {
  /**
   * Keeps the model and its shards in the browser. `true`: the next load needs no network; an address then names one
   * content for good. `'fallback'`: the network is asked first, and what was kept serves when it fails. The store is the
   * Cache API's, under the name `dotplus`; pages outside secure contexts have none and load as without this option.
   */
  readonly cache?: CacheOption | undefined
}

/** `load` as browsers have it. */
export type BrowserLoad = Load<true | Worker, BrowserOptions>

/** The `load` of a build whose workers start as `startOwn` says and whose kernels are these. */
export function browserLoad(startOwn: () => Worker, kernels: KernelBytes): BrowserLoad {
  const adapter: Adapter<true | Worker> = {
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
    mustShareThread: (byteLength) => globalThis.document !== undefined && byteLength > 2 ** 21,
    startWorker: (worker): Port => webPort(worker === true ? startOwn() : worker),
    kernels,
  }
  const load = (source: never, options: BrowserOptions = {}): Promise<unknown> => {
    const { cache = false } = options
    if (cache !== 'fallback' && typeof cache !== 'boolean') {
      const error = new UsageError('cache', {
        expected: "true, false or 'fallback'",
        got: JSON.stringify(cache),
      })
      return Promise.reject(error)
    }
    const files = cachedFiles(adapter, cache)
    return loaderOf<true | Worker>({ ...adapter, ...files })(source, options)
  }
  return load as BrowserLoad
}

/**
 * Loads a dotplus model. Strings are URLs, relative to the page. Shards are fetched beside the model, side by side, and
 * checked.
 *
 * `worker: true` runs it in a module worker from this package's own file, which bundlers find. Where yours does not,
 * give the worker yourself: `worker: new Worker(new URL('@dotplus/browser/worker', import.meta.url), { type: 'module' })`.
 */
export const load: BrowserLoad = /* @__PURE__ */ browserLoad(
  () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
  kernels,
)
