// Runs every part of the test in turn and says what came of it. The last line is the count alone.
import { conformance } from './test/conformance.mjs'
import { lint } from './test/lint.mjs'
import { printReport } from './test/report.mjs'
import { types } from './test/types.mjs'
import { unit } from './test/unit.mjs'
import { verify } from './test/verify.mjs'

/** @type {import('./test/part.mjs').Part[]} */
const parts = [lint, types, unit, conformance, verify]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(', ')}; one of ${parts.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const reports = []
for (const part of parts) {
  if (wanted.length > 0 && !wanted.includes(part.name)) continue
  console.log(`\n── ${part.name} ${'─'.repeat(76 - part.name.length)}`)
  const began = performance.now()
  const result = await part.run().catch((error) => ({
    passed: 0,
    failures: [{ name: part.name, reason: error.message }],
    skipped: [],
  }))
  if (result.passed === 0 && result.failures.length === 0) {
    result.failures.push({ name: part.name, reason: 'nothing was tested' })
  }
  reports.push({ name: part.name, seconds: (performance.now() - began) / 1000, ...result })
}
process.exitCode = printReport(reports) ? 0 : 1
