import type { Port } from '@dotplus/kernel/worker'

/** Starts a worker thread that does not keep the process alive while it has nothing to do. */
export function startWorker(): Port {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  // `node --input-type=module -e …` would hand down an option that a file cannot have.
  const isEvaluated = process.execArgv.some((option) => option.startsWith('--input-type'))
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'dotplus',
    ...(isEvaluated && { execArgv: [] }),
  })
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', listener),
    onError: (listener) => {
      worker.on('error', (cause) =>
        listener({ what: `the worker failed: ${cause.message}`, cause }),
      )
      worker.on('messageerror', (cause) =>
        listener({ what: 'a message from the worker could not be read', cause }),
      )
      worker.on('exit', (code) => listener({ what: `the worker exited with code ${code}` }))
    },
    terminate: () => void worker.terminate(),
    setBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
  }
}
