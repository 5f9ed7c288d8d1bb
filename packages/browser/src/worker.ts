import { kernels } from './kernels.ts'
import { browserAdapter } from './adapter.ts'
import { webServerPort } from '@dotplus/kernel/worker'
import { serve } from '@dotplus/kernel/worker/server'

// A model that runs here starts its threads from this very file, wherever a bundler has put it.
serve(
  webServerPort(globalThis),
  browserAdapter(() => new Worker(location.href, { type: 'module' }), kernels),
)
