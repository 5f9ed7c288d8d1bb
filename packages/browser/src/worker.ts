import { kernels } from './kernels.ts'
import { serve, webServerPort } from '@dotplus/kernel/worker'

serve(webServerPort(globalThis), kernels)
