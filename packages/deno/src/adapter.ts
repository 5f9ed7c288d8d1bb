import { pathFiles, type Adapter, type Files } from '@dotplus/kernel/compressed'
import { besidePath, readFile } from './file.ts'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

const files: Files = /* @__PURE__ */ pathFiles(readFile, besidePath)

/** What Deno brings, for `load` and for its workers. */
export const adapter: Adapter = { files: () => files, startWorker, kernels, anticipates: true }
