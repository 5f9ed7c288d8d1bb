import { rivalIds } from '../contestants/index.ts'
import { steadyCalls } from '../measure/engine.ts'
import { byteSize, digits, NOTHING, percent, ratio } from './numbers.ts'
import type { Timing } from '../measure/model-run.ts'
import { timingOf, type HostReport, type ModelReport, type Report } from './report.ts'
import type { Table } from './table.ts'

/** The tables over all models, as far as the run holds what they compare. */
export function summaryTables(report: Report): Table[] {
  return [
    leadTable(report),
    threadsTable(report),
    enginesTable(report),
    bitsTable(report),
    peakTable(report),
    memoryTable(report),
  ].filter(({ rows }) => rows.length > 0)
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

/** Calls this short, in ms, are compared into an array of the caller's too: a new one takes its share of them. */
const shortCall = 0.01

/** One row in every engine, exact, and how it compares with the first. */
function enginesTable(report: Report): Table {
  const [first, ...others] = report.hosts
  if (!first || others.length === 0) return { title: '', header: [], rows: [], notes: [] }
  const median = (host: HostReport, name: string, id: string): number =>
    timingOf(modelOf(host, name), id, 1)?.medianMs ?? Number.NaN
  const row = (name: string, id: string, title: string): string[] => [
    title,
    digits(median(first, name, id)),
    ...others.map((host) => {
      const ms = median(host, name, id)
      return Number.isFinite(ms)
        ? `${digits(ms)} (${ratio(ms / median(first, name, id))})`
        : NOTHING
    }),
  ]
  return {
    title: 'The same model in every engine, exact, one row, ms',
    header: ['', ...report.hosts.map(({ title }) => title.split(',')[0]!)],
    rows: modelNames(report).flatMap((name) => {
      const title = titleOf(report, name)
      const rows = [row(name, 'dotplus-exact', title)]
      if (median(first, name, 'dotplus-exact') < shortCall)
        rows.push(row(name, 'dotplus-exact-out', `${title}, into \`out\``))
      return rows
    }),
    notes: [],
  }
}

/** One hash per model over all its outputs, and in which engines it is the answer of one thread and of two. */
function bitsTable(report: Report): Table {
  const rows = modelNames(report).flatMap((name) => {
    const timings = (host: HostReport): Timing[] =>
      ['dotplus-exact', 'dotplus-exact-2'].flatMap(
        (id) => timingOf(modelOf(host, name), id, 1) ?? [],
      )
    const [hash] = report.hosts.flatMap((host) => timings(host).map((timing) => timing.hash))
    if (hash === undefined) return []
    const threads = (timing: Timing): string => (timing.id.endsWith('-2') ? '2' : '1')
    const cells = report.hosts.map((host) => {
      const all = timings(host)
      const others = all.filter((timing) => timing.hash !== hash)
      if (others.length > 0)
        return `DIFFERS ${others.map((other) => `${threads(other)}: ${other.hash}`).join(', ')}`
      return all.length === 0 ? NOTHING : all.map(threads).join(', ')
    })
    return [[titleOf(report, name), hash, ...cells]]
  })
  return {
    title:
      'One answer, bit for bit: the hash of all outputs in exact mode, and with how many threads',
    header: ['', 'SHA-256', ...report.hosts.map(({ title }) => title.split(',')[0]!)],
    rows,
    notes: [],
  }
}

/** How near matrix products and convolutions are to what the machine can do. */
function peakTable(report: Report): Table {
  const precisions = ['exact', 'fast'] as const
  const asked = inspected(report)
  return {
    title:
      'Matrix products and convolutions, one row: share of the measured 128-bit peak of a core',
    header: [
      '',
      ...precisions.flatMap((each) => [`${each}, GFLOP/s`, 'peak', 'share', 'of all time']),
    ],
    rows: asked.map(({ title, figures }) => [
      title,
      ...precisions.flatMap((each) => {
        const own = figures.find(({ precision }) => precision === each)
        if (!own) return [NOTHING, NOTHING, NOTHING, NOTHING]
        const { gflops, peakGflops, timeShare } = own
        return [
          digits(gflops),
          digits(peakGflops),
          percent(gflops / peakGflops),
          percent(timeShare),
        ]
      }),
    ]),
    notes: [],
  }
}

/** What a model holds in exact mode, and what calls leave behind. */
function memoryTable(report: Report): Table {
  const asked = inspected(report).flatMap(({ title, fileBytes, figures }) => {
    const own = figures.find(({ precision }) => precision === 'exact')
    return own ? [{ title, fileBytes, own }] : []
  })
  return {
    title: 'Memory of a model, exact, one row',
    header: ['', 'weights', 'to the file', 'arena', 'to the least', 'heap growth'],
    rows: asked.map(({ title, fileBytes, own }) => [
      title,
      byteSize(own.weightBytes),
      ratio(own.weightBytes / fileBytes),
      byteSize(own.arenaBytes),
      ratio(own.arenaBytes / own.arenaLeastBytes),
      own.heapGrowthBytes === undefined ? NOTHING : byteSize(Math.max(own.heapGrowthBytes, 0)),
    ]),
    notes: asked.some(({ own }) => own.heapGrowthBytes !== undefined)
      ? [`heap growth: JavaScript's, over ${steadyCalls.toLocaleString('en')} calls into one array`]
      : [],
  }
}

function inspected(report: Report): readonly ModelReport[] {
  return report.hosts.flatMap(({ models }) => models).filter(({ figures }) => figures.length > 0)
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
