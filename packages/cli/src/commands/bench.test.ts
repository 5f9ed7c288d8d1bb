import { expect, test } from 'vitest'
import { dotplus, sample, validationInputs } from '../testing/dotplus.ts'

const quick = ['--seconds', '0.05']

test('dotplus bench prints latency, throughput, memory and cold start', async () => {
  const { stdout, status } = await dotplus(['bench', sample('keras/model.keras'), ...quick])
  expect(status).toBe(0)
  for (const line of ['Latency', 'Throughput', 'Memory', 'Cold start'])
    expect(stdout).toMatch(new RegExp(`^ ${line} +.*\\d`, 'm'))
  expect(stdout).toContain('input (1, 4)')
  expect(stdout).toContain('exact, 1 thread, 580 FLOP a call')
})

test('--profile has a row for every op, --json all of it', async () => {
  const args = ['bench', sample('keras/model.keras'), ...quick, '--profile', '--no-cold-start']
  const { stdout } = await dotplus([...args, '-b', '16', '-t', '2'])
  expect(stdout.match(/│ dense \(/g)).toHaveLength(3)
  expect(stdout).toContain('GFLOP/s with 128-bit multiply and add')
  expect(stdout).not.toContain('Cold start')
  const report = JSON.parse(
    (await dotplus([...args, '--json', '-i', validationInputs])).stdout,
  ) as {
    batch: number
    latency: Record<string, number>
    throughput: number
    profile: { ops: { time: { min: number } }[]; peak: { gflops: number } }
    explanation: { threads: number }
  }
  expect(report.batch).toBeGreaterThan(16)
  expect(report.profile.ops).toHaveLength(3)
  expect(report.profile.peak.gflops).toBeGreaterThan(1)
  expect(report.explanation.threads).toBe(1)
  const { min, median, p95, p99, max } = report.latency
  expect([min, median, p95, p99, max]).toEqual(
    [min, median, p95, p99, max].toSorted((a = 0, b = 0) => a - b),
  )
  expect(report.throughput).toBeGreaterThan(0)
})

test('what makes no sense is told in one line', async () => {
  const { status, stderr } = await dotplus(['bench', sample('keras/model.keras'), '-b', '0'])
  expect(status).toBe(2)
  expect(stderr).toContain('Expected a whole number from 1.')
})
