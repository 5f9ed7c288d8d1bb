import { parentPort } from 'node:worker_threads'
import { serve } from '@dotplus/kernel/worker'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

const port = parentPort
if (!port) throw new Error('worker.js runs in a worker thread')
serve(
  {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener),
  },
  kernels,
  startWorker,
)
