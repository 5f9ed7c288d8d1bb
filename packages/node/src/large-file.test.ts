import fs, { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode, type Model } from '@dotplus/core'
import { load } from '@dotplus/node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { denseModel } from '../test/dense-model.ts'

const [inner, units] = [2048, 2304]
const x = Float32Array.from({ length: 2 * inner }, (_, i) => Math.sin(i))

/** One Dense layer of 19 MB, which is read in place. */
function largeModel(): Model {
  const model = denseModel()
  const [input, dense] = model.layers
  if (input?.kind === 'input') input.input.shape = [-1, inner]
  if (dense?.kind === 'dense') dense.dense.units = units
  for (const port of model.graph?.inputs ?? []) port.shape = [-1, inner]
  const kernel = Float32Array.from({ length: inner * units }, (_, i) => Math.cos(i * 0.7))
  const bias = Float32Array.from({ length: units }, (_, i) => i / units)
  const shapes = [[inner, units], [units]]
  for (const [i, values] of [kernel, bias].entries()) {
    Object.assign(model.tensors[i] as object, {
      shape: shapes[i],
      data: new Uint8Array(values.buffer),
    })
  }
  return model
}

let folder: string
let path: string
let bytes: Uint8Array

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dotplus-large-'))
  path = join(folder, 'large.dotplus')
  bytes = encode(largeModel())
  await writeFile(path, bytes)
})

afterAll(() => rm(folder, { recursive: true }))

/** Files that this process has open, where the system lists them. */
function openFiles(): number {
  const list = '/proc/self/fd'
  return existsSync(list) ? readdirSync(list).length : 0
}

describe('a large file', () => {
  it.each(['exact', 'fast'] as const)(
    'gives the bits that its bytes give, %s',
    async (precision) => {
      using held = await load(bytes, { precision })
      const before = openFiles()
      using inPlace = await load(path, { precision })
      expect(openFiles()).toBe(before)
      const expected = held.predict(x)
      expect(expected.data.some((value) => value !== 0)).toBe(true)
      expect(inPlace.predict(x)).toEqual(expected)
      expect(inPlace.memory).toEqual(held.memory)
    },
  )

  it('does the same in a worker, and where somebody hears how much has arrived', async () => {
    using held = await load(bytes)
    const expected = held.predict(x)
    using worker = await load(path, { worker: true })
    expect(await worker.predict(x)).toEqual(expected)
    const loaded: number[] = []
    using heard = await load(path, { onProgress: (progress) => loaded.push(progress.loaded) })
    expect(loaded.at(-1)).toBe(bytes.byteLength)
    expect(heard.predict(x)).toEqual(expected)
  })

  it('takes about its weights in memory, not twice as much', async () => {
    // Nothing of the file stays in arrays: the weights pass through the kernel's own memory.
    const before = process.memoryUsage().arrayBuffers
    using model = await load(path)
    expect(model.memory.weights).toBeGreaterThan(18e6)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  it('is named when it is cut off, and closed', async () => {
    const cut = join(folder, 'cut.dotplus')
    await writeFile(cut, bytes)
    await truncate(cut, bytes.byteLength - 1000)
    const before = openFiles()
    await expect(load(cut)).rejects.toMatchObject({ tag: 'FormatError', file: cut })
    expect(openFiles()).toBe(before)
  })

  it.each([2, 30])(
    'is named when the system fails to give its %i. piece, and closed',
    async (piece) => {
      const before = openFiles()
      const { readSync } = fs
      let pieces = 0
      vi.spyOn(fs, 'readSync').mockImplementation((...given: unknown[]) => {
        if (++pieces === piece) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
        return (readSync as (...rest: unknown[]) => number)(...given)
      })
      try {
        await expect(load(path)).rejects.toMatchObject({
          tag: 'ResourceError',
          file: path,
          got: 'EIO',
        })
      } finally {
        vi.restoreAllMocks()
      }
      expect(pieces).toBeGreaterThanOrEqual(piece)
      expect(openFiles()).toBe(before)
    },
  )

  it('is named when it is something else', async () => {
    const other = join(folder, 'other.dotplus')
    await writeFile(other, Buffer.alloc(17 * 2 ** 20, '<!doctype html>'))
    await expect(load(other)).rejects.toThrow('an HTML page instead of a model')
    await writeFile(other, Buffer.alloc(17 * 2 ** 20))
    await expect(load(other)).rejects.toMatchObject({ tag: 'FormatError', file: other })
  })
})
