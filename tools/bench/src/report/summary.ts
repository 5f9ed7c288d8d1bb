import { rivalIds } from '../contestants/index.ts'
import { digits, NOTHING, ratio } from './numbers.ts'
import { timingOf, type HostReport, type ModelReport, type Report } from './report.ts'
import type { Table } from './table.ts'

/** The tables over all models, as far as the run holds what they compare. */
export function summaryTables(report: Report): Table[] {
  return [leadTable(report), threadsTable(report), enginesTable(report), bitsTable(report)].filter(
    ({ rows }) => rows.length > 0,
  )
}

/** How many times faster than the fastest WebAssembly peer, batch 1. */
export function leadTable(report: Report): Table {
  const hosts = report.hosts.filter(({ id }) => id === 'node' || id === 'chromium')
  return {
    title: 'Ahead of the fastest WebAssembly peer, one row, one thread',
    header: [
      '',
      ...hosts.flatMap(({ title }) => {
        const [name] = title.split(' ')
        return [`exact in ${name}`, `fast in ${name}`, `fastest peer in ${name}`]
      }),
    ],
    rows: modelNames(report).map((name) => [
      titleOf(report, name),
      ...hosts.flatMap((host) => leadCells(report, modelOf(host, name))),
    ]),
    notes: [],
  }
}

/** The rival with the smallest median on one row. */
export function fastestRival(
  model: ModelReport | undefined,
): { readonly id: string; readonly medianMs: number } | undefined {
  const rivals = rivalIds.flatMap((id) => timingOf(model, id, 1) ?? [])
  return rivals.toSorted((a, b) => a.medianMs - b.medianMs)[0]
}

function leadCells(report: Report, model: ModelReport | undefined): string[] {
  const rival = fastestRival(model)
  const title = report.contestants.find(({ id }) => id === rival?.id)?.title
  const lead = (id: string): string => {
    const timing = timingOf(model, id, 1)
    return timing && rival ? ratio(rival.medianMs / timing.medianMs) : NOTHING
  }
  return [
    lead('dotplus-exact'),
    lead('dotplus-fast'),
    rival ? `${title} ${digits(rival.medianMs)} ms` : NOTHING,
  ]
}

/** What a second thread gives, in exact mode. */
function threadsTable(report: Report): Table {
  const hosts = report.hosts.filter(({ models }) =>
    models.some((model) => timingOf(model, 'dotplus-exact-2', 1)),
  )
  const speedUp = (model: ModelReport | undefined, rows: number): string => {
    const one = timingOf(model, 'dotplus-exact', rows)
    const two = timingOf(model, 'dotplus-exact-2', rows)
    return one && two ? ratio(one.medianMs / two.medianMs) : NOTHING
  }
  return {
    title: 'Two threads over one, exact',
    header: ['', ...hosts.flatMap(({ title }) => [`${title.split(',')[0]}, batch 1`, 'batch 16'])],
    rows:
      hosts.length === 0
        ? []
        : modelNames(report).map((name) => [
            titleOf(report, name),
            ...hosts.flatMap((host) => [1, 16].map((rows) => speedUp(modelOf(host, name), rows))),
          ]),
    notes: [],
  }
}

/** One row in every engine, exact, and how it compares with the first. */
function enginesTable(report: Report): Table {
  const [first, ...others] = report.hosts
  if (!first || others.length === 0) return { title: '', header: [], rows: [], notes: [] }
  const median = (host: HostReport, name: string): number =>
    timingOf(modelOf(host, name), 'dotplus-exact', 1)?.medianMs ?? Number.NaN
  return {
    title: 'The same model in every engine, exact, one row, ms',
    header: ['', ...report.hosts.map(({ title }) => title.split(',')[0]!)],
    rows: modelNames(report).map((name) => [
      titleOf(report, name),
      digits(median(first, name)),
      ...others.map((host) => {
        const ms = median(host, name)
        return Number.isFinite(ms) ? `${digits(ms)} (${ratio(ms / median(first, name))})` : NOTHING
      }),
    ]),
    notes: [],
  }
}

/** One hash per model over all its outputs, where every engine and thread count agrees; all hashes where they do not. */
function bitsTable(report: Report): Table {
  const rows = modelNames(report).map((name) => {
    const hashes = new Map<string, string[]>()
    for (const host of report.hosts) {
      for (const id of ['dotplus-exact', 'dotplus-exact-2']) {
        const timing = timingOf(modelOf(host, name), id, 1)
        if (!timing) continue
        const place = `${host.title.split(',')[0]}${id.endsWith('-2') ? ' × 2 threads' : ''}`
        hashes.set(timing.hash, [...(hashes.get(timing.hash) ?? []), place])
      }
    }
    const places = [...hashes.values()].flat()
    const differ = [...hashes].map(([hash, at]) => `${hash}: ${at.join(', ')}`)
    return [
      titleOf(report, name),
      hashes.size === 1 ? [...hashes.keys()][0]! : `DIFFER ${differ.join('; ')}`,
      places.join(', '),
    ]
  })
  return {
    title: 'One answer, bit for bit: the hash of all outputs in exact mode',
    header: ['', 'SHA-256', 'the same in'],
    rows,
    notes: [],
  }
}

function modelNames(report: Report): string[] {
  return [...new Set(report.hosts.flatMap(({ models }) => models.map(({ name }) => name)))]
}

function modelOf(host: HostReport, name: string): ModelReport | undefined {
  return host.models.find((model) => model.name === name)
}

function titleOf(report: Report, name: string): string {
  return report.hosts.map((host) => modelOf(host, name)?.title).find(Boolean) ?? name
}
