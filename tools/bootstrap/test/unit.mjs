import { fromRoot } from '../paths.mjs'
import { resultOf } from './part.mjs'

/** @type {import('./part.mjs').Part} */
export const unit = {
  name: 'unit',
  run: () =>
    resultOf(() => [
      fromRoot('node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      `--reporter=${fromRoot('tools/bootstrap/test/count-reporter.mjs')}`,
    ]),
}
