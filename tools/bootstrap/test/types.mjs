import { runHidden } from '../child.mjs'
import { fromRoot } from '../paths.mjs'
import { failureOf } from './part.mjs'

/** The sources were checked when they were built; this checks the tests. */
/** @type {import('./part.mjs').Part} */
export const types = {
  name: 'types',
  async run() {
    const compiler = fromRoot('node_modules/typescript/bin/tsc')
    const args = [
      '--project',
      'tsconfig.tests.json',
      '--pretty',
      `${process.stdout.isTTY ?? false}`,
    ]
    const failures = failureOf('tsc', await runHidden(process.execPath, [compiler, ...args]))
    return { passed: 1 - failures.length, failures, skipped: [] }
  },
}
