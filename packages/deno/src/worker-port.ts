import { Worker } from 'node:worker_threads'
import { threadPort, type Port } from '@dotplus/kernel/compressed'

/** Deno runs this package's TypeScript from JSR and its JavaScript from npm. */
const workerFile = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'

/**
 * Starts a worker thread that does not keep the process alive while it has nothing to do; Deno's own workers always do.
 */
export function startWorker(): Port {
  return threadPort(new Worker(new URL(workerFile, import.meta.url), { name: 'dotplus' }))
}
