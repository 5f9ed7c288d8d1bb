import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { machineLine } from '../machine.ts'
import { chart } from './chart.ts'
import type { Report } from './report.ts'
import type { Table } from './table.ts'
import { summaryTables } from './summary.ts'
import { alignCells, explanation, modelTable } from './table.ts'

const START =
  '<!-- bench: made by `pnpm --filter @dotplus/bench bench --write-docs`, do not edit -->'
const END = '<!-- /bench -->'
const chartName = 'performance.svg'
const NEW_PAGE = `# Performance\n\n${START}\n${END}\n`

/** Replaces what stands between the two marks, or appends them to a page without. */
export async function writeIntoPage(file: string, report: Report): Promise<void> {
  const page = existsSync(file) ? await readFile(file, 'utf8') : NEW_PAGE
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, withSection(page, START, END, markdownReport(report)))
  await writeFile(path.join(path.dirname(file), chartName), chart(report))
}

/** The page with `text` between the two marks, appended where it has none. */
export function withSection(
  page: string,
  startMark: string,
  endMark: string,
  text: string,
): string {
  const section = `${startMark}\n\n${text}\n\n${endMark}`
  const [start, end] = [page.indexOf(startMark), page.indexOf(endMark)]
  return start >= 0 && end > start
    ? page.slice(0, start) + section + page.slice(end + endMark.length)
    : `${page.trimEnd()}\n\n${section}\n`
}

export function markdownReport(report: Report): string {
  const blocks = [`Measured on ${machineLine(report.machine)}; ${report.date.slice(0, 10)}.`]
  blocks.push(`![Time of one row of every contestant, relative to dotplus exact](${chartName})`)
  for (const table of summaryTables(report)) blocks.push(...section(table))
  // In full only where peers run beside us.
  for (const host of report.hosts.filter(({ id }) => id === 'node' || id === 'chromium')) {
    for (const model of host.models) blocks.push(...section(modelTable(report, host.title, model)))
  }
  return [...blocks, explanation(report).join(' ')].join('\n\n')
}

function section(table: Table): string[] {
  const notes = table.notes.map((note) => `- ${note}`).join('\n')
  return [`## ${table.title}`, markdownTable(table), ...(notes ? [notes] : [])]
}

/** Aligned as the formatter wants it, so that a written page passes its check. */
export function markdownTable(table: Table): string {
  const [header, ...rows] = alignCells(table)
  const rule = header!.map(({ length }, column) =>
    column === 0 ? '-'.repeat(length) : `${'-'.repeat(length - 1)}:`,
  )
  return [header!, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
