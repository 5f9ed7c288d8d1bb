import { threadPort, type Port } from '@dotplus/kernel/compressed'

/** Starts a worker thread that does not keep the process alive while it has nothing to do. */
export function startWorker(): Port {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  // `node --input-type=module -e …` would hand down an option that a file cannot have.
  const isEvaluated = process.execArgv.some((option) => option.startsWith('--input-type'))
  return threadPort(
    new Worker(new URL('./worker.js', import.meta.url), {
      name: 'dotplus',
      ...(isEvaluated && { execArgv: [] }),
    }),
  )
}
