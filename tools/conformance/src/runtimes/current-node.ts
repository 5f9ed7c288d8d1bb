import { runInProcess } from './process.ts'
import { suiteScript } from './packages.ts'
import type { Runtime } from './runtime.ts'

const [major] = process.versions.node.split('.')

/** The Node that runs this program: Node 20 where the project is tested as it must be. */
export const currentNode: Runtime = {
  name: `Node ${major}`,
  howToGet: 'it runs this',
  unavailable: undefined,
  find: async () => ({
    version: process.versions.node,
    run: (jobs) =>
      runInProcess(
        { program: process.execPath, args: (jobsFile) => [suiteScript('node'), jobsFile] },
        jobs,
      ),
  }),
}
