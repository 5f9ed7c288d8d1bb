import { parentPort } from 'node:worker_threads'
import { threadServerPort } from '@dotplus/kernel/compressed'
import { serve } from '@dotplus/kernel/worker/server'
import { adapter } from './adapter.ts'

serve(threadServerPort(parentPort), adapter)
