import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { encode } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { chromium } from '../dist/runtimes/chromium/chromium.js'
import { convertInChromium } from '../dist/runtimes/chromium/convert-files.js'

const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url))
const models = [
  ['sample-mlp/relu/keras/model.keras'],
  ['sample-mlp/relu/h5-keras2/model.h5'],
  ['sample-mlp/relu/weights-h5/model.json', 'sample-mlp/relu/weights-h5/model.weights.h5'],
  ['dialects/keras-3-nested-keras/model.keras'],
  ['dialects/keras-1.2-convolutions-h5/model.h5'],
].map((files) => files.map((file) => fixtures + file))

async function sha256InNode(files: readonly string[]): Promise<string> {
  const sources = await Promise.all(
    files.map(async (file) => sourceFromBytes(file.replace(/.*\//, ''), await readFile(file))),
  )
  return createHash('sha256')
    .update(encode(await convert(sources)))
    .digest('hex')
}

describe.skipIf(chromium.unavailable !== undefined)('a File in a real Chromium', () => {
  it('gives the bytes that Node gives', async () => {
    const conversions = await convertInChromium(models, 1)
    expect(conversions.map(({ sha256 }) => sha256)).toEqual(
      await Promise.all(models.map(sha256InNode)),
    )
  }, 120_000)

  it('is read once where it is small', async () => {
    const file = `${fixtures}cases/text-vectorization-encoded/model.keras`
    const [keras] = await convertInChromium([[file]], 1)
    expect(keras?.reads).toBe(1)
  }, 120_000)
})
