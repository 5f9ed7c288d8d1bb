import { mlp } from './mlp.ts'
import type { BenchModel } from './model.ts'

/** In the order of the report. */
export const models: readonly BenchModel[] = [mlp]
