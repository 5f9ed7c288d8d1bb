import { download, loaderOf, type Load } from '@dotplus/kernel/worker'
import { besidePath, readFile } from './file.ts'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

const scheme = /^(https?|file|data):/i

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
  startWorker,
})
