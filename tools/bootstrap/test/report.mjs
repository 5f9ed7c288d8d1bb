/** @typedef {import('./part.mjs').PartResult & { name: string, seconds: number }} PartReport */

const shownFailures = 50

/**
 * Prints every skip with its reason, the table, the failures, and the count as the last line.
 * @param {PartReport[]} parts
 * @returns {boolean} true when nothing failed
 */
export function printReport(parts) {
  const skipped = parts.flatMap((part) => part.skipped)
  const failures = parts.flatMap((part) => part.failures)
  console.log()
  printSkipped(skipped)
  console.log(`${table(parts)}\n`)
  for (const { name, reason } of failures.slice(0, shownFailures)) {
    console.log(`✗ ${name}: ${reason}`)
  }
  if (failures.length > shownFailures) console.log(`✗ … ${failures.length - shownFailures} more`)
  if (failures.length > 0) console.log()
  const passed = parts.reduce((sum, part) => sum + part.passed, 0)
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  console.log(`${passed} passed, ${failures.length} failed${skips}`)
  return failures.length === 0 && passed > 0
}

/** @param {PartReport[]} parts */
function table(parts) {
  const rows = parts.map(({ name, passed, failures, skipped, seconds }) => [
    name,
    `${passed}`,
    `${failures.length}`,
    `${skipped.length}`,
    `${seconds.toFixed(1)} s`,
  ])
  const lines = [['part', 'passed', 'failed', 'skipped', 'time'], ...rows]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map(([name, ...cells]) => {
      return [name.padEnd(widths[0]), ...cells.map((cell, i) => cell.padStart(widths[i + 1]))].join(
        '  ',
      )
    })
    .join('\n')
}

/**
 * One line per reason, with the names it holds for.
 * @param {import('./part.mjs').Finding[]} skipped
 */
function printSkipped(skipped) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map()
  for (const { name, reason } of skipped) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  for (const [reason, names] of byReason) {
    console.log(`- skipped (${names.length}): ${reason}\n    ${names.join('\n    ')}`)
  }
  if (skipped.length > 0) console.log()
}
