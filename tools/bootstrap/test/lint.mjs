import { runHidden } from '../child.mjs'
import { fromRoot } from '../paths.mjs'
import { failureOf } from './part.mjs'

const checks = {
  oxlint: ['node_modules/oxlint/bin/oxlint'],
  'oxfmt --check': ['node_modules/oxfmt/bin/oxfmt', '--check'],
}

/** @type {import('./part.mjs').Part} */
export const lint = {
  name: 'lint',
  async run() {
    const failures = []
    for (const [name, [program, ...args]] of Object.entries(checks)) {
      const ending = await runHidden(process.execPath, [fromRoot(program), ...args])
      failures.push(...failureOf(name, ending))
    }
    return { passed: Object.keys(checks).length - failures.length, failures, skipped: [] }
  },
}
