import { machineLine } from '../machine.ts'
import type { Report } from './report.ts'
import { summaryTables } from './summary.ts'
import { alignCells, explanation, modelTable, type Table } from './table.ts'

export function terminalReport(report: Report): string {
  const details = report.hosts.flatMap((host) =>
    host.models.map((model) => modelTable(report, host.title, model)),
  )
  const tables = [...summaryTables(report), ...details].flatMap(tableLines)
  return [machineLine(report.machine), ...tables, '', ...explanation(report)].join('\n')
}

export function tableLines(table: Table): string[] {
  const cells = alignCells(table).map((row) => row.join('  '))
  return ['', table.title, '', ...cells, ...table.notes]
}
