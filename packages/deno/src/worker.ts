import { parentPort } from 'node:worker_threads'
import { serve, threadServerPort } from '@dotplus/kernel/worker'
import { kernels } from './kernels.ts'
import { startWorker } from './worker-port.ts'

serve(threadServerPort(parentPort), kernels, startWorker)
