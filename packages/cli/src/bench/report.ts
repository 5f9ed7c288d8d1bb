import { formatBytes, formatCount, formatShape, plural } from '@dotplus/inspect'
import type { Explanation, MemoryReport, Profile } from '@dotplus/node'
import { drawTable } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { labelled } from '../terminal/wrap.ts'
import type { ColdStart } from './cold-start.ts'
import type { Latency } from './latency.ts'
import { formatMany } from './plan-table.ts'

/** What `dotplus bench` measured. */
export interface BenchReport {
  readonly model: string
  readonly machine: string
  readonly runtime: string
  readonly explanation: Explanation
  readonly inputShapes: readonly (readonly number[])[]
  readonly batch: number
  readonly latency: Latency
  /** Rows of the batch a second, at the mean latency. */
  readonly throughput: number
  readonly memory: MemoryReport
  readonly coldStart: ColdStart | undefined
  readonly profile: Profile | undefined
}

/** Milliseconds with three significant digits or more: "0.00213", "12.4", "1,234". */
export function formatTime(milliseconds: number): string {
  if (milliseconds >= 1000) return formatCount(Math.round(milliseconds))
  return milliseconds.toPrecision(3)
}

/** The report as people read it. */
export function printReport(report: BenchReport, terminal: Terminal): void {
  const { explanation, latency, memory, coldStart, profile } = report
  const { precision, threads, notes, flops } = explanation
  const shapes = report.inputShapes.map(formatShape).join(', ')
  terminal.print(terminal.style('bold', `${report.model}: input ${shapes}`))
  terminal.print(` ${report.runtime}, ${report.machine}`)
  terminal.print(` ${precision}, ${plural(threads, 'thread')}, ${formatMany(flops)}FLOP a call`)
  for (const note of notes) terminal.print(` ${note}`)
  const { min, median, p95, p99, mean, calls } = latency
  printLabelled(
    'Latency',
    `min ${formatTime(min)}, median ${formatTime(median)}, p95 ${formatTime(p95)}, p99 ${formatTime(p99)}, mean ${formatTime(mean)} ms (${plural(calls, 'call')})`,
    terminal,
  )
  printLabelled(
    'Throughput',
    `${formatCount(Number(report.throughput.toPrecision(3)))} rows/s, ${(flops / min / 1e6).toFixed(1)} GFLOP/s at the least latency`,
    terminal,
  )
  printLabelled(
    'Memory',
    `weights ${formatBytes(memory.weights)}, program ${formatBytes(memory.program)}, arena ${formatBytes(memory.arena)} (at least ${formatBytes(memory.arenaLowerBound)}), in all ${formatBytes(memory.total)}`,
    terminal,
  )
  if (coldStart) {
    printLabelled(
      'Cold start',
      `${formatTime(coldStart.total)} ms: library ${formatTime(coldStart.import)}, load ${formatTime(coldStart.load)}, first call ${formatTime(coldStart.call)}`,
      terminal,
    )
  }
  if (profile) printProfile(profile, terminal)
}

function printLabelled(label: string, text: string, terminal: Terminal): void {
  for (const line of labelled(label, text, terminal.width)) terminal.print(line)
}

function printProfile(profile: Profile, terminal: Terminal): void {
  const { ops, peak, total, call, share, gflops, runs } = profile
  const columns = [
    { title: 'Op (layer)' },
    { title: 'Output' },
    { title: 'ms', align: 'right' },
    { title: 'MFLOP', align: 'right' },
    { title: 'GFLOP/s', align: 'right' },
    { title: 'GB/s', align: 'right' },
    { title: 'Peak', align: 'right' },
  ] as const
  const rows = ops.map((op) => [
    `${op.kind} (${op.layer})`,
    op.shapes.length === 1 ? op.shapes.map(formatShape).join() : `${formatCount(op.rows)} rows`,
    formatTime(op.time.min),
    op.flops > 0 ? (op.flops / 1e6).toFixed(2) : '',
    op.flops > 0 ? effective(op.gflops, op.plainGflops) : '',
    op.gbytes.toFixed(1),
    `${Math.round(op.share * 100)} %`,
  ])
  terminal.print('')
  for (const line of drawTable({ columns, rows }, terminal.width)) terminal.print(line)
  printLabelled(
    'Machine',
    `${peak.gflops.toFixed(1)} GFLOP/s with 128-bit multiply and add, ${peak.gbytes.toFixed(1)} GB/s from memory, on one thread`,
    terminal,
  )
  printLabelled(
    'Ops',
    `${formatTime(total.min)} ms one by one on one thread, ${formatTime(call.min)} ms as a call; ${gflops.toFixed(1)} GFLOP/s, ${Math.round(share * 100)} % of the peak over the ops that compute (${plural(runs, 'run')})`,
    terminal,
  )
}

/** Winograd's rate counts its own multiplications; in brackets what the plain algorithm would have to do. */
function effective(own: number, plain: number): string {
  return plain > own ? `${own.toFixed(1)} (${plain.toFixed(1)})` : own.toFixed(1)
}
