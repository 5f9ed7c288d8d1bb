import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { bunProgram, denoProgram } from '../bench.ts'
import { run } from '../command.ts'
import { root } from '../paths.ts'
import { wholeModel } from './large-model.ts'
import { bundlePage } from './page-bundle.ts'
import type { Work } from './subject/page.ts'
import type { Found } from './subject/measure.ts'
import { ThrottledServer } from './throttled-server.ts'
import type { Trial } from './trial.ts'

declare const work: Work

/** Most that a process may have grown from an early cycle to the last. */
const tolerance = 1.05
const script = (name: string): string =>
  fileURLToPath(new URL(`./subject/${name}.js`, import.meta.url))
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

function growth(early: number, late: number): string {
  const ratio = late / early
  assert.ok(ratio < tolerance, `grew from ${mebibytes(early)} to ${mebibytes(late)}`)
  return `${mebibytes(early)} → ${mebibytes(late)}`
}

interface Subject {
  readonly name: string
  readonly program: string | undefined
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Script of `subject/`. */
  readonly script: string
}

const subjects = (file: string): Subject[] => [
  {
    name: `Node ${process.versions.node}`,
    program: process.execPath,
    // V8 would make its young generation larger over the cycles, which is no leak.
    args: ['--expose-gc', '--max-semi-space-size=1'],
    // Glibc would keep what is freed: 4 MiB in a thousand cycles, as pieces between others.
    env: { MALLOC_TRIM_THRESHOLD_: '65536' },
    script: script('node'),
  },
  { name: 'Bun', program: bunProgram(), args: ['--no-install'], script: script('node') },
  {
    name: 'Deno',
    program: denoProgram(),
    args: [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-remote',
      '--no-lock',
      '--node-modules-dir=manual',
      '--v8-flags=--expose-gc',
      // Published packages need no permission to read themselves; those of the workspace are plain files.
      `--allow-read=${file},${join(root, 'packages')}`,
    ],
    script: script('deno'),
  },
]

/** Eight models, 64 calls at once, a killed worker and `cycles` loads in every runtime. */
export async function* lastingTrials(browser: Browser, cycles: number): AsyncGenerator<Trial> {
  const folder = await mkdtemp(join(tmpdir(), 'dotplus-lasting-'))
  const file = join(folder, 'whole.dotplus')
  try {
    await writeFile(file, wholeModel(4))
    for (const { name, program, args, env, script } of subjects(file)) {
      yield {
        name: `${name}: 8 models, 64 calls at once, a killed worker, ${cycles} cycles`,
        async run() {
          assert.ok(program, 'not installed')
          const all = [...args, script, file, `${cycles}`]
          const output = await run(program, all, {
            cwd: folder,
            env: { DENO_DIR: folder, DENO_NO_UPDATE_CHECK: '1', ...env },
          })
          const { memory, killed } = JSON.parse(output) as Found
          return `${growth(...memory)}; ${killed}`
        },
      }
    }
    yield chromiumTrial(browser, await readFile(file), cycles)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function chromiumTrial(browser: Browser, whole: Uint8Array, cycles: number): Trial {
  return {
    name: `Chromium: 8 models, 64 calls at once, a killed worker, ${cycles} cycles`,
    async run() {
      const files = await bundlePage()
      const server = await new ThrottledServer(files.set('whole.dotplus', whole)).start()
      const context = await browser.newContext()
      try {
        const tab = await context.newPage()
        await tab.goto(server.url)
        await tab.waitForFunction('globalThis.work')
        await tab.evaluate(() => work.eightModels())
        await tab.evaluate(() => work.concurrentCalls())
        const killed = await tab.evaluate(() => work.killedWorker())
        const session = await context.newCDPSession(tab)
        const measure = async (): Promise<number> => {
          for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
          return residentBytes(browser)
        }
        await tab.evaluate((count) => work.cycle(count), cycles / 10)
        const early = await measure()
        await tab.evaluate((count) => work.cycle(count), cycles - cycles / 10)
        return `${growth(early, await measure())}; ${killed}`
      } finally {
        await context.close()
        server.close()
      }
    },
  }
}

/** Bytes in memory of the browser's largest renderer. */
async function residentBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  const sizes = await Promise.all(
    renderers.map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8')
      return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1])
    }),
  )
  return Math.max(...sizes)
}
