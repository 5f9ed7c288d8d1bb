import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { strictPolicy } from '../browsers/server.ts'
import { largeModel } from './large-model.ts'
import { bundleClassicScript, bundlePage, bundleServiceWorker } from './page-bundle.ts'
import type { LoadLarge } from './subject/page.ts'
import { ThrottledServer } from './throttled-server.ts'
import type { Trial } from './trial.ts'

declare const loadLarge: LoadLarge

interface Surroundings {
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Runs in the page before its own script. */
  readonly before?: () => void
  readonly worker?: boolean
}

/** Runs in the page: starts its service worker and takes the answer to a message. */
async function askServiceWorker(type: WorkerType): Promise<unknown> {
  const { serviceWorker } = navigator
  await serviceWorker.register('service-worker.js', { type })
  const { active } = await serviceWorker.ready
  return new Promise((resolve) => {
    serviceWorker.addEventListener('message', ({ data }) => resolve(data))
    serviceWorker.startMessages()
    active?.postMessage('compute', {})
  })
}

/** Pages that are worse off than others. */
export async function* environmentTrials(browser: Browser): AsyncGenerator<Trial> {
  const model = largeModel(4, 2 ** 20)
  const page = await bundlePage()

  const outcomeIn = async ({ headers, before, worker = false }: Surroundings) => {
    const server = await new ThrottledServer(new Map([...page, ...model]), headers).start()
    const context = await browser.newContext()
    try {
      if (before) await context.addInitScript(before)
      const tab = await context.newPage()
      await tab.goto(server.url)
      await tab.waitForFunction('globalThis.loadLarge')
      const isolated = await tab.evaluate('crossOriginIsolated')
      return { isolated, ...(await tab.evaluate((given) => loadLarge(given), { worker })) }
    } finally {
      await context.close()
      server.close()
    }
  }

  yield {
    name: 'a page without SharedArrayBuffer',
    async run() {
      const outcome = await outcomeIn({ worker: true })
      assert.equal(outcome.error, undefined)
      assert.equal(outcome.isolated, false)
      return 'runs'
    },
  }
  yield {
    name: 'a cross-origin isolated page',
    async run() {
      const outcome = await outcomeIn({
        worker: true,
        headers: {
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        },
      })
      assert.equal(outcome.error, undefined)
      assert.equal(outcome.isolated, true)
      return 'runs'
    },
  }
  yield {
    name: 'a policy that forbids WebAssembly',
    async run() {
      const headers = { 'content-security-policy': strictPolicy.replace(" 'wasm-unsafe-eval'", '') }
      for (const worker of [false, true]) {
        const { error } = await outcomeIn({ headers, worker })
        assert.match(String(error), /script-src 'wasm-unsafe-eval'/)
      }
      return "the error names script-src 'wasm-unsafe-eval'"
    },
  }
  yield {
    name: 'an engine without WebAssembly SIMD (what WebAssembly.validate says is replaced)',
    async run() {
      const { error } = await outcomeIn({
        before: () => {
          WebAssembly.validate = () => false
        },
      })
      assert.match(
        String(error),
        /no WebAssembly SIMD: expected Chrome 91, Firefox 89, Safari 16\.4/,
      )
      return 'the error names Chrome 91, Firefox 89, Safari 16.4'
    },
  }
  yield {
    name: 'a browser whose lockdown mode took WebAssembly away',
    async run() {
      const { error } = await outcomeIn({
        before: () => Reflect.deleteProperty(globalThis, 'WebAssembly'),
      })
      assert.match(String(error), /no WebAssembly/)
      return 'the error says so'
    },
  }
  yield {
    name: 'a page that has Node beside it (nodeIntegration)',
    async run() {
      const { error } = await outcomeIn({
        worker: true,
        before: () => {
          const process = { versions: { node: '22.0.0', electron: '38.0.0' }, type: 'renderer' }
          const require = (name: string): never => {
            throw new Error(`required ${name}`)
          }
          Object.assign(globalThis, {
            process,
            require,
            module: { exports: {} },
            global: globalThis,
          })
        },
      })
      assert.equal(error, undefined)
      return 'runs as in any page'
    },
  }
  for (const type of ['classic', 'module'] as const) {
    yield {
      name: `a service worker, ${type}`,
      async run() {
        const script = await bundleServiceWorker(type)
        const files = new Map([...page, ...model, ['service-worker.js', script] as const])
        const server = await new ThrottledServer(files).start()
        const context = await browser.newContext()
        try {
          const tab = await context.newPage()
          await tab.goto(server.url)
          await tab.waitForFunction('globalThis.loadLarge')
          const { sum } = await tab.evaluate(() => loadLarge({ worker: false }))
          assert.deepEqual(await tab.evaluate(askServiceWorker, type), { sum })
          return "the page's numbers"
        } finally {
          await context.close()
          server.close()
        }
      },
    }
  }
  yield {
    name: 'a page opened from a file',
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'dotplus-file-'))
      const context = await browser.newContext()
      try {
        await writeFile(join(folder, 'main.js'), await bundleClassicScript())
        await writeFile(
          join(folder, 'index.html'),
          '<!doctype html><script src="main.js"></script>',
        )
        const tab = await context.newPage()
        await tab.goto(pathToFileURL(join(folder, 'index.html')).href)
        const { error } = await tab.evaluate(() => loadLarge({ worker: false }))
        assert.match(
          String(error),
          /a page opened from a file cannot read files\. Serve the folder over HTTP/,
        )
        return 'the error says to serve it'
      } finally {
        await context.close()
        await rm(folder, { recursive: true })
      }
    },
  }
}
