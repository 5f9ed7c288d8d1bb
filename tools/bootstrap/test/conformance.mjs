import { fromRoot } from '../paths.mjs'
import { caseFolders } from './case-folders.mjs'
import { resultOf } from './part.mjs'

/** @type {import('./part.mjs').Part} */
export const conformance = {
  name: 'conformance',
  run: async () => {
    const folders = caseFolders()
    const program = fromRoot('tools/conformance/dist/main.js')
    return resultOf((file) => [program, ...folders, '--summary', file])
  },
}
