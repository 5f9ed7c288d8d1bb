import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convert, modelFiles, sourceFromBytes, writeNpz, readNpyArray } from '@dotplus/converter'
import { load } from '@dotplus/node'
import npyjs from 'npyjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, inspector } from './testing/chromium.ts'

const driven = inspector()
const mlp = fixture('sample-mlp/relu/keras/model.keras')
let folder: string
const scratch = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function openToRun(path: string): Promise<void> {
  await driven.choose(path)
  await driven.page.waitForSelector('.node')
  await driven.page.getByRole('tab', { name: 'Run' }).click()
}

/** Runs, and answers with the values shown and the hash of all outputs. */
async function run(): Promise<{ values: number[]; hash: string }> {
  const { page } = driven
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(() => page.locator('.progress').count(), { timeout: 20_000 }).toBe(0)
  const hash = (await page.locator('.result code').textContent()) ?? ''
  expect(hash).toMatch(/^[0-9a-f]{16}$/)
  return { values: (await page.locator('.result td').allTextContents()).map(Number), hash }
}

describe('inputs', () => {
  test('numbers by hand and by slider', async () => {
    const { page } = driven
    await openToRun(mlp)
    const rows = [0.5, -1, 2, 0.25]
    for (const [index, value] of rows.entries())
      await page.getByRole('spinbutton').nth(index).fill(`${value}`)
    const typed = await run()
    using model = await load(await convert([sourceFromBytes('m.keras', await readFile(mlp))], {}))
    const { data } = model.predict(Float32Array.from(rows)) as { data: Float32Array }
    expect(typed.values[0]).toBeCloseTo(data[0] ?? NaN, 3)
    await page.getByRole('slider').first().fill('-2')
    expect(await page.getByRole('spinbutton').first().inputValue()).toBe('-2')
    expect((await run()).hash).not.toBe(typed.hash)
  }, 60_000)

  test('.npy, .npz and .csv of the same rows give the same bits', async () => {
    const { page } = driven
    const npy = fixture('sample-mlp/X_validation.npy')
    const array = readNpyArray(await readFile(npy), 'x')
    const values = new Float32Array(Uint8Array.from(array.data).buffer)
    const lines = Array.from({ length: 400 }, (_, row) => [
      ...values.subarray(row * 4, row * 4 + 4),
    ]).map((row) => row.map((value) => `"${value}"`).join(','))
    await writeFile(scratch('x.csv'), `\uFEFFa,b,c,d\r\n${lines.join('\r\n')}`)
    await writeFile(scratch('x.npz'), writeNpz([['in0', array]]))
    await openToRun(mlp)
    const hashes: string[] = []
    for (const file of [npy, scratch('x.npz'), scratch('x.csv')]) {
      await page.getByLabel('File for x').setInputFiles(file)
      hashes.push((await run()).hash)
    }
    expect(new Set(hashes).size).toBe(1)
    const shape = await page.locator('.result h4').textContent()
    expect(shape).toContain('(400, 1) float32')
    await writeFile(scratch('bad.csv'), '1,2,3,4\n1,2,three,4\n')
    await page.getByLabel('File for x').setInputFiles(scratch('bad.csv'))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('bad.csv: line 2, column 3: not a number: got "three"').waitFor()
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('an image, by a recipe that can be seen and changed', async () => {
    const { page } = driven
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    const png = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } })
    await page.getByLabel('Image', { exact: true }).setInputFiles({
      name: 'photo.png',
      mimeType: 'image/png',
      buffer: png,
    })
    await page.locator('.image-input canvas').waitFor()
    const first = await run()
    await page.getByLabel(/resized to 32×32/).selectOption('as it is, 0 … 255')
    expect((await run()).hash).not.toBe(first.hash)
    await page.getByLabel(/resized to 32×32/).selectOption('÷ 127.5 − 1, −1 … 1')
    expect((await run()).hash).toBe(first.hash)
    await driven.shot('image')
    expect(await driven.findings()).toEqual([])
    await page.getByLabel('Image', { exact: true }).setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('no image'),
    })
    await page.getByText('broken.png: not an image that this browser reads').waitFor()
    expect(driven.complaints).toEqual([])
  }, 60_000)

  test('an intermediate as a heat map, and the same bits on two threads', async () => {
    const { page } = driven
    // The second visit is answered by the service worker, under whose headers threads share memory.
    await expect
      .poll(() => page.evaluate('navigator.serviceWorker.controller !== null'), { timeout: 20_000 })
      .toBe(true)
    await page.reload()
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    const alone = await run()
    await page.getByLabel('Threads').selectOption('2')
    expect((await run()).hash).toBe(alone.hash)
    expect(await page.locator('.result p').first().textContent()).toContain('2 threads')
    await page.locator('.node[data-layer="stem"]').click()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('img', { name: 'Picture of stem' }).scrollIntoViewIfNeeded()
    await driven.shot('intermediate')
    expect(await driven.findings()).toEqual([])
    expect(driven.complaints).toEqual([])
  }, 60_000)
})

describe('files', () => {
  test('a weight as .npy, as another reader reads it', async () => {
    const { page } = driven
    await driven.choose(mlp)
    await page.locator('.node[data-layer="L1"]').click()
    await page.waitForSelector('.weight')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.weight button').first().click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^L1\S*kernel\S*\.npy$/)
    const bytes = await readFile((await download.path()) ?? '')
    const read = await new npyjs().load(Uint8Array.from(bytes).buffer)
    const exported = readNpyArray(await readFile(fixture('sample-mlp/relu/npy/L1_weights.npy')), '')
    expect(read.shape).toEqual([4, 20])
    expect(read.data).toEqual(new Float32Array(Uint8Array.from(exported.data).buffer))
  }, 60_000)

  test('a model in parts, which have to be those it was written with', async () => {
    const { page } = driven
    const cnn = await readFile(fixture('cases/showcase-residual-cnn/model.keras'))
    const model = await convert([sourceFromBytes('m.keras', cnn)], {})
    const paths: string[] = []
    const read = (index: number): Promise<Uint8Array> =>
      Promise.resolve(model.tensors[index]?.data ?? new Uint8Array(0))
    const written = modelFiles({ model, read }, { name: 'cnn.dotplus', shardSize: 4096 })
    for await (const { name, pieces } of written) {
      const parts: Uint8Array[] = []
      for await (const piece of pieces) parts.push(Uint8Array.from(piece))
      await writeFile(scratch(name), Buffer.concat(parts))
      paths.push(scratch(name))
    }
    expect(paths.length).toBeGreaterThan(2)
    await driven.choose(...paths)
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Run' }).click()
    expect((await run()).values[0]).toBeTypeOf('number')
    await page.getByRole('button', { name: 'dotplus: start page' }).click()
    await driven.choose(scratch('cnn.dotplus'))
    await page.getByText(/a part of the model is missing: expected cnn-00001-of/).waitFor()
    const part = paths.find((path) => path.endsWith('.bin')) ?? ''
    const bytes = await readFile(part)
    bytes[100] = (bytes[100] ?? 0) ^ 1
    await writeFile(part, bytes)
    await driven.choose(...paths)
    await page.getByText(/not the part that the model was written with/).waitFor()
    expect(driven.complaints).toEqual([])
  }, 60_000)
})
