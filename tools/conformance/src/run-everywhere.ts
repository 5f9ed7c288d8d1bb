import type { PreparedCase } from './cases/prepare.ts'
import { judge, type Verdict } from './judge/judge.ts'
import { unpackBundle } from './protocol/bundle.ts'
import type { ResultsHeader } from './protocol/jobs.ts'
import { makeJobs } from './protocol/make-jobs.ts'
import { firstDifferentCase, type RuntimeReport } from './report/runtime-table.ts'
import type { SummaryBuilder } from './report/summary.ts'
import type { Runtime } from './runtimes/runtime.ts'

/** Runs the cases on one runtime after the other and adds what they show to the summary. */
export async function runEverywhere(
  runtimes: readonly Runtime[],
  cases: readonly PreparedCase[],
  summary: SummaryBuilder,
  onReport: (report: RuntimeReport) => void,
): Promise<RuntimeReport[]> {
  const jobs = makeJobs(cases)
  const reports: RuntimeReport[] = []
  for (const runtime of runtimes) {
    const report = await runOn(runtime, jobs, cases, summary)
    reports.push(report)
    onReport(report)
  }
  return reports
}

async function runOn(
  runtime: Runtime,
  jobs: Uint8Array,
  cases: readonly PreparedCase[],
  summary: SummaryBuilder,
): Promise<RuntimeReport> {
  const { name } = runtime
  const nothing = { name, version: '', verdicts: [] }
  if (runtime.unavailable !== undefined) {
    summary.skip(name, runtime.unavailable)
    return { ...nothing, problem: 'not on this platform' }
  }
  let version = ''
  try {
    const found = await runtime.find()
    if (!found) throw new Error(`missing; ${runtime.howToGet}`)
    version = found.version
    const verdicts = judge(cases, unpackBundle<ResultsHeader>(await found.run(jobs)))
    addVerdicts(name, verdicts, summary)
    return { name, version, verdicts, problem: undefined }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    summary.add(name, reason)
    return { ...nothing, version, problem: 'did not run' }
  }
}

function addVerdicts(runtime: string, verdicts: readonly Verdict[], summary: SummaryBuilder): void {
  for (const verdict of verdicts) summary.add(`${runtime}: ${verdict.case}`, verdict.reason)
}

/** One check per further runtime: its exact bits are those of the first. */
export function compareBits(reports: readonly RuntimeReport[], summary: SummaryBuilder): void {
  const [first, ...others] = reports.filter(({ problem }) => problem === undefined)
  if (!first) return
  for (const other of others) {
    summary.add(`${other.name}: bit-identical`, firstDifferentCase(first, other))
  }
}
