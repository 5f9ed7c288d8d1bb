import { expect, test } from 'vitest'
import type { RuntimeReport } from './report/runtime-table.ts'
import { SummaryBuilder } from './report/summary.ts'
import { compareBits, runEverywhere } from './run-everywhere.ts'
import type { Runtime } from './runtimes/runtime.ts'

const runtime: Runtime = {
  name: 'Example',
  howToGet: 'get it there',
  unavailable: undefined,
  find: async () => undefined,
}

async function summaryOf(given: Runtime): Promise<SummaryBuilder> {
  const summary = new SummaryBuilder()
  await runEverywhere([given], [], summary, () => {})
  return summary
}

test('a runtime that is missing is a failure that says how to get it', async () => {
  const { failures, skipped } = await summaryOf(runtime)
  expect(failures).toEqual([{ name: 'Example', reason: 'missing; get it there' }])
  expect(skipped).toEqual([])
})

test('a runtime that this platform cannot have is skipped with the reason', async () => {
  const { failures, skipped } = await summaryOf({ ...runtime, unavailable: 'no binary' })
  expect(failures).toEqual([])
  expect(skipped).toEqual([{ name: 'Example', reason: 'no binary' }])
})

test('a runtime that ends without an answer is a failure', async () => {
  const run = () => Promise.reject(new Error('ended with SIGSEGV'))
  const { failures } = await summaryOf({
    ...runtime,
    find: async () => ({ version: '1.0.0', run }),
  })
  expect(failures).toEqual([{ name: 'Example', reason: 'ended with SIGSEGV' }])
})

test('other bits are a failure that names the first case', () => {
  const report = (name: string, ...hashes: string[]): RuntimeReport => ({
    name,
    version: '1.0.0',
    problem: undefined,
    verdicts: hashes.map((exactHash, i) => ({
      case: `case-${i}`,
      reason: undefined,
      exactHash,
      fastRan: 'exact',
    })),
  })
  const summary = new SummaryBuilder()
  compareBits(
    [report('A', 'x', 'y', 'z'), report('B', 'x', 'y', 'z'), report('C', 'x', '-', '-')],
    summary,
  )
  expect(summary.passed).toBe(1)
  expect(summary.failures).toEqual([
    { name: 'C: bit-identical', reason: 'case-1: other bits than A 1.0.0' },
  ])
})
