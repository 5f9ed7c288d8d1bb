import { kernels } from './kernels.ts'
import { serve, webPort, webServerPort } from '@dotplus/kernel/worker'

// A model that runs here starts its threads from this very file, wherever a bundler has put it.
serve(webServerPort(globalThis), kernels, () =>
  webPort(new Worker(location.href, { type: 'module' })),
)
