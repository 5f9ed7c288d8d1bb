/** Columns side by side, as wide as their widest cell; columns whose cells are all numbers lean right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows]
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  )
  const isNumeric = header.map((_, column) =>
    rows.every((row) => /^[\d,.]+$/.test(row[column] ?? '')),
  )
  const format = (line: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? ''
        return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [format(header), rule, ...rows.map(format)].join('\n')
}
