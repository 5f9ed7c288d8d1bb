/** A table in the box-drawing style of `keras.Model.summary()`. */
export interface Table {
  readonly columns: readonly Column[]
  /** One string per column; rows are separated by lines. */
  readonly rows: readonly (readonly string[])[]
}

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const narrowest = 8
const padding = 2

/** Draws `table` no wider than `width` where its columns allow; long cells continue on the next line. */
export function drawTable(table: Table, width: number): string[] {
  const widths = fitColumns(table, width)
  const line = (left: string, fill: string, middle: string, right: string): string =>
    left + widths.map((size) => fill.repeat(size + padding)).join(middle) + right
  const titles = table.columns.map((column) => column.title)
  const lines = [
    line('┏', '━', '┳', '┓'),
    ...drawRow(table, titles, widths, '┃'),
    line('┡', '━', '╇', '┩'),
  ]
  for (const [index, row] of table.rows.entries()) {
    if (index > 0) lines.push(line('├', '─', '┼', '┤'))
    lines.push(...drawRow(table, row, widths, '│'))
  }
  lines.push(line('└', '─', '┴', '┘'))
  return lines
}

function drawRow(
  table: Table,
  cells: readonly string[],
  widths: readonly number[],
  edge: string,
): string[] {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] as number))
  const height = Math.max(...wrapped.map((parts) => parts.length))
  const lines: string[] = []
  for (let part = 0; part < height; part++) {
    const aligned = wrapped.map((parts, column) => {
      const text = parts[part] ?? ''
      const size = widths[column] as number
      return table.columns[column]?.align === 'right' ? text.padStart(size) : text.padEnd(size)
    })
    lines.push(`${edge} ${aligned.join(` ${edge} `)} ${edge}`)
  }
  return lines
}

/** Natural widths, the widest taken back first until the table fits. */
function fitColumns(table: Table, width: number): number[] {
  const widths = table.columns.map(({ title }, column) =>
    Math.max(
      ...[title, ...table.rows.map((row) => row[column] ?? '')].map((cell) => longestLine(cell)),
    ),
  )
  const available = width - 1 - widths.length * (padding + 1)
  let excess = widths.reduce((sum, size) => sum + size, 0) - available
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths))
    if ((widths[widest] as number) <= narrowest) break
    widths[widest] = (widths[widest] as number) - 1
    excess -= 1
  }
  return widths
}

function longestLine(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => line.length))
}

function wrap(cell: string, size: number): string[] {
  const lines: string[] = []
  for (const line of cell.split('\n')) {
    let rest = line
    while (rest.length > size) {
      // A space in the second half is a good place to break; a long name is cut where it has to be.
      const space = rest.lastIndexOf(' ', size)
      const end = space > size / 2 ? space : size
      lines.push(rest.slice(0, end))
      rest = rest.slice(end).trimStart()
    }
    lines.push(rest)
  }
  return lines
}
