import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, inspector } from './testing/chromium.ts'
import { writeMobileNet } from './testing/mobilenet.ts'

const driven = inspector()
let folder: string
const scratch = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'))
  await writeMobileNet(scratch('mobilenet-v2.keras'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The page goes on: a sample opens and runs. */
async function expectUsable(): Promise<void> {
  const { page } = driven
  await page.getByText('Sequence model').click()
  await page.waitForSelector('.node')
  expect(await page.locator('.problems').count()).toBe(0)
  await page.getByRole('tab', { name: 'Run' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForSelector('.result')
  expect(driven.complaints).toEqual([])
}

describe('cancelling', () => {
  test('a conversion', async () => {
    const { page } = driven
    // Stopped while it is read: the click is the page's own, right when the button is there.
    await page.evaluate(`new MutationObserver((_, observer) => {
      const button = document.querySelector('.progress button')
      if (!button || !document.querySelector('.progress').textContent.includes('mobilenet')) return
      observer.disconnect()
      window.cancelled = true
      button.click()
    }).observe(document, { subtree: true, childList: true })`)
    await driven.choose(scratch('mobilenet-v2.keras'))
    await expect.poll(() => page.evaluate('window.cancelled')).toBe(true)
    await page.waitForSelector('.drop')
    await expect.poll(() => page.locator('.progress').count()).toBe(0)
    expect(await page.locator('.problems').count()).toBe(0)
    expect(await page.locator('.node').count()).toBe(0)
    await expectUsable()
  }, 60_000)

  test('a run, after which the model is still open', async () => {
    const { page } = driven
    await driven.choose(scratch('mobilenet-v2.keras'))
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Time every layer' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.locator('.progress').count()).toBe(0)
    expect(await page.locator('.node').count()).toBe(156)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForSelector('.result')
    expect(await page.locator('.problems').count()).toBe(0)
    expect(driven.complaints).toEqual([])
  }, 60_000)
})

interface Refusal {
  readonly name: string
  readonly bytes: () => Promise<Uint8Array> | Uint8Array
  readonly says: RegExp
}

const mlp = (): Promise<Buffer> => readFile(fixture('sample-mlp/relu/keras/model.keras'))
const h5 = (): Promise<Buffer> => readFile(fixture('sample-mlp/relu/h5-keras2/model.h5'))
/** A header that promises 2^50 numbers. */
const hugeArray = (): Uint8Array => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1125899906842624,), }\n"
  const length = Buffer.alloc(2)
  length.writeUInt16LE(header.length)
  return Buffer.concat([
    Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'),
    length,
    Buffer.from(header),
  ])
}

const refusals: readonly Refusal[] = [
  { name: 'empty.keras', bytes: () => new Uint8Array(0), says: /empty\.keras: / },
  {
    name: 'page.keras',
    bytes: () => Buffer.from('<html><script>alert(1)</script>'),
    says: /page\.keras: /,
  },
  { name: 'cut.keras', bytes: async () => (await mlp()).subarray(0, 5000), says: /cut\.keras: / },
  { name: 'cut.h5', bytes: async () => (await h5()).subarray(0, 3000), says: /cut\.h5: / },
  { name: 'cut.dotplus', bytes: () => Uint8Array.of(8, 1), says: /cut\.dotplus: / },
  { name: 'huge.npy', bytes: hugeArray, says: /huge\.npy: / },
  {
    name: 'photo.png',
    bytes: () => Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    says: /photo\.png: /,
  },
  { name: '<img src=x onerror=alert(1)>.keras', bytes: () => Buffer.from('no'), says: /onerror/ },
]

describe('files that are no models', () => {
  test('each is named with what is wrong, and the page goes on', async () => {
    const { page } = driven
    for (const { name, bytes, says } of refusals) {
      const buffer = Buffer.from(await bytes())
      await page
        .getByLabel('Model files')
        .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
      await expect
        .poll(() => page.locator('.problems').textContent(), { timeout: 10_000 })
        .toMatch(says)
      const message = (await page.locator('.problems li').first().textContent()) ?? ''
      expect(message).not.toMatch(/undefined|Error:|\n| at /)
    }
    expect(await driven.findings()).toEqual([])
    await expectUsable()
  }, 60_000)

  test('everything that is unsupported is listed with its layer', async () => {
    const { page } = driven
    const json = await readFile(fixture('sample-mlp/relu/weights-h5/model.json'), 'utf8')
    const model = JSON.parse(json) as {
      config: { layers: { class_name: string; config: Record<string, unknown> }[] }
    }
    const [, first, second, third] = model.config.layers
    if (!first || !second || !third) throw new Error('the sample has three layers')
    first.config['activation'] = 'swirl'
    second.class_name = 'Telepathy'
    third.config['dtype'] = 'float23'
    await writeFile(scratch('model.json'), JSON.stringify(model))
    await driven.choose(
      scratch('model.json'),
      fixture('sample-mlp/relu/weights-h5/model.weights.h5'),
    )
    await page.getByText('3 things are in the way').waitFor()
    const lines = await page.locator('.problems li').allTextContents()
    expect(lines.join('\n')).toMatch(/L1: .*swirl/)
    expect(lines.join('\n')).toMatch(/L2: .*Telepathy/)
    expect(lines.join('\n')).toMatch(/L3: .*float23/)
    await driven.shot('unsupported')
    expect(await driven.findings()).toEqual([])
    await expectUsable()
  }, 60_000)
})

describe('as an application', () => {
  test('can be installed, and works without a network once it was opened', async () => {
    const { page } = driven
    await expect
      .poll(() => page.evaluate('navigator.serviceWorker.controller !== null'), { timeout: 20_000 })
      .toBe(true)
    const manifest = (await page.evaluate(
      `fetch(document.querySelector('link[rel=manifest]').href).then((response) => response.json())`,
    )) as { name: string; display: string; start_url: string; icons: { src: string }[] }
    expect(manifest).toMatchObject({ display: 'standalone', start_url: './' })
    const session = await page.context().newCDPSession(page)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    // A browser without a profile, as tests have it, installs nothing whatever the page is like.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
    await page.context().setOffline(true)
    await page.reload()
    await driven.choose(scratch('mobilenet-v2.keras'))
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForSelector('.result')
    await page.getByRole('button', { name: 'dotplus: start page' }).click()
    await expectUsable()
    await page.context().setOffline(false)
  }, 60_000)
})
