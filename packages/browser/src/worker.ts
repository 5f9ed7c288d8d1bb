import { serve, webPort, webServerPort } from '@dotplus/kernel/worker'

// A model that runs here starts its threads from this very file, wherever a bundler has put it.
serve(webServerPort(globalThis), () => webPort(new Worker(location.href, { type: 'module' })))
