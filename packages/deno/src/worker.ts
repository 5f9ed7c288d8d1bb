import { kernels } from './kernels.ts'
import { serve, webServerPort, type WorkerScope } from '@dotplus/kernel/worker'

/** Deno types this scope as a window's. */
declare const self: WorkerScope

serve(webServerPort(self), kernels)
