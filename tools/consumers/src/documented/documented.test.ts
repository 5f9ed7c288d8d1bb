import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bunProgram, denoProgram } from '../bench.ts'
import { complaintsOf, launchChromium } from '../browsers/chromium.ts'
import { run } from '../command.ts'
import { ThrottledServer } from '../endurance/throttled-server.ts'
import { strictPolicy } from '../browsers/server.ts'
import { root } from '../paths.ts'
import { blocksOf } from './blocks.ts'

const here = fileURLToPath(new URL('../../', import.meta.url))
let folder: string

beforeAll(async () => {
  // Inside this package, so that its dependencies are found as an app's would be.
  folder = await mkdtemp(join(here, 'dist/documented-'))
  const keras = join(root, 'test-fixtures/sample-mlp/relu/keras/model.keras')
  const dotplus = join(here, 'node_modules/dotplus/bin/dotplus.js')
  await run(process.execPath, [dotplus, 'convert', keras, '-o', 'model.dotplus'], { cwd: folder })
}, 60_000)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Writes a block as a module that every runtime reads, and answers with its path. */
async function moduleOf(block: string, name: string): Promise<string> {
  const { code } = await transform(block, { loader: 'ts', target: 'es2022', format: 'esm' })
  const file = join(folder, name)
  await writeFile(file, code)
  return file
}

/** Every block says something on its console, and nothing went wrong. */
async function outputs(
  page: string,
  runBlock: (file: string, i: number) => Promise<string>,
): Promise<string[]> {
  const blocks = await blocksOf(page, 'ts')
  const all: string[] = []
  for (const [i, block] of blocks.entries()) {
    all.push(await runBlock(await moduleOf(block, `${page}-${i}.mjs`), i))
  }
  return all
}

describe('what the documentation shows', { timeout: 120_000 }, () => {
  it('runs in Node', async () => {
    const said = await outputs('node.md', (file) => run(process.execPath, [file], { cwd: folder }))
    expect(said).toHaveLength(5)
    expect(said[0]).toMatch(/name: 'x'[^]*Float32Array\(1\)[^]*\[ 1, 1 \]/)
    for (const text of said) expect(text).toMatch(/\d/)
  })

  it.runIf(bunProgram())('runs in Bun', async () => {
    const said = await outputs('node.md', (file) =>
      run(bunProgram() as string, ['--no-install', file], { cwd: folder }),
    )
    for (const text of said) expect(text).toMatch(/\d/)
  })

  it.runIf(denoProgram())('runs in Deno with permission to read the model', async () => {
    const permissions = `--allow-read=${join(folder, 'model.dotplus')},model.dotplus,${join(root, 'packages')}`
    const said = await outputs('deno.md', (file) =>
      run(
        denoProgram() as string,
        [
          'run',
          '--quiet',
          '--no-prompt',
          '--no-remote',
          '--no-lock',
          '--node-modules-dir=manual',
          permissions,
          file,
        ],
        { cwd: folder, env: { DENO_DIR: folder, DENO_NO_UPDATE_CHECK: '1' } },
      ),
    )
    expect(said).toHaveLength(3)
    for (const text of said) expect(text).toMatch(/\d/)
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'runs in a page of Chromium under the strict policy',
    async () => {
      const browser = await launchChromium()
      if (!browser) throw new Error('no Chromium on this machine')
      try {
        const said = await outputs('browser.md', (file) => inPage(browser, file))
        expect(said).toHaveLength(3)
        for (const text of said) expect(text).toMatch(/\d/)
      } finally {
        await browser.close()
      }
    },
  )
})

/** Bundles a module with its worker, opens it and answers with what it said. */
async function inPage(
  browser: Exclude<Awaited<ReturnType<typeof launchChromium>>, undefined>,
  file: string,
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: { main: file, worker: '@dotplus/browser/worker' },
    absWorkingDir: here,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: 'out',
    write: false,
  })
  const files = new Map(
    outputFiles.map(({ path, contents }): [string, Uint8Array] => [
      path.replace(/.*[/\\]/, ''),
      contents,
    ]),
  )
  const html =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="main.js"></script>'
  files.set('index.html', new TextEncoder().encode(html))
  const { readFile } = await import('node:fs/promises')
  files.set('model.dotplus', new Uint8Array(await readFile(join(folder, 'model.dotplus'))))
  const headers = { 'content-security-policy': `${strictPolicy}; img-src data:` }
  const server = await new ThrottledServer(files, headers).start()
  const page = await browser.newPage()
  try {
    const complaints = complaintsOf(page)
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await page.goto(server.url)
    for (let i = 0; i < 200 && said.length === 0 && complaints.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (complaints.length > 0) throw new Error(complaints.join('; '))
    return said.join('\n')
  } finally {
    await page.close()
    server.close()
  }
}
