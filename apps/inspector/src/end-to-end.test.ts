import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumBinary } from '@dotplus/conformance/runtimes/chromium/binary'
import { chromiumArguments } from '@dotplus/conformance/runtimes/chromium/chromium'
import { decode } from '@dotplus/core'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../dist/page/', import.meta.url))
const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url))
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

let server: Server
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(folder, path === '/' ? 'index.html' : path)
    const type = types[extname(file)] ?? 'application/octet-stream'
    readFile(file)
      .then((body) => response.writeHead(200, { 'content-type': type }).end(body))
      .catch(() => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const binary = await chromiumBinary()
  if (!binary) throw new Error('Chromium is not installed: it comes with the dependencies')
  browser = await chromium.launch({
    executablePath: binary.program,
    args: [...chromiumArguments],
    env: { ...(process.env as Record<string, string>), ...binary.env },
  })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.close()
})

beforeEach(async () => {
  await page?.close()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  complaints.length = 0
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})

const choose = (...files: string[]): Promise<void> =>
  page.getByLabel('Model files').setInputFiles(files.map((file) => join(fixtures, file)))

async function shot(name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) })
}

/** Serious and critical findings of axe on what is shown now. */
async function findings(): Promise<string[]> {
  await page.evaluate(await readFile(axeSource, 'utf8'))
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[]
  }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

describe('the inspector in Chromium', () => {
  test('from a sample to its graph, a layer, a run, parity and an export', async () => {
    await shot('start')
    expect(await findings()).toEqual([])
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    expect(await page.locator('.node').count()).toBe(12)
    await shot('graph')
    expect(await findings()).toEqual([])

    await page.locator('.node[data-layer="stem"]').click()
    await page.waitForSelector('.weight canvas')
    expect(await page.getByRole('heading', { name: 'stem' }).count()).toBe(1)
    expect(await page.getByText('(5, 5, 3, 8) float32').count()).toBe(1)
    await page.waitForSelector('.chart svg')
    await shot('layer')
    expect(await findings()).toEqual([])

    await page.getByLabel('Show the layers of block').first().click()
    await page.waitForSelector('.unframe')
    expect(await page.locator('.node').count()).toBe(16)

    await page.getByRole('tab', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Time every layer' }).click()
    await page.waitForSelector('.node[style*="--heat"]')
    expect(await page.locator('.result code').textContent()).toMatch(/^[0-9a-f]{16}$/)
    await shot('run')
    expect(await findings()).toEqual([])

    await page.getByRole('tab', { name: 'Parity' }).click()
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.waitForSelector('.chart svg circle')
    expect(await page.getByText('equal within the bound').count()).toBe(1)
    await shot('parity')
    expect(await findings()).toEqual([])

    await page.getByRole('tab', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Model (.dotplus)' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('residual-cnn.dotplus')
    const model = decode(await readFile((await download.path()) ?? ''))
    expect(model.cases).toHaveLength(1)
    expect(model.layers.some(({ name }) => name === 'stem')).toBe(true)
    expect(await page.locator('pre code').textContent()).toContain(
      "await load('residual-cnn.dotplus')",
    )
    expect(await findings()).toEqual([])
    expect(complaints).toEqual([])
  }, 60_000)

  test('walks the graph with the keyboard and finds layers by name', async () => {
    await choose('cases/showcase-attentive-sequence/model.keras')
    await page.waitForSelector('.node')
    await page.locator('.stage').focus()
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector('.node.selected[data-layer="tokens"]')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.waitForSelector('.node.selected[data-layer="tokens"]')
    await page.getByLabel('Search layers').fill('atten')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.node.selected[data-layer="attention"]')
    await page.getByRole('heading', { name: 'attention' }).waitFor()
    expect(await page.getByText(/MultiHeadAttention · \(None, 12, 12\)/).count()).toBe(1)
  }, 60_000)

  test('runs on numbers by hand, in the dark, on a phone', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByText('Multilayer perceptron').click()
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    for (const [index, value] of ['0.5', '-1', '2', '0.25'].entries()) {
      await page.getByRole('spinbutton').nth(index).fill(value)
    }
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForSelector('.result td')
    expect(Number(await page.locator('.result td').first().textContent())).toBeCloseTo(5.4, 0)
    await shot('phone-dark')
    expect(await findings()).toEqual([])
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBe(0)
  }, 60_000)

  test('says everything that is wrong with a file, and goes on', async () => {
    await choose('sample-mlp/X_validation.npy')
    await page.waitForSelector('.problems li')
    expect(await page.locator('.problems li').first().textContent()).toContain('X_validation.npy')
    await shot('problems')
    expect(await findings()).toEqual([])
    await page.getByLabel('Model files').setInputFiles({
      name: 'evil.keras',
      mimeType: 'application/zip',
      buffer: Buffer.from('PK\u0003\u0004<script>alert(1)</script>'),
    })
    await page.waitForSelector('.problems li:has-text("evil.keras")')
    await page.getByText('Sequence model').click()
    await page.waitForSelector('.node')
    expect(await page.locator('.problems').count()).toBe(0)
    expect(complaints).toEqual([])
  }, 60_000)

  test('opens arrays when their layers are told', async () => {
    await choose('sample-mlp/relu/npz/weights.npz')
    await page.waitForSelector('.problems')
    await page.getByLabel(/Activations of dense layers/).fill('relu,relu,linear')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.waitForSelector('.node')
    expect(await page.locator('.node').count()).toBe(4)
  }, 60_000)

  test('works without a network once it was opened', async () => {
    await expect
      .poll(() => page.evaluate('navigator.serviceWorker.controller !== null'), { timeout: 20_000 })
      .toBe(true)
    await page.context().setOffline(true)
    await page.reload()
    await page.getByText('Sequence model').click()
    await page.waitForSelector('.node')
    expect(await page.locator('.node').count()).toBeGreaterThan(5)
    await page.context().setOffline(false)
  }, 60_000)
})
