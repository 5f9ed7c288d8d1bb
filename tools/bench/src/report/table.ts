import type { WorkloadSpec } from '../models/model.ts'
import type { Timing } from '../measure/model-run.ts'
import { byteSize, digits, NOTHING, ratio } from './numbers.ts'
import type { ContestantInfo, ModelReport, Report } from './report.ts'

export interface Table {
  readonly title: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[] // first column is text, the others are numbers
  /** One line each, under the table. */
  readonly notes: readonly string[]
}

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

/** One row per contestant: every workload's median, p95 and ratio, accuracy, cold start, size. */
export function modelTable(report: Report, host: string, model: ModelReport): Table {
  const present = report.contestants.filter(({ id }) =>
    model.workloads.some(({ timings }) => timings.some((timing) => timing.id === id)),
  )
  const isPage = model.coldStarts.some(({ downloadedBytes }) => downloadedBytes !== undefined)
  const header = ['']
  for (const { spec } of model.workloads) {
    header.push(`${spec.title}, ${spec.unit}`, 'p95', 'ratio')
  }
  header.push('largest Δ to Keras', 'error / Keras’s')
  if (model.coldStarts.length > 0) {
    header.push('cold start, ms', isPage ? 'downloaded' : 'peak memory')
  }
  if (!isPage) header.push('installed')

  const rows = present.map((contestant) => [
    contestant.version ? `${contestant.title} ${contestant.version}` : contestant.title,
    ...model.workloads.flatMap(({ spec, timings }) =>
      timingCells(spec, find(timings, contestant.id), find(timings, report.baseline)),
    ),
    ...accuracyCells(model, contestant.id),
    ...(model.coldStarts.length > 0 ? coldStartCells(model, contestant.id) : []),
    ...(isPage ? [] : [sizeCell(contestant)]),
  ])
  const titles = new Map(report.contestants.map(({ id, title }) => [id, title]))
  return {
    title: `${model.title} in ${host}`,
    header,
    rows,
    notes: model.failures.map(({ id, reason }) => `not timed: ${titles.get(id) ?? id}: ${reason}`),
  }
}

/** What the numbers mean, for people who read nothing but the report. */
export function explanation(report: Report): string[] {
  const baseline = report.contestants.find(({ id }) => id === report.baseline)?.title
  const { rounds, secondsEach } = report.settings
  return [
    `One thread each unless said, all in one process or page, in turns: ${rounds} rounds, ${secondsEach} s of measured ` +
      'calls each per column. A call goes from an array in JavaScript to numbers in JavaScript; where it takes ' +
      'microseconds the clock is read every 1,000 calls, and median and 95th percentile are of these means.',
    `Ratio: median to that of ${baseline}, above 1 is slower. Error / Keras’s: root mean square of the difference to ` +
      'the same network in float64, over that of Keras’s own float32 answer. Cold start: import, load and first ' +
      'predict in a fresh process or page, beyond its own start. Peak memory: the whole process in that. Downloaded: ' +
      'scripts and WebAssembly, gzipped. Installed: packages with their dependencies, unpacked.',
  ]
}

function find(timings: readonly Timing[], id: string): Timing | undefined {
  return timings.find((timing) => timing.id === id)
}

function timingCells(spec: WorkloadSpec, timing?: Timing, baseline?: Timing): string[] {
  if (!timing) return [NOTHING, NOTHING, NOTHING]
  const scale = spec.unit === 'µs' ? 1000 : 1
  return [
    digits(timing.medianMs * scale),
    digits(timing.p95Ms * scale),
    baseline ? ratio(timing.medianMs / baseline.medianMs) : NOTHING,
  ]
}

function accuracyCells(model: ModelReport, id: string): string[] {
  const all = model.workloads.flatMap(({ timings }) => find(timings, id) ?? [])
  if (all.length === 0) return [NOTHING, NOTHING]
  return [
    Math.max(...all.map(({ maxAbs }) => maxAbs)).toExponential(1),
    digits(Math.max(...all.map(({ errorRatio }) => errorRatio))),
  ]
}

function coldStartCells(model: ModelReport, id: string): string[] {
  const coldStart = model.coldStarts.find((entry) => entry.id === id)
  if (!coldStart) return [NOTHING, NOTHING]
  const bytes = coldStart.downloadedBytes ?? coldStart.peakBytes
  return [digits(coldStart.totalMs), bytes === undefined ? NOTHING : byteSize(bytes)]
}

function sizeCell({ installedBytes }: ContestantInfo): string {
  return installedBytes === 0 ? NOTHING : byteSize(installedBytes)
}
