import { readFile } from 'node:fs/promises'
import { decode } from '@dotplus/core'
import { describe, expect, test } from 'vitest'
import { fixture, inspector } from './testing/chromium.ts'

const driven = inspector()

describe('the inspector in Chromium', () => {
  test('from a sample to its graph, a layer, a run, parity and an export', async () => {
    const { page } = driven
    await driven.shot('start')
    expect(await driven.findings()).toEqual([])
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    expect(await page.locator('.node').count()).toBe(12)
    await driven.shot('graph')
    expect(await driven.findings()).toEqual([])

    await page.locator('.node[data-layer="stem"]').click()
    await page.waitForSelector('.weight canvas')
    expect(await page.getByRole('heading', { name: 'stem' }).count()).toBe(1)
    expect(await page.getByText('(5, 5, 3, 8) float32').count()).toBe(1)
    await page.waitForSelector('.chart svg')
    await driven.shot('layer')
    expect(await driven.findings()).toEqual([])

    await page.getByLabel('Show the layers of block').first().click()
    await page.waitForSelector('.unframe')
    expect(await page.locator('.node').count()).toBe(16)

    await page.getByRole('tab', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Time every layer' }).click()
    await page.waitForSelector('.node[style*="--heat"]')
    expect(await page.locator('.result code').textContent()).toMatch(/^[0-9a-f]{16}$/)
    await driven.shot('run')
    expect(await driven.findings()).toEqual([])

    await page.getByRole('tab', { name: 'Parity' }).click()
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.waitForSelector('.chart svg circle')
    expect(await page.getByText('equal within the bound').count()).toBe(1)
    await driven.shot('parity')
    expect(await driven.findings()).toEqual([])

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
    expect(await driven.findings()).toEqual([])
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('takes what is dropped: a model, an io.npz on its parity, rows on its input', async () => {
    const { page } = driven
    const drop = async (selector: string, name: string, path: string): Promise<void> => {
      const text = (await readFile(fixture(path))).toString('base64')
      const dropped = await page.evaluateHandle(`(() => {
        const bytes = Uint8Array.from(atob('${text}'), (letter) => letter.charCodeAt(0))
        const transfer = new DataTransfer()
        transfer.items.add(new File([bytes], '${name}'))
        return transfer
      })()`)
      await page.dispatchEvent(selector, 'drop', { dataTransfer: dropped })
    }
    await drop('.drop', 'cnn.keras', 'cases/showcase-residual-cnn/model.keras')
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Parity' }).click()
    await drop('article.takes-files', 'io.npz', 'cases/showcase-residual-cnn/io.npz')
    await page.getByText('Equal within the bound').waitFor()
    expect(await page.locator('.node').count()).toBe(12)
    // A model dropped on the open one takes its place.
    await drop('.stage', 'mlp.keras', 'sample-mlp/relu/keras/model.keras')
    await page.waitForSelector('.node[data-layer="L1"]')
    await page.getByRole('tab', { name: 'Run' }).click()
    await drop('fieldset.takes-files', 'X.npy', 'sample-mlp/X_validation.npy')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('(400, 1) float32').waitFor()
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('walks the graph with the keyboard and finds layers by name', async () => {
    const { page } = driven
    await driven.choose(fixture('cases/showcase-attentive-sequence/model.keras'))
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
    const { page } = driven
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
    await driven.shot('phone-dark')
    expect(await driven.findings()).toEqual([])
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBe(0)
  }, 60_000)

  test('every screen in the dark and at the width of a phone', async () => {
    const { page } = driven
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await driven.findings()).toEqual([])
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    await page.locator('.node[data-layer="stem"]').click()
    await page.waitForSelector('.weight canvas')
    expect(await driven.findings()).toEqual([])
    await page.getByRole('tab', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Time every layer' }).click()
    await page.waitForSelector('.node[style*="--heat"]')
    await driven.shot('dark')
    for (const name of ['Run', 'Parity', 'Export', 'Layer']) {
      await page.getByRole('tab', { name }).click()
      if (name === 'Parity') {
        await page.getByRole('button', { name: 'Compare' }).click()
        await page.waitForSelector('.chart svg circle')
      }
      expect(await driven.findings()).toEqual([])
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 390, height: 844 })
    for (const name of ['Run', 'Parity', 'Export', 'Layer']) {
      await page.getByRole('tab', { name }).click()
      expect(await driven.findings()).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow).toBe(0)
      if (name === 'Parity') await driven.shot('phone')
    }
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('says everything that is wrong with a file, and goes on', async () => {
    const { page } = driven
    await driven.choose(fixture('sample-mlp/X_validation.npy'))
    await page.waitForSelector('.problems li')
    expect(await page.locator('.problems li').first().textContent()).toContain('X_validation.npy')
    await driven.shot('problems')
    expect(await driven.findings()).toEqual([])
    await page.getByLabel('Model files').setInputFiles({
      name: 'evil.keras',
      mimeType: 'application/zip',
      buffer: Buffer.from('PK\u0003\u0004<script>alert(1)</script>'),
    })
    await page.waitForSelector('.problems li:has-text("evil.keras")')
    await page.getByText('Sequence model').click()
    await page.waitForSelector('.node')
    expect(await page.locator('.problems').count()).toBe(0)
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('opens arrays when their layers are told', async () => {
    const { page } = driven
    await driven.choose(fixture('sample-mlp/relu/npz/weights.npz'))
    await page.waitForSelector('.problems')
    await page.getByLabel(/Activations of dense layers/).fill('relu,relu,linear')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.waitForSelector('.node')
    expect(await page.locator('.node').count()).toBe(4)
  }, 60_000)
})
