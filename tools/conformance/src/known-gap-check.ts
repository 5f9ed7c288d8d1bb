import type { CaseFolder } from './cases/find.ts'
import type { KnownGaps } from './cases/known-gaps.ts'
import { prepareCase, type PreparedCase } from './cases/prepare.ts'
import { judge } from './judge/judge.ts'
import { unpackBundle } from './protocol/bundle.ts'
import type { ResultsHeader } from './protocol/jobs.ts'
import { makeJobs } from './protocol/make-jobs.ts'
import type { SummaryBuilder } from './report/summary.ts'
import type { Runtime } from './runtimes/runtime.ts'

/** Cases that are known not to pass must still not pass: a gap that was closed has to leave the list. */
export async function checkGaps(
  folders: readonly CaseFolder[],
  gaps: KnownGaps,
  runtime: Runtime,
  summary: SummaryBuilder,
): Promise<void> {
  const passing = await passingCases(await convertible(folders), runtime)
  for (const folder of folders) {
    const name = `${folder.collection}/${folder.name}`
    const reason = gaps.reasonFor(folder) ?? ''
    if (passing.has(name)) {
      summary.add(name, `passes, so it is no gap: remove it from known-gaps.json (${reason})`)
    } else {
      summary.skip(name, reason)
    }
  }
}

async function convertible(folders: readonly CaseFolder[]): Promise<PreparedCase[]> {
  const cases: PreparedCase[] = []
  for (const folder of folders) {
    try {
      cases.push(await prepareCase(folder))
    } catch {
      // That it cannot be converted is what the list says.
    }
  }
  return cases
}

async function passingCases(
  cases: readonly PreparedCase[],
  runtime: Runtime,
): Promise<ReadonlySet<string>> {
  const found = await runtime.find()
  if (cases.length === 0 || !found) return new Set()
  const results = unpackBundle<ResultsHeader>(await found.run(makeJobs(cases)))
  const verdicts = judge(cases, results).filter(({ reason }) => reason === undefined)
  return new Set(verdicts.map((verdict) => verdict.case))
}
