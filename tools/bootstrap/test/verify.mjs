import { basename } from 'node:path'
import { runHidden } from '../child.mjs'
import { fromRoot } from '../paths.mjs'
import { caseFolders } from './case-folders.mjs'

/** The command's own judgement of the same cases. */
/** @type {import('./part.mjs').Part} */
export const verify = {
  name: 'verify',
  async run() {
    const { KnownGaps } = await import('../../conformance/dist/cases/known-gaps.js')
    const gaps = await KnownGaps.read(fromRoot('tools/conformance/known-gaps.json'))
    /** @type {import('./part.mjs').PartResult} */
    const result = { passed: 0, failures: [], skipped: [] }
    for (const folder of caseFolders()) {
      const collection = basename(folder)
      const cases = await verifyFolder(folder)
      const known = cases.filter(({ name }) => gaps.reasonFor({ collection, name }) !== undefined)
      for (const { name, reason } of cases.filter((one) => !one.ok && !known.includes(one))) {
        result.failures.push({ name: `dotplus verify ${collection}/${name}`, reason })
      }
      for (const { name } of known.filter(({ ok }) => ok)) {
        const reason = 'a known gap that passes: remove it from known-gaps.json'
        result.failures.push({ name: `dotplus verify ${collection}/${name}`, reason })
      }
      const passed = cases.filter((one) => one.ok && !known.includes(one)).length
      result.passed += passed
      // The conformance part has listed them with their reasons.
      const left = known.length > 0 ? `, ${known.length} known gaps left out` : ''
      console.log(`${passed} of ${cases.length} cases of ${collection} passed${left}`)
    }
    return result
  },
}

/**
 * @param {string} folder
 * @returns {Promise<{ name: string, ok: boolean, reason: string }[]>}
 */
async function verifyFolder(folder) {
  // What classes that are not Keras's and Lambda layers compute, which a file does not say.
  const register = fromRoot('test-fixtures/register.mjs')
  const program = fromRoot('packages/cli/bin/dotplus.js')
  const command = [program, 'verify', folder, '--register', register, '--json']
  const { code, stdout, stderr } = await runHidden(process.execPath, command)
  // 1: some case failed, which the list says.
  if (code !== 0 && code !== 1) throw new Error(`status ${code}: ${stderr.trim()}`)
  return JSON.parse(stdout).cases
}
