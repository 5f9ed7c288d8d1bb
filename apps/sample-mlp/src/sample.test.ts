import { describe, expect, test } from 'vitest'
import { reportPage } from './report/page.ts'
import { runSample } from './sample.ts'
import { terminalText } from './terminal.ts'

const result = await runSample()
const routes = result.models.flatMap((model) => model.routes)

describe('the sample MLP', () => {
  test('both networks run by all seven routes on every validation row', () => {
    expect(result.models.map(({ hidden }) => hidden)).toEqual(['relu', 'linear'])
    expect(routes).toHaveLength(14)
    for (const { rows } of routes) expect(rows).toBe(400)
  })

  test('all routes give byte-identical tensors and outputs', () => {
    for (const model of result.models) {
      for (const route of model.routes) expect(route.sameTensors).toBe(true)
      expect(new Set(model.routes.map(({ hash }) => hash)).size).toBe(1)
    }
  })

  test('every prediction is within 1e-6·max|b| + 1e-5·|b| of Keras', () => {
    for (const { equal, maxAbs } of routes) {
      expect(equal).toBe(true)
      expect(maxAbs).toBeGreaterThan(0)
    }
  })

  test('the root mean square error against float64 is not larger than Keras’s own', () => {
    for (const { routes: all, kerasError } of result.models) {
      for (const { error } of all) expect(error.rms).toBeLessThanOrEqual(kerasError.rms)
    }
  })

  test('the layer table has names, shapes, weights and biases', () => {
    for (const { layers, hidden } of result.models) {
      expect(layers.map(({ activation }) => activation)).toEqual([hidden, hidden, 'linear'])
      expect(layers.map(({ weights }) => weights.shape)).toEqual([
        [4, 20],
        [20, 10],
        [10, 1],
      ])
      expect(layers.map(({ biases }) => biases.count)).toEqual([20, 10, 1])
    }
  })
})

describe('the text', () => {
  const text = terminalText(result)

  test('fits 80 columns', () => {
    // The machine's name is as long as it is.
    const lines = text.split('\n').filter((line) => !/^(measured|recorded) /.test(line))
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test('says where each time comes from', () => {
    expect(text.match(/measured now, one thread/g)).toHaveLength(2)
    expect(text.match(/recorded, /g)).toHaveLength(6)
    expect(text).toContain('recorded  with the fixtures, on AMD EPYC')
  })
})

describe('the report', () => {
  const page = reportPage(result)

  test('stands alone: no script, no network', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|javascript:/i)
    expect(
      page.match(/https?:\/\/[^"')\s<]+/g)?.filter((url) => url !== 'http://www.w3.org/2000/svg') ??
        [],
    ).toEqual([])
  })

  test('has a scatter plot and a histogram for each network, said in words too', () => {
    expect(page.match(/<svg /g)).toHaveLength(4)
    expect(page.match(/role="img"/g)).toHaveLength(4)
    expect(page.match(/<circle /g)).toHaveLength(800)
    expect(page.match(/aria-label="Scatter plot of 400 rows/g)).toHaveLength(2)
    expect(page.match(/aria-label="Histogram of differences in ulp/g)).toHaveLength(2)
  })

  test('has two colour schemes and scales to the screen', () => {
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('name="viewport"')
    expect(
      page
        .match(/<svg [^>]*>/g)
        ?.filter((tag) => /viewBox/.test(tag) && !/ (width|height)=/.test(tag)),
    ).toHaveLength(4)
  })
})
