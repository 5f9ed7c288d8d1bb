import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../browsers/chromium.ts'
import { downloadTrials } from './download-trials.ts'
import { environmentTrials } from './environment-trials.ts'
import { runTrials, type Trial } from './trial.ts'

let browser: Browser | undefined

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
})

async function failuresOf(trials: AsyncGenerator<Trial>): Promise<string[]> {
  const lines: string[] = []
  await runTrials(trials, (line) => lines.push(line))
  expect(lines.length).toBeGreaterThan(5)
  return lines.filter((line) => !line.startsWith('✓'))
}

// The only system that a packaged Chromium exists for.
const hasChromium = process.platform === 'linux' && process.arch === 'x64'

describe.runIf(hasChromium)('a page in Chromium', { timeout: 120_000 }, () => {
  it('takes a model in shards from a slow server, the cache, and broken files', async () => {
    expect(await failuresOf(downloadTrials(browser as Browser, 8, 40e6, false))).toEqual([])
  })

  it('runs in poor surroundings, or says what is missing', async () => {
    expect(await failuresOf(environmentTrials(browser as Browser))).toEqual([])
  })
})
