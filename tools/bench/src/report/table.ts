import type { WorkloadSpec } from '../models/model.ts'
import type { ModelResult, Timing } from '../measure/model-run.ts'
import type { ColdStartSummary, ContestantInfo, HostReport, Report } from './report.ts'

export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[] // first column is text, the others are numbers
}

type ModelReport = HostReport['models'][number]

/** Cells of one width per column, the first column to the left, numbers to the right. */
export function alignCells({ header, rows }: Table): string[][] {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)))
  return all.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    ),
  )
}

const NOTHING = '–'

/** One row per contestant: every workload's median, p95 and ratio, accuracy, cold start, size. */
export function modelTable(report: Report, model: ModelReport): Table {
  const header = ['']
  for (const { spec } of model.workloads) {
    header.push(`${spec.title}, ${spec.unit}`, 'p95', 'ratio')
  }
  header.push('largest Δ to Keras')
  if (model.coldStarts.length > 0) header.push('cold start, ms')
  header.push('installed')

  const rows = report.contestants.map((contestant) => [
    contestant.version ? `${contestant.title} ${contestant.version}` : contestant.title,
    ...model.workloads.flatMap(({ spec, timings }) =>
      timingCells(spec, timingOf(timings, contestant.id), timingOf(timings, report.baseline)),
    ),
    accuracyCell(model, contestant.id),
    ...(model.coldStarts.length > 0 ? [coldStartCell(model.coldStarts, contestant.id)] : []),
    sizeCell(contestant),
  ])
  return { header, rows }
}

/** What the numbers mean, for people who read nothing but the report. */
export function explanation(report: Report): string[] {
  const baseline = report.contestants.find(({ id }) => id === report.baseline)?.title
  const { rounds, secondsEach } = report.settings
  return [
    `One thread each, all in one process, in turns: ${rounds} rounds, ${secondsEach} s of measured calls each per column.`,
    'A call goes from a Float32Array in JavaScript to numbers in JavaScript. One row: the clock is read every 1,000 calls, ' +
      'median and 95th percentile are of these means per call.',
    `Ratio: median to that of ${baseline}, above 1 is slower. Cold start: import, load and first predict in a fresh ` +
      'process, beyond the start of the runtime itself. Installed: packages with their dependencies, unpacked.',
  ]
}

function timingOf(timings: readonly Timing[], id: string): Timing | undefined {
  return timings.find((timing) => timing.id === id)
}

function timingCells(spec: WorkloadSpec, timing?: Timing, baseline?: Timing): string[] {
  if (!timing) return [NOTHING, NOTHING, NOTHING]
  const scale = spec.unit === 'µs' ? 1000 : 1
  const ratio = baseline ? `${digits(timing.medianMs / baseline.medianMs)}×` : NOTHING
  return [digits(timing.medianMs * scale), digits(timing.p95Ms * scale), ratio]
}

function accuracyCell(model: ModelResult, id: string): string {
  const all = model.workloads.flatMap(({ timings }) => timingOf(timings, id)?.maxAbs ?? [])
  return all.length > 0 ? Math.max(...all).toExponential(1) : NOTHING
}

function coldStartCell(coldStarts: readonly ColdStartSummary[], id: string): string {
  const coldStart = coldStarts.find((entry) => entry.id === id)
  return coldStart ? digits(coldStart.totalMs) : NOTHING
}

function sizeCell({ installedBytes }: ContestantInfo): string {
  if (installedBytes === 0) return NOTHING
  if (installedBytes < 1e6) return `${digits(installedBytes / 1e3)} kB`
  return `${digits(installedBytes / 1e6)} MB`
}

/** Three significant digits, never in exponent notation. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return NOTHING
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(decimals, 4))
}
