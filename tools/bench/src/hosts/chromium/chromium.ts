import { chromiumBinary } from '@dotplus/conformance/runtimes/chromium/binary'
import { chromiumArguments } from '@dotplus/conformance/runtimes/chromium/chromium'
import { versionOf } from '@dotplus/conformance/runtimes/process'
import { chromium } from 'playwright-core'
import type { ColdStart } from '../../measure/cold-start.ts'
import type { EngineFigures } from '../../measure/engine.ts'
import type { ModelResult } from '../../measure/model-run.ts'
import type { Host, HostRequest } from '../host.ts'
import { bundlePage } from './bundles.ts'
import { serveBench } from './server.ts'

const hourMs = 3_600_000

/**
 * A real Chromium without a window; every request gets a browser of its own, on a cross-origin isolated page.
 *
 * @throws {Error} when it is not on this machine
 */
export async function chromiumHost(): Promise<Host> {
  const binary = await chromiumBinary()
  if (!binary) throw new Error('Chromium is not installed: it comes with the dependencies')
  const server = await serveBench(await bundlePage())
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...binary.env }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )

  async function ask<Result>(
    request: HostRequest,
    onProgress: (text: string) => void,
  ): Promise<{ result: Result; downloadedBytes: number }> {
    const browser = await chromium.launch({
      executablePath: binary!.program,
      args: [...chromiumArguments, '--js-flags=--expose-gc'],
      env,
    })
    try {
      const page = await browser.newPage()
      const failed = new Promise<never>((_, reject) => {
        page.on('pageerror', reject)
        page.on('crash', () => reject(new Error('the page crashed')))
        page.on('console', (message) => {
          if (message.type() === 'log') onProgress(message.text())
        })
        setTimeout(() => reject(new Error('no answer after an hour')), hourMs).unref()
      })
      const answered = server.ask(request)
      await page.goto(server.address)
      const { reply, downloadedBytes } = await Promise.race([answered, failed])
      const parsed = JSON.parse(reply) as { result: Result } | { failure: string }
      if ('failure' in parsed) throw new Error(parsed.failure)
      return { result: parsed.result, downloadedBytes }
    } finally {
      await browser.close()
    }
  }

  return {
    id: 'chromium',
    title: `Chromium ${await versionOf(binary.program, binary.env)}`,
    async run(model, contestants, settings, onProgress) {
      const ids = contestants.map(({ id }) => id)
      const request: HostRequest = { kind: 'run', model, contestants: ids, settings }
      return (await ask<ModelResult>(request, onProgress)).result
    },
    async coldStart(model, contestant) {
      const request: HostRequest = { kind: 'cold-start', model, contestant: contestant.id }
      const { result, downloadedBytes } = await ask<ColdStart>(request, () => {})
      return { ...result, downloadedBytes }
    },
    async inspect(model, precision) {
      const request: HostRequest = { kind: 'inspect', model, precision }
      return (await ask<EngineFigures>(request, () => {})).result
    },
    close: async () => server.close(),
  }
}
