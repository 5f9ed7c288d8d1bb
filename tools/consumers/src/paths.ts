import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../../../', import.meta.url))

/** pnpm, as the workspace uses it. */
export const pnpm: string = join(root, 'node_modules/pnpm/bin/pnpm.cjs')
