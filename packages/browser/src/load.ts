import { loaderOf } from '@dotplus/kernel/worker'
import { browserAdapter, type BrowserLoad } from './adapter.ts'
import { kernels } from './kernels.ts'

/**
 * Loads a dotplus model. Strings are URLs, relative to the page. Shards are fetched beside the model, side by side, and
 * checked.
 *
 * `worker: true` runs it in a module worker from this package's own file, which bundlers find. Where yours does not,
 * give the worker yourself: `worker: new Worker(new URL('@dotplus/browser/worker', import.meta.url), { type: 'module' })`.
 */
export const load: BrowserLoad = /* @__PURE__ */ loaderOf(
  browserAdapter(
    () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    kernels,
  ),
)
