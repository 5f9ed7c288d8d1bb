import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endBy, runVisibly } from '../child.mjs'

/** @typedef {{ name: string, reason: string }} Finding */
/** @typedef {{ passed: number, failures: Finding[], skipped: Finding[] }} PartResult */
/** @typedef {{ name: string, run: () => Promise<PartResult> }} Part */

/**
 * Runs a program that writes its own result as JSON into a file.
 * @param {(summaryFile: string) => string[]} args for Node
 * @returns {Promise<PartResult>}
 */
export async function resultOf(args) {
  const folder = mkdtempSync(join(tmpdir(), 'dotplus-test-'))
  const file = join(folder, 'summary.json')
  try {
    const { code, signal, asked } = await runVisibly(process.execPath, args(file), {
      DOTPLUS_TEST_SUMMARY: file,
    })
    if (asked) endBy(asked)
    /** @type {PartResult} */
    const { passed, failures, skipped } = JSON.parse(readFileSync(file, 'utf8'))
    if (code !== 0 && failures.length === 0) {
      failures.push({
        name: args('').join(' '),
        reason: `ended with ${signal ?? `status ${code}`}`,
      })
    }
    return { passed, failures, skipped }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * One check: a program that must end with status 0. What it prints is shown when it does not.
 * @param {string} name
 * @param {import('../child.mjs').Ending & { stdout: string, stderr: string }} ending
 * @returns {Finding[]}
 */
export function failureOf(name, { code, stdout, stderr }) {
  if (code === 0) {
    console.log(`✓ ${name}`)
    return []
  }
  console.log(`${stdout}${stderr}✗ ${name}`)
  return [{ name, reason: 'see its output above' }]
}
