import { kernels } from './kernels.ts'
import { serve, webPort, webServerPort, type WorkerScope } from '@dotplus/kernel/worker'

/** Deno types this scope as a window's. */
declare const self: WorkerScope

serve(webServerPort(self), kernels, () => webPort(new Worker(import.meta.url, { type: 'module' })))
