import { machineLine } from '../machine.ts'
import type { Report } from './report.ts'
import { alignCells, explanation, modelTable } from './table.ts'

export function terminalReport(report: Report): string {
  const lines = [machineLine(report.machine)]
  for (const host of report.hosts) {
    for (const model of host.models) {
      lines.push(
        '',
        `${model.title} in ${host.title}`,
        '',
        ...alignCells(modelTable(report, model)).map((row) => row.join('  ')),
      )
      for (const { id, reason } of model.failures) lines.push(`not timed: ${id}: ${reason}`)
    }
  }
  return [...lines, '', ...explanation(report)].join('\n')
}
