import { spawn } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Consumer, Finding } from '../bench.ts'
import { launchChromium } from '../browsers/chromium.ts'
import { blocksOf } from '../documented/blocks.ts'
import type { Hashes } from '../program.ts'

const files = (models: string, hook: string): Record<string, string> => ({
  'package.json': '{ "private": true }',
  'next.config.mjs': 'export default { productionBrowserSourceMaps: false }\n',
  'app/layout.js': `export default ({ children }) => <html lang="en"><body>{children}</body></html>\n`,
  'app/page.js': `
import { load } from '@dotplus/node'
import { compute } from '../compute.mjs'
import { InBrowser } from './in-browser.js'
export const dynamic = 'force-dynamic'
export default async function Page() {
  const hashes = await compute(load, (name) => ${JSON.stringify(join(models, '/'))} + name + '.dotplus')
  return <main><pre id="server">{JSON.stringify(hashes)}</pre><InBrowser /></main>
}
`,
  // The hook as docs/react.md shows it.
  'app/use-model.js': `'use client'\n${hook}`,
  'app/in-browser.js': `
'use client'
import { useEffect, useState } from 'react'
import { compute } from '../compute.mjs'
import { useModel } from './use-model.js'
export function InBrowser() {
  const loaded = {
    mlp: useModel('/models/mlp.dotplus'),
    mobilenetv2: useModel('/models/mobilenetv2.dotplus', { cache: true }),
  }
  const [text, setText] = useState()
  const isReady = Object.values(loaded).every(({ model, error }) => model ?? error)
  useEffect(() => {
    if (!isReady) return
    const modelOf = async (name) => {
      const { model, error } = loaded[name]
      if (error) throw error
      // The component disposes of it.
      return { predict: (x) => model.predict(x), dispose: () => {} }
    }
    compute(modelOf, (name) => name)
      .then((hashes) => setText(JSON.stringify(hashes)), (error) => setText(String(error)))
  }, [isReady])
  return text && <pre id="browser">{text}</pre>
}
`,
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function visit(url: string): Promise<Finding[]> {
  const browser = await launchChromium()
  if (!browser) throw new Error('no Chromium on this machine')
  try {
    const page = await browser.newPage()
    await page.goto(url)
    const textOf = async (id: string): Promise<Hashes> => {
      const text = await page.locator(id).textContent({ timeout: 120_000 })
      if (!text?.startsWith('{')) throw new Error(`${id}: ${text}`)
      return JSON.parse(text) as Hashes
    }
    return [
      { where: 'Next.js server', hashes: await textOf('#server') },
      {
        where: `Next.js page, Chromium ${browser.version()}, worker`,
        hashes: await textOf('#browser'),
      },
    ]
  } finally {
    await browser.close()
  }
}

/** Rendered on the server by one adapter, gone on in the page by the other. */
export const next: Consumer = {
  name: 'Next.js, server component and page',
  async run(bench) {
    const [hook] = await blocksOf('react.md', 'jsx')
    if (hook === undefined) throw new Error('docs/react.md has no hook')
    await bench.write(files(bench.models.folder, hook))
    await cp(bench.models.folder, bench.path('public/models'), { recursive: true })
    await bench.install(
      'npm',
      '@dotplus/node',
      '@dotplus/browser',
      'next@16.4.6',
      'react@19',
      'react-dom@19',
    )
    const program = bench.path('node_modules/next/dist/bin/next')
    await bench.node([program, 'build'])
    const port = await freePort()
    const server = spawn(process.execPath, [program, 'start', '--port', `${port}`], {
      cwd: bench.folder,
      env: { ...process.env, ...bench.registry.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise<void>((resolve, reject) => {
        server.stdout
          .setEncoding('utf8')
          .on('data', (text: string) => /Ready/.test(text) && resolve())
        server.once('close', (code) => reject(new Error(`next start ended with status ${code}`)))
      })
      return await visit(`http://127.0.0.1:${port}/`)
    } finally {
      server.kill()
    }
  },
}
