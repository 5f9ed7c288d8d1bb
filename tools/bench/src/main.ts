#!/usr/bin/env node
import { stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Contestant } from './contestants/contestant.ts'
import { baselineId } from './contestants/index.ts'
import type { Host } from './hosts/host.ts'
import { openHost } from './hosts/index.ts'
import { installedBytes } from './installed-size.ts'
import { describeMachine } from './machine.ts'
import type { ColdStart } from './measure/cold-start.ts'
import type { EngineFigures } from './measure/engine.ts'
import type { RunSettings } from './measure/model-run.ts'
import { reasonOf } from './measure/reason.ts'
import { median } from './measure/statistics.ts'
import type { PreparedModel } from './models/model.ts'
import type { Options } from './options.ts'
import { parseOptions, usage, UsageError } from './options.ts'
import { installPeers, peersFolder, peerVersion } from './peers.ts'
import { writeIntoPage } from './report/markdown.ts'
import type {
  ColdStartSummary,
  ContestantInfo,
  HostReport,
  ModelReport,
  Report,
} from './report/report.ts'
import { modelTable } from './report/table.ts'
import { tableLines, terminalReport } from './report/terminal.ts'

const benchFolder = fileURLToPath(new URL('..', import.meta.url))
const modelsFolder = fileURLToPath(new URL('../.cache/models/', import.meta.url))
const performancePage = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url))

try {
  const options = parseOptions(process.argv.slice(2))
  if (options) await bench(options)
  else console.log(usage)
} catch (error) {
  console.error(reasonOf(error))
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function bench(options: Options): Promise<void> {
  if (options.contestants.some(({ isPeer }) => isPeer)) installPeers(console.error)
  const prepared: PreparedModel[] = []
  for (const model of options.models) {
    const folder = `${modelsFolder}${model.name}`
    prepared.push(await model.prepare(folder, console.error))
  }

  const hosts: HostReport[] = []
  const report: Report = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    settings: settingsOf(options),
    baseline: baselineId,
    contestants: options.contestants.map(describe),
    hosts,
  }
  const writeJson = async (): Promise<void> => {
    if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  for (const id of options.hosts) {
    const host = await openHost(id)
    const models: ModelReport[] = []
    hosts.push({ id: host.id, title: host.title, models })
    try {
      for (const model of prepared) {
        models.push(await measureIn(host, model, options))
        showProgress('')
        console.log(tableLines(modelTable(report, host.title, models.at(-1)!)).join('\n'))
        await writeJson()
      }
    } finally {
      await host.close()
    }
  }

  console.log(terminalReport(report))
  if (options.writeDocs) await writeIntoPage(performancePage, report)
  // Peers fail on models that they cannot hold; we may not.
  const ours = new Set(options.contestants.filter(({ isPeer }) => !isPeer).map(({ id }) => id))
  const failures = hosts.flatMap((host) => host.models.flatMap((model) => model.failures))
  if (failures.some(({ id }) => ours.has(id))) process.exitCode = 1
}

function settingsOf({ rounds, seconds, withoutRows }: Options): RunSettings {
  return { rounds, secondsEach: seconds, withoutRows }
}

async function measureIn(host: Host, model: PreparedModel, options: Options): Promise<ModelReport> {
  const here = options.contestants.filter(({ hosts }) => hosts.includes(host.id))
  const able = here.filter((contestant) => contestant.excluded(model) === undefined)
  const settings = settingsOf(options)
  // The engines beside the two in which peers run are compared on one row.
  const withoutRows = hasPeers(host)
    ? settings.withoutRows
    : model.workloads.map(({ rows }) => rows).filter((rows) => rows > 1)
  const result = await host.run(model, able, { ...settings, withoutRows }, showProgress)
  const excluded = here.flatMap((contestant) => {
    const reason = contestant.excluded(model)
    return reason === undefined || !contestant.isPeer ? [] : [{ id: contestant.id, reason }]
  })
  const timed = new Set(result.workloads.flatMap(({ timings }) => timings.map(({ id }) => id)))
  const sound = able.filter(({ id, startsAlike }) => timed.has(id) && !startsAlike)
  const figures: EngineFigures[] = []
  if (host.id === 'node') {
    showProgress(`${model.title}: profile`)
    for (const precision of ['exact', 'fast'] as const)
      figures.push(await host.inspect(model, precision))
  }
  return {
    ...result,
    failures: [...result.failures, ...excluded],
    coldStarts: hasPeers(host) ? await coldStarts(host, model, sound, options.coldStarts) : [],
    figures,
    fileBytes: (await stat(model.files.dotplus)).size,
  }
}

function hasPeers({ id }: Host): boolean {
  return id === 'node' || id === 'chromium'
}

/** In turns, like everything here; one more first, for the file system's cache, that does not count. */
async function coldStarts(
  host: Host,
  model: PreparedModel,
  contestants: readonly Contestant[],
  count: number,
): Promise<ColdStartSummary[]> {
  if (count === 0) return []
  const taken = new Map(contestants.map(({ id }): [string, ColdStart[]] => [id, []]))
  for (let round = 0; round <= count; round++) {
    showProgress(`${model.title}: cold start, round ${round}/${count}`)
    for (const contestant of contestants) {
      const coldStart = await host.coldStart(model, contestant).catch((cause: unknown) => {
        throw new Error(`${contestant.id}, cold start: ${reasonOf(cause)}`, { cause })
      })
      if (round > 0) taken.get(contestant.id)!.push(coldStart)
    }
  }
  return [...taken].map(([id, all]) => ({
    id,
    loadMs: median(all.map(({ loadMs }) => loadMs)),
    firstPredictMs: median(all.map(({ firstPredictMs }) => firstPredictMs)),
    totalMs: median(all.map(({ loadMs, firstPredictMs }) => loadMs + firstPredictMs)),
    peakBytes: known(all.map(({ peakBytes }) => peakBytes)),
    downloadedBytes: known(all.map(({ downloadedBytes }) => downloadedBytes)),
  }))
}

/** The median, where every value is known. */
function known(values: readonly (number | undefined)[]): number | undefined {
  const numbers = values.filter((value) => value !== undefined)
  return numbers.length === values.length ? median(numbers) : undefined
}

function describe({ id, title, packages, isPeer }: Contestant): ContestantInfo {
  const version = isPeer ? peerVersion(packages[0]!) : ''
  const bytes = installedBytes(packages, isPeer ? peersFolder : benchFolder)
  return { id, title, version, installedBytes: bytes }
}

/** One line that is written over on a terminal; nothing in a pipe. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
