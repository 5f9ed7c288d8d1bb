import type { Consumer } from '../bench.ts'
import { next } from './next.ts'
import { nodeConsumers } from './node.ts'
import { pageConsumers } from './pages.ts'
import { python } from './python.ts'
import { runtimeConsumers } from './runtimes.ts'
import { workerd } from './workerd.ts'

/** Every way to use the packages that is tried. */
export const consumers: readonly Consumer[] = [
  ...nodeConsumers,
  ...runtimeConsumers,
  ...pageConsumers,
  next,
  workerd,
  python,
]
