import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { strictPolicy } from '../browsers/server.ts'
import { largeModel } from './large-model.ts'
import { bundlePage } from './page-bundle.ts'
import type { Outcome, LoadLarge } from './subject/page.ts'
import { ThrottledServer } from './throttled-server.ts'
import type { Trial } from './trial.ts'

declare const loadLarge: LoadLarge

type Options = Parameters<LoadLarge>[0]
const ask = (page: Page, options: Options): Promise<Outcome> =>
  page.evaluate((given) => loadLarge(given), options)

function checkProgress({ progress, error }: Outcome, total: number): void {
  assert.equal(error, undefined)
  const loaded = progress.map((report) => report.loaded)
  assert.deepEqual(
    loaded,
    loaded.toSorted((a, b) => a - b),
    'loaded falls',
  )
  assert.ok(new Set(loaded).size === loaded.length, 'the same bytes are reported twice')
  assert.deepEqual(progress.at(-1), { ...progress.at(-1), loaded: total, total })
  // Known from the moment that the model itself has been read.
  const totals = progress.flatMap((report) => report.total ?? [])
  assert.deepEqual([...new Set(totals)], [total])
}

/**
 * A model in shards, downloaded by a page under the strict policy from a server that takes its time.
 *
 * @param isTimed whether the page's long tasks count, for which the machine must be quiet
 */
export async function* downloadTrials(
  browser: Browser,
  megabytes: number,
  bytesPerSecond: number,
  isTimed: boolean,
): AsyncGenerator<Trial> {
  const model = largeModel(megabytes, Math.min(24, megabytes / 4) * 2 ** 20)
  const total = [...model.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  const size = `${(total / 2 ** 20).toFixed(0)} MiB in ${model.size - 1} shards`
  const page = await bundlePage()
  const server = await new ThrottledServer(new Map([...page, ...model]), {
    'content-security-policy': strictPolicy,
  }).start()
  const context = await browser.newContext()
  try {
    const tab = await context.newPage()
    await tab.goto(server.url)
    await tab.waitForFunction('globalThis.loadLarge')
    const checkLongTasks = ({ longTasks }: Outcome): void => {
      if (isTimed) assert.deepEqual(longTasks, [], 'milliseconds for which the page was blocked')
    }
    const isModel = (name: string): boolean => model.has(name)
    const asked = (): number =>
      [...server.requests].reduce((sum, [name, count]) => sum + (isModel(name) ? count : 0), 0)
    const { sum } = await ask(tab, { worker: false })
    server.bytesPerSecond = bytesPerSecond

    yield {
      name: `progress of ${size} rises to exactly the total, the page free meanwhile`,
      async run() {
        const outcome = await ask(tab, { cache: true })
        checkProgress(outcome, total)
        checkLongTasks(outcome)
        assert.ok(outcome.progress.every(({ fromCache }) => fromCache === 0))
        assert.equal(outcome.sum, sum)
        return `${outcome.progress.length} reports, ${outcome.longTasks.length} long tasks`
      },
    }
    yield {
      name: 'the second load comes from the cache, without the network',
      async run() {
        server.reset()
        const outcome = await ask(tab, { cache: true })
        checkProgress(outcome, total)
        assert.equal(asked(), 0)
        assert.equal(outcome.progress.at(-1)?.fromCache, total)
        assert.equal(outcome.sum, sum)
        checkLongTasks(outcome)
        return '0 requests, the same numbers'
      },
    }
    yield {
      name: 'offline after the first load',
      async run() {
        await context.setOffline(true)
        try {
          for (const cache of [true, 'fallback'] as const) {
            const outcome = await ask(tab, { cache })
            checkProgress(outcome, total)
            assert.equal(outcome.sum, sum)
          }
          const { error } = await ask(tab, {})
          assert.match(String(error), /cannot be fetched/)
          return 'loads with cache: true and with cache: fallback; without a cache the error names the file'
        } finally {
          await context.setOffline(false)
        }
      },
    }
    yield {
      name: 'cancelling stops the network',
      async run() {
        server.reset()
        const { error } = await ask(tab, { stopAt: total / 4 })
        assert.match(String(error), /stopped/)
        await sleep(200)
        const sent = server.sent
        assert.equal(server.active, 0)
        await sleep(300)
        assert.equal(server.sent, sent)
        assert.ok(sent < total)
        return `${(sent / 2 ** 20).toFixed(0)} MiB were sent, then nothing`
      },
    }
    const shard = [...model.keys()].find((name) => name.endsWith('.bin')) as string
    yield {
      name: 'a broken shard is asked for once more',
      async run() {
        server.reset()
        server.broken.set(shard, 1)
        const outcome = await ask(tab, {})
        checkProgress(outcome, total)
        assert.equal(outcome.sum, sum)
        assert.equal(server.requests.get(shard), 2)
        return `${shard}: 2 requests`
      },
    }
    yield {
      name: 'a shard that is broken twice is named',
      async run() {
        server.reset()
        server.broken.set(shard, 2)
        const { error } = await ask(tab, {})
        assert.match(String(error), new RegExp(`${shard}: SHA-256 of the shard: expected `))
        assert.equal(server.requests.get(shard), 2)
        return String(error).slice(0, 60)
      },
    }
  } finally {
    await context.close()
    server.close()
  }
}
