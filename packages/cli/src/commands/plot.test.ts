import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { dotplus, scratchFolder } from '../testing/dotplus.ts'

const nested = fileURLToPath(
  new URL('../../../../test-fixtures/dialects/keras-3-nested-keras/model.keras', import.meta.url),
)

const scratch = scratchFolder()

test('plot draws every layer, or nested models as one node', async () => {
  const file = scratch.file('graph.svg')
  const all = await dotplus(['plot', nested, '-o', file])
  expect(all).toMatchObject({ status: 0, stderr: '' })
  const svg = await readFile(file, 'utf8')
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"/)
  expect(svg).toContain('>Dense<')
  expect(svg).not.toContain('>Functional<')

  expect(await dotplus(['plot', nested, '-o', file, '--folded'])).toMatchObject({ status: 0 })
  expect(await readFile(file, 'utf8')).toMatch(/>(Functional|Sequential)</)
})
