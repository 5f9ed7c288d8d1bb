import { dirname, join } from 'node:path'
import { download, type Adapter, type Files } from '@dotplus/kernel/worker'
import { readFile } from './file.ts'
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
  besidePath: (path, name) => join(dirname(path), name),
}

/** What Node brings, for `load` and for its workers. */
export const adapter: Adapter = { files: () => files, startWorker, kernels }
