#!/usr/bin/env node
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { findCases, type CaseFolder } from './cases/find.ts'
import { KnownGaps } from './cases/known-gaps.ts'
import { prepareCase, type PreparedCase } from './cases/prepare.ts'
import { checkGaps } from './known-gap-check.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { exactHash, formatRuntimes } from './report/runtime-table.ts'
import { SummaryBuilder } from './report/summary.ts'
import { compareBits, runEverywhere } from './run-everywhere.ts'
import { currentNode } from './runtimes/current-node.ts'
import { runtimes } from './runtimes/index.ts'

const knownGapsFile = fileURLToPath(new URL('../known-gaps.json', import.meta.url))
const shownFailures = 40

const options = parseOptions(process.argv.slice(2))
if (options) await main(options)
else console.log(usage)

async function main({
  collections,
  runtimes: wanted,
  filter,
  summary: file,
}: Options): Promise<void> {
  const summary = new SummaryBuilder()
  const all = (await Promise.all(collections.map(findCases))).flat()
  const gaps = await KnownGaps.read(knownGapsFile)
  for (const pattern of gaps.unused(all)) summary.add(pattern, 'this known gap names no case')

  const chosen = all.filter(({ name }) => name.includes(filter))
  const isGap = (folder: CaseFolder): boolean => gaps.reasonFor(folder) !== undefined
  const cases = await prepareAll(
    chosen.filter((folder) => !isGap(folder)),
    summary,
  )
  console.log(`${cases.length} cases of ${collections.map(({ name }) => name).join(' and ')}`)

  const used = runtimes.filter(({ name }) => {
    return wanted.length === 0 || wanted.includes(name.toLowerCase().replaceAll(' ', ''))
  })
  if (used.length === 0) summary.add('runtimes', `none is called ${wanted.join(' or ')}`)
  const reports = await runEverywhere(used, cases, summary, ({ name, version, problem }) =>
    console.log(`  ${name} ${version}${problem ? `: ${problem}` : ''}`),
  )
  compareBits(reports, summary)
  await checkGaps(chosen.filter(isGap), gaps, currentNode, summary)

  console.log(`\n${formatRuntimes(reports)}`)
  const hashes = reports.filter((report) => !report.problem).map((report) => exactHash(report))
  if (hashes.length > 1 && new Set(hashes).size === 1) {
    console.log(`\nThe same bits everywhere: SHA-256 ${hashes[0]}`)
  }
  if (file === undefined) printFindings(summary)
  else await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`)
  if (summary.failures.length > 0 || summary.passed === 0) process.exitCode = 1
}

/** Converts the cases; one that cannot be converted is a failure of its own and runs nowhere. */
async function prepareAll(
  folders: readonly CaseFolder[],
  summary: SummaryBuilder,
): Promise<PreparedCase[]> {
  const cases: PreparedCase[] = []
  for (const folder of folders) {
    const name = `conversion: ${folder.collection}/${folder.name}`
    try {
      cases.push(await prepareCase(folder))
      summary.add(name, undefined)
    } catch (error) {
      summary.add(name, error instanceof Error ? error.message : String(error))
    }
  }
  return cases
}

function printFindings({ passed, failures, skipped }: SummaryBuilder): void {
  console.log()
  for (const { name, reason } of failures.slice(0, shownFailures))
    console.log(`✗ ${name}: ${reason}`)
  if (failures.length > shownFailures) console.log(`✗ … ${failures.length - shownFailures} more`)
  console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`)
}
