import { expect, test } from 'vitest'
import { measureLatency, summarize } from './latency.ts'

test('percentiles are samples of nearest rank', () => {
  const samples = Array.from({ length: 200 }, (_, i) => 200 - i)
  expect(summarize(samples)).toEqual({
    calls: 200,
    min: 1,
    mean: 100.5,
    median: 100,
    p95: 190,
    p99: 198,
    max: 200,
  })
  expect(summarize([3])).toMatchObject({ min: 3, median: 3, p99: 3, max: 3 })
})

test('a slow call is measured a few times, however short the time', () => {
  let calls = 0
  const { calls: measured } = measureLatency(() => (calls += 1), 0)
  expect(measured).toBe(5)
  expect(calls).toBeGreaterThan(5)
})
