import { dirname, join } from 'node:path'
import { pathFiles, type Adapter } from '@dotplus/kernel/compressed'
import { openInPlace, readFile } from './file.ts'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

const files = /* @__PURE__ */ pathFiles(
  readFile,
  (path, name) => join(dirname(path), name),
  openInPlace,
)

/** What Node brings, for `load` and for its workers. */
export const adapter: Adapter = { files: () => files, startWorker, kernels, anticipates: true }
