import { formatBytes, formatCount, formatShape } from '@dotplus/inspect'
import type { Explanation } from '@dotplus/node'
import type { Table } from '../terminal/table.ts'

/** A number before a unit: 1.2e9 → "1.20 G". */
export function formatMany(count: number): string {
  const scale = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([size]) => count >= (size as number)) as [number, string] | undefined
  return scale ? `${(count / scale[0]).toFixed(2)} ${scale[1]}` : `${formatCount(count)} `
}

/** What a call takes, in two lines. */
export function planTotals({ planShapes, flops, memory }: Explanation): string[] {
  return [
    ` A call with ${planShapes.map(formatShape).join(', ')}: ${formatMany(flops)}FLOP`,
    ` Memory: weights ${formatBytes(memory.weights)}, program ${formatBytes(memory.program)}, arena ${formatBytes(memory.arena)} (at least ${formatBytes(memory.arenaLowerBound)})`,
  ]
}

/** The ops of a plan in order; a tiled chain has the rows of a tile. */
export function planTable({ plan }: Explanation): Table {
  return {
    columns: [
      { title: 'Op (layer)' },
      { title: 'Rows', align: 'right' },
      { title: 'Tile', align: 'right' },
      { title: 'MFLOP', align: 'right' },
      { title: 'Bytes', align: 'right' },
    ],
    rows: plan.map(({ kind, layer, rows, tileRows, flops, bytes }) => [
      `${kind} (${layer})`,
      formatCount(rows),
      tileRows === undefined ? '' : formatCount(tileRows),
      flops > 0 ? (flops / 1e6).toFixed(3) : '',
      formatBytes(bytes),
    ]),
  }
}
