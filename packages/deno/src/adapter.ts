import { download, type Adapter, type Files } from '@dotplus/kernel/worker'
import { besidePath, readFile } from './file.ts'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

const scheme = /^(https?|file|data):/i

const files: Files = {
  resolve: (address) =>
    typeof address === 'string' && scheme.test(address) ? new URL(address) : address,
  read: (address, reading) =>
    typeof address === 'string' || address.protocol === 'file:'
      ? readFile(address, reading)
      : download(address, reading, fetch),
  besidePath,
}

/** What Deno brings, for `load` and for its workers. */
export const adapter: Adapter = { files: () => files, startWorker, kernels }
