import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtPage, inspector } from './testing/chromium.ts'
import { deepModel } from './testing/deep-model.ts'
import { writeMobileNet } from './testing/mobilenet.ts'

const driven = inspector()
let folder: string
const scratch = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The machine may have other work: what is quick enough once is, and what never is in so many attempts is not. */
const attempts = 5

/**
 * A bound on a machine whose processors have nothing else to do; where several tasks wait for each of them, as many times
 * as long. What was measured is printed, with this factor.
 */
function bound(milliseconds: number): number {
  return milliseconds * slowdown()
}

function slowdown(): number {
  const [lastMinute = 0] = loadavg()
  return Math.max(1, lastMinute / availableParallelism())
}

function told(text: string): void {
  const factor = slowdown()
  const waiting = factor > 1 ? ` (${factor.toFixed(1)} tasks for each processor)` : ''
  process.stdout.write(`${text}${waiting}\n`)
}

/** Has the page note when it changes: `marks.graph`, `marks.result`, and `marks.chosen` when a file is. */
const watch = `(() => {
  window.marks = {}
  const noted = (name, selector) => {
    if (marks[name] === undefined && document.querySelector(selector))
      requestAnimationFrame(() => setTimeout(() => (marks[name] ??= performance.now())))
  }
  new MutationObserver(() => {
    noted('graph', '.node')
    noted('result', '.result')
  }).observe(document, { subtree: true, childList: true })
  addEventListener('change', () => (marks.chosen ??= performance.now()), true)
})()`

interface Times {
  readonly graph: number
  readonly prediction: number
}

/** Each of the two has been quick enough once. */
function isQuick(times: readonly Times[]): boolean {
  return (
    times.some(({ graph }) => graph < bound(1500)) &&
    times.some(({ prediction }) => prediction < bound(500))
  )
}

interface Marks {
  readonly chosen: number
  readonly graph: number
  readonly run: number
  readonly result: number
}

async function marks(name: keyof Marks): Promise<Marks> {
  // The page's policy forbids to evaluate text, which waiting for a function does.
  await expect
    .poll(() => driven.page.evaluate(`marks.${name} !== undefined`), {
      timeout: 30_000,
      interval: 20,
    })
    .toBe(true)
  return (await driven.page.evaluate('marks')) as Marks
}

describe('what the page takes before a model is opened', () => {
  test('less than 200 kB, gzipped', async () => {
    const html = await readFile(join(builtPage, 'index.html'), 'utf8')
    const assets = await readdir(join(builtPage, 'assets'))
    // What index.html names, and the worker, which is started ahead.
    const shell = assets.filter((name) => html.includes(name) || /^worker-.*\.js$/.test(name))
    const sizes = await Promise.all(
      shell.map(async (name) => gzipSync(await readFile(join(builtPage, 'assets', name))).length),
    )
    const total = sizes.reduce((sum, size) => sum + size, gzipSync(html).length)
    told(`page shell: ${(total / 1000).toFixed(1)} kB gzipped, in ${shell.length + 1} files`)
    expect(total).toBeLessThan(200_000)
  })

  test('interactive in less than a second', async () => {
    const times: number[] = []
    for (let attempt = 0; attempt < attempts; attempt++) {
      await driven.closePage()
      const page = await driven.open()
      await page.waitForSelector('.samples button')
      const shown = (await page.evaluate(`new Promise((resolve) =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))`)) as number
      times.push(shown)
      if (shown < bound(1000)) break
    }
    told(`interactive: ${times.map((time) => Math.round(time)).join(', ')} ms after navigation`)
    expect(Math.min(...times)).toBeLessThan(bound(1000))
  }, 60_000)
})

test('MobileNetV2: a graph in 1.5 s, a prediction in half a second more', async () => {
  await writeMobileNet(scratch('mobilenet-v2.keras'))
  const times: Times[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    await driven.closePage()
    const page = await driven.open()
    await page.evaluate(watch)
    await page.waitForSelector('.drop')
    await driven.choose(scratch('mobilenet-v2.keras'))
    const { chosen, graph } = await marks('graph')
    expect(await page.locator('.node').count()).toBe(156)
    await page.getByRole('tab', { name: 'Run' }).click()
    await page.evaluate(`marks.run = performance.now()
      document.querySelector('button.primary').click()`)
    const { run, result } = await marks('result')
    times.push({ graph: graph - chosen, prediction: result - run })
    if (attempt > 0) {
      if (isQuick(times)) break
      continue
    }
    await page.getByRole('button', { name: 'Time every layer' }).click()
    await page.waitForSelector('.node[style*="--heat"]')
    await driven.shot('mobilenet')
    expect(await driven.findings()).toEqual([])
    if (isQuick(times)) break
  }
  const all = (name: 'graph' | 'prediction'): string =>
    times.map((time) => Math.round(time[name])).join(', ')
  told(`MobileNetV2: graph after ${all('graph')} ms, prediction after ${all('prediction')} ms more`)
  expect(Math.min(...times.map(({ graph }) => graph))).toBeLessThan(bound(1500))
  expect(Math.min(...times.map(({ prediction }) => prediction))).toBeLessThan(bound(500))
  expect(driven.complaints).toEqual([])
}, 180_000)

/** Milliseconds between frames while the graph is dragged around for two seconds, ascending. */
async function framesWhilePanning(): Promise<number[]> {
  const { page } = driven
  await page.evaluate(`window.frames_ = []
    window.going = true
    const note = (time) => { frames_.push(time); if (going) requestAnimationFrame(note) }
    requestAnimationFrame(note)`)
  await page.mouse.move(400, 400)
  await page.mouse.down()
  const end = performance.now() + 2000
  for (let step = 0; performance.now() < end; step++)
    await page.mouse.move(400 + 200 * Math.sin(step / 20), 400 + 250 * Math.cos(step / 17))
  await page.mouse.up()
  const frames = (await page.evaluate('going = false, frames_')) as number[]
  return frames
    .slice(1)
    .map((time, index) => time - (frames[index] ?? 0))
    .toSorted((a, b) => a - b)
}

test('1,000 layers: shown in less than 2 s, 60 frames a second while panning', async () => {
  await writeFile(scratch('deep.dotplus'), deepModel())
  const times: number[] = []
  for (
    let attempt = 0;
    attempt < attempts && !times.some((time) => time < bound(2000));
    attempt++
  ) {
    await driven.closePage()
    const page = await driven.open()
    await page.evaluate(watch)
    await driven.choose(scratch('deep.dotplus'))
    const { chosen, graph } = await marks('graph')
    expect(await page.locator('.node').count()).toBe(1000)
    times.push(graph - chosen)
  }
  told(`1,000 layers: shown after ${times.map((time) => Math.round(time)).join(', ')} ms`)
  expect(Math.min(...times)).toBeLessThan(bound(2000))
  for (const view of ['close', 'as a whole']) {
    if (view === 'as a whole') await driven.page.getByRole('button', { name: 'Fit' }).click()
    let median = Infinity
    for (let attempt = 0; attempt < attempts && median > 17.5; attempt++) {
      const frames = await framesWhilePanning()
      const at = (share: number): number => frames[Math.floor(frames.length * share)] ?? Infinity
      median = at(0.5)
      told(
        `panning ${view}: ${frames.length} frames, median ${median.toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms, ` +
          `longest ${(frames.at(-1) ?? Infinity).toFixed(1)} ms`,
      )
    }
    expect(median).toBeLessThan(17.5)
  }
  expect(driven.complaints).toEqual([])
}, 180_000)
