import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { scratchFolder } from '../testing/dotplus.ts'
import { withScratch } from './scratch.ts'

const folder = scratchFolder()
const bytes = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: to - from }, (_, i) => (from + i) % 251)

describe('temporary files', () => {
  test('hold what is written to them, each for itself', async () => {
    await withScratch(async (openScratch) => {
      const [a, b] = [await openScratch(), await openScratch()]
      await a.write(bytes(0, 1000))
      await b.write(bytes(7, 9))
      await a.write(bytes(1000, 3000))
      expect(await a.read(990, 1010)).toEqual(bytes(990, 1010))
      expect(await b.read(0, 2)).toEqual(bytes(7, 9))
      // A file that ends before is told from one that does not.
      expect(await a.read(2999, 3005)).toEqual(bytes(2999, 3000))
    }, folder.path)
  })

  test('are gone when all is done, and when something fails', async () => {
    await withScratch(async (openScratch) => (await openScratch()).write(bytes(0, 5)), folder.path)
    expect(await readdir(folder.path)).toEqual([])
    const failing = withScratch(async (openScratch) => {
      await (await openScratch()).write(bytes(0, 5))
      throw new Error('something else')
    }, folder.path)
    await expect(failing).rejects.toThrow('something else')
    expect(await readdir(folder.path)).toEqual([])
  })

  test.skipIf(process.platform === 'win32')(
    'have no name that a signal could leave behind',
    async () => {
      await withScratch(async (openScratch) => {
        const scratch = await openScratch()
        await scratch.write(bytes(0, 5))
        expect(await readdir(folder.path)).toEqual([])
        expect(await scratch.read(0, 5)).toEqual(bytes(0, 5))
      }, folder.path)
    },
  )

  test('say where there is no room', async () => {
    const missing = folder.file('missing')
    const failing = withScratch((openScratch) => openScratch(), missing)
    await expect(failing).rejects.toThrow(/missing.*: no room for what is compressed in the file/)
  })
})
