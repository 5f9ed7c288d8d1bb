import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  convert,
  modelFiles,
  readNpyArray,
  readNpz,
  sourceFromBytes,
  writeNpz,
} from '@dotplus/converter'
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

describe('parity', () => {
  test('with an io.npz that was chosen, and with one that says something else', async () => {
    const { page } = driven
    await driven.choose(fixture('cases/showcase-residual-cnn/model.keras'))
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Parity' }).click()
    const io = fixture('cases/showcase-residual-cnn/io.npz')
    await page.getByLabel('io.npz', { exact: true }).setInputFiles(io)
    await page.getByText('Equal within the bound').waitFor()
    const recorded = await readNpz(sourceFromBytes('io.npz', await readFile(io)))
    const wrong = [...recorded].map(([name, array]) => {
      const data = Uint8Array.from(array.data)
      if (name === 'out0') new DataView(data.buffer).setFloat32(8, 0.5, true)
      return [name, { ...array, data }] as const
    })
    await writeFile(scratch('wrong.npz'), writeNpz(wrong))
    await page.getByLabel('io.npz', { exact: true }).setInputFiles(scratch('wrong.npz'))
    await page.getByText('Differs').waitFor()
    await page.getByText(/output scores: at \[0, 2\]: expected 0\.5, got /).waitFor()
    await page.waitForSelector('.chart svg circle')
    expect(await driven.findings()).toEqual([])
    await page.getByLabel('io.npz', { exact: true }).setInputFiles({
      name: 'io.npz',
      mimeType: 'application/zip',
      buffer: Buffer.from('no archive'),
    })
    await page.locator('.problems li', { hasText: 'io.npz: ' }).waitFor()
    expect(driven.complaints).toEqual([])
  }, 60_000)
})

describe('files', () => {
  test('everything that can be exported', async () => {
    const { page } = driven
    await page.getByText('Convolutional network').click()
    await page.waitForSelector('.node')
    await page.getByRole('tab', { name: 'Export' }).click()
    const exported = async (button: string): Promise<{ name: string; bytes: Buffer }> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ])
      return {
        name: download.suggestedFilename(),
        bytes: await readFile((await download.path()) ?? ''),
      }
    }
    const summary = await exported('Summary (.md)')
    expect(summary.name).toBe('residual-cnn.md')
    expect(summary.bytes.toString()).toContain('| stem | Conv2D | (None, 16, 16, 8) | 608 |')
    const graph = await exported('Graph (.svg)')
    expect(graph.bytes.toString()).toMatch(/^<svg [^]*stem[^]*<\/svg>\n$/)
    const whole = await exported('Model (.dotplus)')
    await page.getByLabel(/weights as float16/).check()
    const half = await exported('Model (.dotplus)')
    expect(half.bytes.length).toBeLessThan(whole.bytes.length)
    using model = await load(Uint8Array.from(half.bytes))
    expect(model.inputs[0]?.shape).toEqual([null, 32, 32, 3])
    for (const [runtime, line] of [
      ['node', "from '@dotplus/node'"],
      ['browser', "from '@dotplus/browser'"],
      ['deno', "from 'npm:@dotplus/deno'"],
    ] as const) {
      await page.getByLabel('Runtime').selectOption(runtime)
      expect(await page.locator('pre code').textContent()).toContain(line)
    }
    expect(driven.complaints).toEqual([])
  }, 60_000)

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
