import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumBinary } from '@dotplus/conformance/runtimes/chromium/binary'
import { chromiumArguments } from '@dotplus/conformance/runtimes/chromium/chromium'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

/** The built page, as it is published. */
export const builtPage: string = fileURLToPath(new URL('../../dist/page/', import.meta.url))
const fixtures = fileURLToPath(new URL('../../../../test-fixtures/', import.meta.url))
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** Set to a folder to have every screen written there as PNG. */
const screenshots = process.env['DOTPLUS_SCREENSHOTS']

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** What a file is served as. */
export function typeOf(path: string): string {
  return types[extname(path)] ?? 'application/octet-stream'
}

/** A file of `test-fixtures`. */
export function fixture(path: string): string {
  return join(fixtures, path)
}

function servePage(): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(builtPage, path === '/' ? 'index.html' : path)
    readFile(file)
      .then((body) => response.writeHead(200, { 'content-type': typeOf(file) }).end(body))
      .catch(() => response.writeHead(404).end())
  })
}

interface Findings {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** The page in a real Chromium, a fresh one for each test of a file. */
export class Inspector {
  /** What the page said on its console or threw; must stay empty. */
  readonly complaints: string[] = []
  #server: Server | undefined
  #browser: Browser | undefined
  #page: Page | undefined

  get page(): Page {
    if (!this.#page) throw new Error('no page is open')
    return this.#page
  }

  get address(): string {
    if (!this.#server) throw new Error('the page is not served yet')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async start(): Promise<void> {
    const server = servePage()
    this.#server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const binary = await chromiumBinary()
    if (!binary) throw new Error('Chromium is not installed: it comes with the dependencies')
    this.#browser = await chromium.launch({
      executablePath: binary.program,
      args: [...chromiumArguments],
      env: { ...(process.env as Record<string, string>), ...binary.env },
    })
  }

  /** A new page with nothing kept from those before. */
  async open(): Promise<Page> {
    if (!this.#browser) throw new Error('Chromium has not been started')
    const page = await this.#browser.newPage({ viewport: { width: 1280, height: 800 } })
    this.#page = page
    this.complaints.length = 0
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
    await page.goto(this.address)
    return page
  }

  async closePage(): Promise<void> {
    await this.#page?.close()
    this.#page = undefined
  }

  async end(): Promise<void> {
    await this.#browser?.close()
    this.#server?.close()
  }

  /** Chooses model files by their paths. */
  async choose(...paths: string[]): Promise<void> {
    await this.page.getByLabel('Model files').setInputFiles(paths)
  }

  async shot(name: string): Promise<void> {
    if (screenshots) await this.page.screenshot({ path: join(screenshots, `${name}.png`) })
  }

  /** Serious and critical findings of axe on what is shown now. */
  async findings(): Promise<string[]> {
    await this.page.evaluate(await readFile(axeSource, 'utf8'))
    const { violations } = await this.page.evaluate<Findings>('axe.run()')
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  }
}

/** Starts Chromium for the tests of a file, and opens a page for each. */
export function inspector(): Inspector {
  const driven = new Inspector()
  beforeAll(() => driven.start(), 60_000)
  afterAll(() => driven.end())
  beforeEach(async () => {
    await driven.open()
  })
  afterEach(() => driven.closePage())
  return driven
}
