import { parseArgs } from 'node:util'
import type { Contestant, HostId } from './contestants/contestant.ts'
import { baselineId, contestants } from './contestants/index.ts'
import { hostIds } from './hosts/index.ts'
import { models } from './models/index.ts'
import type { BenchModel } from './models/model.ts'

export interface Options {
  readonly models: readonly BenchModel[]
  readonly contestants: readonly Contestant[]
  readonly hosts: readonly HostId[]
  readonly withoutRows: readonly number[]
  readonly seconds: number // measured time of each contestant on each workload
  readonly rounds: number
  readonly coldStarts: number // fresh processes per contestant
  readonly json: string | undefined
  readonly writeDocs: boolean
}

export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

export const usage: string = `\
Measures dotplus beside its peers in one interleaved run.

  --models LIST        of: ${models.map(({ name }) => name).join(', ')} (default: all)
  --contestants LIST   of: ${contestants.map(({ id }) => id).join(', ')} (default: all)
  --hosts LIST         of: ${hostIds.join(', ')} (default: all)
  --without-rows LIST  numbers of rows to leave out, such as 16 (default: none)
  --seconds N          measured seconds of each contestant on each workload (default: 0.6)
  --rounds N           turns these seconds are split into (default: 4)
  --cold-starts N      fresh processes per contestant, 0 to leave them out (default: 2)
  --json FILE          also writes the report as JSON
  --write-docs         also writes tables and chart into docs/performance.md
  --help`

/** @returns undefined where help is asked for */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  const chosen = choose('--contestants', contestants, ({ id }) => id, values.contestants)
  if (!chosen.some(({ id }) => id === baselineId)) {
    throw new UsageError(`--contestants: ratios need ${baselineId} among them`)
  }
  return {
    models: choose('--models', models, ({ name }) => name, values.models),
    contestants: chosen,
    hosts: choose('--hosts', hostIds, (id) => id, values.hosts),
    withoutRows: (values['without-rows'] ?? '').split(',').map(Number),
    seconds: number('--seconds', values.seconds, 0.6, 0.01),
    rounds: Math.round(number('--rounds', values.rounds, 4, 1)),
    coldStarts: Math.round(number('--cold-starts', values['cold-starts'], 2, 0)),
    json: values.json,
    writeDocs: values['write-docs'] ?? false,
  }
}

type Parsed = ReturnType<typeof parseArgs<{ options: typeof flags }>>

const flags = {
  models: { type: 'string' },
  contestants: { type: 'string' },
  hosts: { type: 'string' },
  'without-rows': { type: 'string' },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
  'cold-starts': { type: 'string' },
  json: { type: 'string' },
  'write-docs': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

function parse(args: readonly string[]): Parsed {
  try {
    return parseArgs({ args: [...args], options: flags })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function choose<Item>(
  flag: string,
  all: readonly Item[],
  nameOf: (item: Item) => string,
  list: string | undefined,
): readonly Item[] {
  if (list === undefined) return all
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !all.some((item) => nameOf(item) === name))
  if (unknown !== undefined) {
    throw new UsageError(`${flag}: expected any of ${all.map(nameOf).join(', ')}, got ${unknown}`)
  }
  return all.filter((item) => names.includes(nameOf(item)))
}

function number(flag: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (Number.isFinite(value) && value >= least) return value
  throw new UsageError(`${flag}: expected a number of at least ${least}, got ${text}`)
}
