import { hashHashes } from '../judge/hash.ts'
import type { Verdict } from '../judge/judge.ts'
import { formatTable } from './table.ts'

/** A runtime that ran the cases, or why it did not. */
export interface RuntimeReport {
  readonly name: string
  readonly version: string
  readonly verdicts: readonly Verdict[]
  readonly problem: string | undefined
}

const sample = '/sample-mlp/'
const shownDigits = 16

/** The hash over the exact outputs of all cases whose name contains `part`; empty where there are none. */
export function exactHash({ verdicts }: RuntimeReport, part = ''): string {
  const chosen = verdicts.filter((verdict) => verdict.case.includes(part))
  if (chosen.length === 0) return ''
  return hashHashes(new Map(chosen.map((verdict) => [verdict.case, verdict.exactHash ?? 'none'])))
}

export function formatRuntimes(reports: readonly RuntimeReport[]): string {
  const rows = reports.map((report) => {
    const { name, version, verdicts, problem } = report
    if (problem !== undefined) return [name, version, '-', '-', problem, '', '']
    const failed = verdicts.filter(({ reason }) => reason !== undefined).length
    const fast = new Set(verdicts.map(({ fastRan }) => fastRan))
    return [
      name,
      version,
      `${verdicts.length - failed}`,
      `${failed}`,
      fast.has('fast') ? 'relaxed SIMD' : 'as exact',
      exactHash(report).slice(0, shownDigits),
      exactHash(report, sample).slice(0, shownDigits),
    ]
  })
  const hash = 'SHA-256 of exact bits'
  const header = [
    'runtime',
    'version',
    'passed',
    'failed',
    'fast runs',
    `${hash}: all cases`,
    'sample MLP',
  ]
  return formatTable(header, rows)
}

/** Why a runtime's exact bits differ from the first runtime's, naming the first case; undefined when they do not. */
export function firstDifferentCase(first: RuntimeReport, other: RuntimeReport): string | undefined {
  const expected = new Map(first.verdicts.map((verdict) => [verdict.case, verdict.exactHash]))
  const different = other.verdicts.find(
    (verdict) => verdict.exactHash !== expected.get(verdict.case),
  )
  if (!different) return undefined
  return `${different.case}: other bits than ${first.name} ${first.version}`
}
