import { formatBytes, formatCount, formatShape } from './numbers.ts'
import type { ModelSummary } from './summary.ts'

/** A summary as a Markdown table with the totals under it. */
export function summaryMarkdown(summary: ModelSummary): string {
  const rows = summary.layers.map(({ name, className, outputShapes, parameters, connectedTo }) => [
    name,
    className,
    outputShapes?.map(formatShape).join(' ') ?? '?',
    formatCount(parameters),
    connectedTo.join(', '),
  ])
  const header = ['layer', 'class', 'output shape', 'parameters', 'connected to']
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    `# ${summary.name}`,
    '',
    line(header),
    '| --- | --- | --- | ---: | --- |',
    ...rows.map(line),
    '',
    `${formatCount(summary.parameters.count)} parameters, ${formatBytes(summary.parameters.bytes)}`,
    '',
  ].join('\n')
}
