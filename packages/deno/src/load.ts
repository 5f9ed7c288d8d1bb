import { download, loaderOf, webPort, type Load } from '@dotplus/kernel/worker'
import { besidePath, readFile } from './file.ts'
import { kernels } from './kernels.ts'

const scheme = /^(https?|file|data):/i

/** Deno runs this package's TypeScript from JSR and its JavaScript from npm. */
const workerFile = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'

/**
 * Loads a dotplus model. Strings are paths, or URLs when they begin with `https:`, `http:`, `file:` or `data:`. Shards
 * are read beside the model and checked. Needs permission to read, or to fetch, the addresses of the model and its
 * shards and nothing else.
 */
export const load: Load = /* @__PURE__ */ loaderOf({
  resolve: (address) => (scheme.test(address) ? new URL(address) : address),
  read: (address, reading) =>
    typeof address === 'string' || address.protocol === 'file:'
      ? readFile(address, reading)
      : download(address, reading, fetch),
  besidePath,
  kernels,
  startWorker: () => webPort(new Worker(new URL(workerFile, import.meta.url), { type: 'module' })),
})
