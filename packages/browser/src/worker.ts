import { serve, webServerPort } from '@dotplus/kernel/worker'

serve(webServerPort(globalThis))
